"""Where numbers of a run are sent by OpenTelemetry's protocol: a part of the configuration."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from mmon.config.fields import Section, Text, Timeout
from mmon.texts.addresses import keep_header
from mmon.texts.redaction import keep_uri


class Telemetry(Section):
    """Send the numbers of the newest window to an OpenTelemetry collector, as gauges (OTLP over
    HTTP; ``pip install "mmon[otel]"``). ``mmon explain otlp`` tells their names.

    A text in YAML is short for ``{endpoint: …}``.
    """

    SHORT: ClassVar[str | None] = "endpoint"

    endpoint: Text | None = Field(default=None, examples=["http://localhost:4318"])
    """The collector's address; without a path, /v1/metrics is meant. Null is what
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT says."""
    headers: dict[str, str] = Field(default={}, examples=[{"Authorization": "Bearer ${TOKEN}"}])
    """Headers, whose values are never shown."""
    timeout: Timeout = "10s"
    """How long the collector is waited for, with all attempts."""

    @model_validator(mode="after")
    def _keep_secrets(self) -> Self:
        if self.endpoint is not None:
            keep_uri(self.endpoint)
            if not self.endpoint.lower().startswith(("http://", "https://")):
                raise ValueError("endpoint must begin with http:// or https://")
        for name, value in self.headers.items():
            keep_header(name, value)
            if any(mark in value for mark in "\r\n"):
                raise ValueError(f"header {name!r} has more than one line")
        return self

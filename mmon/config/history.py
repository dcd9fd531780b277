"""Where what runs find is kept: a part of the configuration."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from mmon.config.fields import Duration, Integer, Section, Text, Timeout
from mmon.texts.redaction import keep_uri


class History(Section):
    """Keep what is found in a database, and analyse each window once, when it has closed.

    A text in YAML is short for ``{url: …}``.
    """

    SHORT: ClassVar[str | None] = "url"

    url: Text
    """The path of an SQLite file, which is made, or
    ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``."""
    keep: Duration | None = "400d"
    """How long windows are kept, counted back from the newest one; null keeps all."""
    points: Annotated[Integer, Field(ge=16, le=1_000_000)] = 1024
    """Values kept of a numeric column in each window's stored profile."""
    wait: Timeout = "60s"
    """How long a run waits for another one of the same project and endpoint to end."""

    @model_validator(mode="after")
    def _keep_secrets(self) -> Self:
        keep_uri(self.url)
        return self

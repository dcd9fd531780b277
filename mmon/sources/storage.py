"""Options of object stores, with limits so that a silent server cannot hold a run up for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmon.errors import ConfigError

# Polars' own defaults wait for more than 900 s when a server accepts and never answers.
# read_timeout is the longest silence, not the length of a download.
_LIMITS: Mapping[str, Any] = {
    "connect_timeout": "10s",
    "read_timeout": "30s",
    "max_retries": 3,
    "retry_timeout_ms": 60_000,
}
_INTEGERS = frozenset(
    {
        "max_retries",
        "retry_timeout_ms",
        "retry_init_backoff_ms",
        "retry_max_backoff_ms",
        "file_cache_ttl",
    }
)


def storage_options(given: Mapping[str, str]) -> dict[str, Any]:
    """The options as Polars takes them, completed by limits on waiting.

    Raises
    ------
    ConfigError
        When the value of a numeric option is not a whole number.
    """
    options = {**_LIMITS, **given}
    for name in _INTEGERS & options.keys():
        try:
            options[name] = int(options[name])
        except ValueError:
            raise ConfigError(
                f"storage_options: {name} is {options[name]!r}, not a whole number"
            ) from None
    return options

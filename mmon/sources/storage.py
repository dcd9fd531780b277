"""Object stores: their options, with limits on waiting, and the files that a pattern names."""

from __future__ import annotations

import re
from typing import Any

from mmon.config.data import Dataset
from mmon.config.fields import seconds
from mmon.errors import ConfigError, DataError
from mmon.sources.errors import reading
from mmon.sources.formats import Format, is_hidden

# The longest that one request takes where the configuration sets no limit: Polars asks for 64 MB at
# most, and notices silence alone.
_LONGEST_REQUEST = "30m"
_RETRIES = 3
_INTEGERS = {
    *("max_retries", "retry_timeout_ms", "retry_init_backoff_ms", "retry_max_backoff_ms"),
    "file_cache_ttl",
}


def storage_options(dataset: Dataset, uri: str) -> dict[str, Any]:
    """The options as Polars takes them, completed by limits on waiting.

    Raises
    ------
    ConfigError
        When the value of a numeric option is not a whole number.
    """
    timeouts = dataset.timeouts
    # What fails, Polars does twice; after a silence nothing is asked for again.
    patience_ms = round(seconds(timeouts.idle) * 500)
    options: dict[str, Any] = {"max_retries": _RETRIES, "retry_timeout_ms": patience_ms}
    # Hugging Face takes no other limits.
    if not uri.lower().startswith("hf://"):
        options["connect_timeout"] = timeouts.connect
        options["read_timeout"] = f"{patience_ms}ms"
        options["timeout"] = timeouts.total or _LONGEST_REQUEST
    options.update(dataset.storage_options)
    for name in _INTEGERS & options.keys():
        try:
            options[name] = int(options[name])
        except ValueError:
            what = f"{name} is {options[name]!r}, not a whole number"
            raise ConfigError(f"storage_options: {what}") from None
    return options


def list_files(pattern: str, kind: Format, options: dict[str, Any]) -> list[str]:
    """The files that a URI with wildcards, or one that ends in a slash, names; in order of name.

    Polars reads many files with the columns of the first; one by one, each shows its own. Files
    without a row are left out, and those that hide behind a dot or an underscore.

    Raises
    ------
    DataError, ConfigError
        When the store cannot be read or there is no such file.
    """
    with reading(pattern):
        found = kind.paths(pattern, options).unique().collect(engine="streaming")
    paths: list[str] = found["path"].sort().to_list()
    fixed = re.split(r"[*?\[]", pattern)[0].rpartition("/")[0]
    shown = [path for path in paths if not any(map(is_hidden, path[len(fixed) :].split("/")))]
    if not shown:
        raise DataError(
            f"{pattern!r} matches no file with rows", hint="check the path and the pattern"
        )
    return shown

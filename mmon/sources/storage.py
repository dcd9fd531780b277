"""Object stores: their options, with limits on waiting, and the files that a pattern names."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator
from typing import Any

# What every scan of Polars begins with, and Polars does not offer by itself.
from polars.io._expand_paths import _expand_paths

from mmon.config.data import Dataset
from mmon.config.fields import seconds
from mmon.errors import ConfigError, DataError, NoFilesError
from mmon.sources.candidates import Candidate
from mmon.sources.dated_names import Place
from mmon.sources.delta import DELTA, Delta, check_may_be_read, is_delta
from mmon.sources.errors import reading
from mmon.sources.formats import Format, Part, format_of_name, is_hidden

# The longest that one request takes where the configuration sets no limit: Polars asks for 64 MB at
# most, and notices silence alone.
_LONGEST_REQUEST = "30m"
_RETRIES = 3
# The object stores that Polars 2 reads by itself.
_STORES = ("s3", "s3a", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "hf")
LOCAL_SCHEMES = ("file", "http", "https")
WILDCARDS = re.compile(r"[*?\[]")
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


def in_store(
    path: str, scheme: str, option: Format | None, dataset: Dataset, *, by_name: bool
) -> Iterator[Candidate]:
    """The files, or the table, that a URI of an object store names.

    Those of a pattern are looked at before they are listed, unless that is done ``by_name``.

    Raises
    ------
    DataError, ConfigError
        When the store cannot be read, there is no such file, or what it is cannot be told.
    """
    if scheme not in _STORES:
        known = (*_STORES, *LOCAL_SCHEMES)
        close = difflib.get_close_matches(scheme, known, n=1)
        raise ConfigError(
            f"{path!r} has an unknown scheme {scheme}://",
            hint=f"did you mean {close[0]}://?" if close else f"there are: {', '.join(known)}",
        )
    announced = option or format_of_name(path)
    if announced is None:
        raise DataError(
            f"the format of {path!r} cannot be told from its name",
            hint="set the format option, or end the pattern with a suffix such as *.parquet",
        )
    is_pattern = path.endswith("/") or WILDCARDS.search(path) is not None
    options = storage_options(dataset, path)
    if path.endswith("/") and is_delta(path, options):
        check_may_be_read(DELTA, path)
        table = Part(path, path, Delta(), storage=options)
        yield Candidate(Place("", path), lambda: table)
        return
    files = _listed(path, announced, options, by_name=by_name) if is_pattern else [path]
    for uri in files:
        # The bucket and the file's own name are no partitions.
        folders, _, name = uri.partition("://")[2].partition("/")[2].rpartition("/")
        is_hive = (is_pattern and "=" in folders) if dataset.hive is None else dataset.hive
        open_folders = uri.removeprefix(_fixed_part(path)).rpartition("/")[0]
        part = Part(uri, uri, announced, folders if is_hive else "", options)
        is_checked = not (by_name and is_pattern and announced.is_text)
        yield Candidate(
            Place(open_folders, name), functools.partial(_with_rows, part, is_checked=is_checked)
        )


def _with_rows(part: Part, *, is_checked: bool) -> Part | None:
    """A part on an object store, of which it may not be known yet whether it has a row."""
    if is_checked or _has_rows(part.uri, part.format, {**part.storage}):
        return part
    return None


def _listed(
    pattern: str, kind: Format, options: dict[str, Any], *, by_name: bool = False
) -> list[str]:
    """The files that a URI with wildcards, or one that ends in a slash, names; in order of name.

    Polars reads many files with the columns of the first; one by one, each shows its own. Files
    without a row are left out, unless only names are asked for and no file is looked at, and those
    that hide behind a dot or an underscore.

    Raises
    ------
    DataError, ConfigError
        When the store cannot be read or there is no such file.
    """
    with reading(pattern):
        if by_name:
            found = _expand_paths(pattern, storage_options=options)
        else:
            found = kind.paths(pattern, options).unique()
        paths: list[str] = found.collect(engine="streaming")["path"].sort().to_list()
    fixed = _fixed_part(pattern)
    shown = [path for path in paths if not any(map(is_hidden, path[len(fixed) :].split("/")))]
    if not shown:
        raise NoFilesError(
            f"{pattern!r} matches no file with rows", hint="check the path and the pattern"
        )
    return shown


def _has_rows(uri: str, kind: Format, options: dict[str, Any]) -> bool:
    """Whether there is a row in a file.

    Raises
    ------
    DataError, ConfigError
        When it cannot be read.
    """
    with reading(uri):
        return kind.paths(uri, options).head(1).collect().height > 0


def _fixed_part(pattern: str) -> str:
    """The folder below which a pattern leaves all open."""
    return WILDCARDS.split(pattern)[0].rpartition("/")[0]

"""Finds the files of a dataset: names, lists, patterns, folders, URIs and standard input."""

from __future__ import annotations

import atexit
import dataclasses
import difflib
import functools
import glob
import re
import shutil
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmon.config import Dataset
from mmon.errors import ConfigError, DataError
from mmon.sources.formats import READABLE, TEXT_FORMATS, Format, format_of_file, format_of_name

STANDARD_INPUT = "-"

# What Polars 2 reads by itself.
_SCHEMES = ("s3", "s3a", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "hf", "http", "https")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")
_WILDCARDS = re.compile(r"[*?\[]")


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One file, or one pattern on object storage, which Polars expands by itself.

    Attributes
    ----------
    uri : str
        What Polars reads.
    name : str
        What the user knows it by.
    format : Format
    is_local : bool
    is_hive : bool
        Whether the folders of its path, such as ``date=2024-01-31``, are columns.
    folders : str
        The folders of a local file that the user left open, which may be columns.
    """

    uri: str
    name: str
    format: Format
    is_local: bool
    is_hive: bool
    folders: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """A local file; ``folders`` is the part of its path that the user left open."""

    path: Path
    name: str
    is_listed: bool
    folders: str = ""


def list_parts(dataset: Dataset) -> tuple[Part, ...]:
    """The parts of a dataset: paths in the order given, the files of each by name.

    Raises
    ------
    DataError
        When a file is missing, empty or of another format than it seems, a folder or pattern holds
        no data, or the parts are of different formats.
    ConfigError
        When a path is empty or of an unknown kind.
    """
    paths = (dataset.path,) if isinstance(dataset.path, str) else dataset.path
    if not paths:
        raise ConfigError("the list of paths is empty", hint="name a file, a folder or a pattern")
    parts = [part for path in paths for part in _parts(path, dataset)]
    for part in parts:
        if part.format != parts[0].format:
            raise DataError(
                f"{parts[0].name!r} is {parts[0].format} and {part.name!r} is {part.format}:"
                " a dataset has one format",
                hint="choose files with a pattern such as folder/*.parquet",
            )
    return tuple(parts)


def display_name(path: str | Sequence[str]) -> str:
    """What a report calls a dataset."""
    if isinstance(path, str):
        return "standard input" if path == STANDARD_INPUT else path
    return path[0] if len(path) == 1 else f"{path[0]} and {len(path) - 1} more"


def _parts(path: str, dataset: Dataset) -> Iterator[Part]:
    if not path:
        raise ConfigError("a path is empty", hint="name a file, a folder or a pattern")
    option = None if dataset.format is None else Format(dataset.format)
    scheme = _SCHEME.match(path)
    if scheme and scheme[1].lower() != "file":
        yield _remote(path, scheme[1].lower(), option, dataset.hive)
        return
    local = _path_of_file_uri(path) if scheme else path
    found = [_standard_input()] if path == STANDARD_INPUT else _local(local, path, option)
    parts = [_checked(file, option, dataset.hive) for file in found]
    if not any(parts):
        raise DataError(f"every file of {path!r} is empty (0 bytes)")
    yield from (part for part in parts if part is not None)


def _remote(path: str, scheme: str, option: Format | None, hive: bool | None) -> Part:
    if scheme not in _SCHEMES:
        close = difflib.get_close_matches(scheme, _SCHEMES, n=1)
        raise ConfigError(
            f"{path!r} has an unknown scheme {scheme}://",
            hint=f"did you mean {close[0]}://?" if close else f"there are: {', '.join(_SCHEMES)}",
        )
    announced = option or format_of_name(path)
    if announced is None:
        raise DataError(
            f"the format of {path!r} cannot be told from its name",
            hint="set the format option, or end the pattern with a suffix such as *.parquet",
        )
    is_hive = "=" in path or path.endswith("/") if hive is None else hive
    return Part(path, path, announced, is_local=False, is_hive=is_hive)


def _path_of_file_uri(uri: str) -> str:
    address = urllib.parse.urlsplit(uri)
    if address.netloc not in ("", "localhost"):
        raise ConfigError(f"{uri!r} names a file on another machine", hint="write file:///path")
    return urllib.request.url2pathname(address.path)


def _local(path: str, name: str, option: Format | None) -> list[_Found]:
    try:
        base = Path(path).expanduser()
        if base.is_dir():
            return _in_folder(base, name, option)
        if base.exists():
            return [_Found(base if base.is_file() else _spooled_pipe(base), name, is_listed=True)]
    except (PermissionError, RuntimeError) as error:
        raise DataError(f"{name!r} may not be read", hint="check the permissions") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{name!r} is not a path: {error}") from error
    if _WILDCARDS.search(path):
        return _in_pattern(str(base), name, option)
    raise DataError(f"{name!r} does not exist", hint=_near(base))


def _near(missing: Path) -> str:
    if not missing.parent.is_dir():
        return f"there is no folder {str(missing.parent)!r}"
    siblings = [entry.name for entry in missing.parent.iterdir()]
    close = difflib.get_close_matches(missing.name, siblings, n=1)
    return f"did you mean {str(missing.with_name(close[0]))!r}?" if close else "check the path"


def _in_pattern(pattern: str, name: str, option: Format | None) -> list[_Found]:
    matches = sorted(map(Path, glob.glob(pattern, recursive=True)))  # noqa: PTH207  # absolute too
    hidden_too = Path(pattern).name.startswith(("_", "."))
    # The folders from the first wildcard on: the user left them open, so they may be partitions.
    fixed = Path(pattern[: _WILDCARDS.search(pattern).start()]).parts  # type: ignore[union-attr]  # the caller found one
    found = []
    for match in matches:
        if match.is_file() and (hidden_too or not match.name.startswith(("_", "."))):
            folders = "/".join(match.parts[max(len(fixed) - 1, 0) : -1])
            found.append(_Found(match, str(match), is_listed=False, folders=folders))
    if not found:
        # A pattern such as date=2024-01-* names folders.
        for folder in (match for match in matches if match.is_dir()):
            found += [
                dataclasses.replace(file, folders=f"{folder.name}/{file.folders}")
                for file in _files(folder, option)
            ]
    if not found:
        raise DataError(f"{name!r} matches no file", hint="check the path and the pattern")
    return found


def _in_folder(folder: Path, name: str, option: Format | None) -> list[_Found]:
    found = _files(folder, option)
    if not found:
        raise DataError(
            f"the folder {name!r} holds no data file",
            hint=f"{READABLE}; for files with other names, set the format option",
        )
    return found


def _files(folder: Path, option: Format | None) -> list[_Found]:
    """The data files below a folder, without what hides behind a dot or an underscore."""
    found = []
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if any(part.startswith((".", "_")) for part in below.parts) or not path.is_file():
            continue
        if option is not None or format_of_name(path.name) is not None:
            found.append(_Found(path, str(path), is_listed=False, folders=below.parent.as_posix()))
    return found


def _checked(file: _Found, option: Format | None, hive: bool | None) -> Part | None:
    """The part of a file, or None for one without a byte among others: a period without rows."""
    announced = option or format_of_name(file.name) or format_of_name(file.path.name)
    try:
        if not file.is_listed and announced in TEXT_FORMATS and file.path.stat().st_size == 0:
            return None
        found = format_of_file(file.path, file.name, announced, is_option=option is not None)
    except PermissionError as error:
        raise DataError(f"{file.name!r} may not be read", hint="check its permissions") from error
    except OSError as error:
        raise DataError(f"{file.name!r} cannot be read: {error.strerror}") from error
    is_hive = "=" in file.folders if hive is None else hive
    # A file that is named in full has columns in its path only where the user says so.
    folders = file.folders or (file.path.parent.as_posix() if hive else "")
    return Part(str(file.path), file.name, found, is_local=True, is_hive=is_hive, folders=folders)


def _standard_input() -> _Found:
    return _Found(_spooled_input(), "standard input", is_listed=True)


@functools.cache
def _spooled_input() -> Path:
    # Kept: a dataset is opened more than once, and a stream can be read only once.
    path = _spool_folder() / "standard_input"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, length=1 << 20)
    return path


@functools.cache
def _spooled_pipe(pipe: Path) -> Path:
    path = _spool_folder() / pipe.name
    with pipe.open("rb") as source, path.open("wb") as file:
        shutil.copyfileobj(source, file, length=1 << 20)
    return path


def _spool_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mmon-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

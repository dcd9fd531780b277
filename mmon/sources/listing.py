"""Finds the files of a dataset: names, lists, patterns, folders, URIs and standard input."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import glob
import os
import re
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError, NoFilesError
from mmon.sources.candidates import Candidate, claimed_spans
from mmon.sources.contents import format_of_file, is_empty
from mmon.sources.dated_names import Place
from mmon.sources.delta import Delta, check_may_be_read, check_no_table, table_kind
from mmon.sources.formats import Format, Part, format_of_name, is_hidden, known, readable
from mmon.sources.spool import downloaded, spooled_input, spooled_pipe, watch
from mmon.sources.storage import LOCAL_SCHEMES, WILDCARDS, in_store
from mmon.sources.time_range import TimeRange
from mmon.texts.redaction import masked

STANDARD_INPUT = "-"

_ENDLESS = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """A local file; ``folders`` is the part of its path that the user left open, None if named."""

    path: Path
    name: str
    folders: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """The parts of a dataset that may hold rows of the time asked for.

    Attributes
    ----------
    skipped : int
        Files that do not, by their names.
    is_followed : bool
        Whether some of these are of a later time.
    """

    parts: tuple[Part, ...]
    skipped: int = 0
    is_followed: bool = False


def list_parts(dataset: Dataset, between: TimeRange | None = None) -> Listing:
    """The parts of a dataset: paths in the order given, the files of each by name.

    Of a time ``between`` two moments, names of files and folders tell which are not looked at. They
    tell nothing where they would leave no file with a byte.

    Raises
    ------
    DataError
        When a file is missing, empty or of another format than it seems, a folder or pattern holds
        no data, or the parts are of different formats.
    ConfigError
        When a path is empty or of an unknown kind.
    """
    if not dataset.paths:
        raise ConfigError("the list of paths is empty", hint="name a file, a folder or a pattern")
    is_chosen = between is not None and between.by_names
    found = [_candidates(path, dataset, by_name=is_chosen) for path in dataset.paths]
    claims = claimed_spans([one.place for group in found for one in group], between)
    skipped = {c for c in claims if between is not None and c is not None and not between.meets(c)}
    parts: list[Part] = []
    left = iter(claims)
    for path, group in zip(dataset.paths, found, strict=True):
        own = [
            dataclasses.replace(part, claim=claim)
            for one, claim in zip(group, left, strict=False)  # each path takes its own
            if claim not in skipped and (part := one.part()) is not None
        ]
        if not own and not skipped:
            raise DataError(f"every file of {path!r} is empty (0 bytes)")
        parts += own
    if between is not None and not parts:
        return list_parts(dataset, dataclasses.replace(between, by_names=False))
    for part in parts:
        if part.format.name != parts[0].format.name:
            raise DataError(
                f"{parts[0].name!r} is {parts[0].format.name} and {part.name!r} is"
                f" {part.format.name}: a dataset has one format",
                hint="choose files with a pattern such as folder/*.parquet",
            )
    is_followed = any(between.is_after(claim) for claim in skipped) if between else False
    count = sum(claim in skipped for claim in claims)
    return Listing(tuple(parts), count, is_followed)


def display_name(path: str | Sequence[str]) -> str:
    """What a report calls a dataset; passwords in URIs are masked."""
    if isinstance(path, str):
        return "standard input" if path == STANDARD_INPUT else masked(path)
    more = f" and {len(path) - 1} more" if len(path) > 1 else ""
    return masked("".join(path[:1])) + more


def local_path(path: str) -> str | None:
    """Where a path or ``file://`` URI is on this machine; None for what is elsewhere."""
    if path.lower().startswith("file://"):
        return os.path.expanduser(_path_of_file_uri(path))  # noqa: PTH111  # of patterns, too
    return None if _SCHEME.match(path) else os.path.expanduser(path)  # noqa: PTH111


def _candidates(path: str, dataset: Dataset, *, by_name: bool) -> list[Candidate]:
    if not path:
        raise ConfigError("a path is empty", hint="name a file, a folder or a pattern")
    option = None if dataset.format is None else known()[dataset.format]
    scheme = _SCHEME.match(path)
    if scheme and scheme[1].lower() not in LOCAL_SCHEMES:
        # Polars takes a scheme in capitals for a folder.
        path = scheme[1].lower() + path[scheme.end(1) :]
        return [*in_store(path, scheme[1].lower(), option, dataset, by_name=by_name)]
    found = _found(path, dataset, option)
    if found[0].path.is_dir():
        table = Part(str(found[0].path), path, Delta())
        return [Candidate(Place("", path), lambda: table)]
    return [
        Candidate(_place(one), functools.partial(_checked, one, option, dataset.hive))
        for one in found
    ]


def _place(file: _Found) -> Place:
    """Where a local file is; of one that is named in full, all folders may tell something."""
    folders = file.folders
    return Place(Path(file.name).parent.as_posix() if folders is None else folders, file.path.name)


def _found(path: str, dataset: Dataset, option: Format | None) -> list[_Found]:
    """Local files, or local copies of what cannot be read twice."""
    if path == STANDARD_INPUT:
        return [_Found(spooled_input(), "standard input")]
    if path.lower().startswith(("http://", "https://")):
        return [_Found(downloaded(path, dataset.timeouts), path)]
    is_uri = path.lower().startswith("file://")
    return _local(_path_of_file_uri(path) if is_uri else path, path, option)


def _path_of_file_uri(uri: str) -> str:
    address = urllib.parse.urlsplit(uri)
    if address.netloc not in ("", "localhost"):
        raise ConfigError(f"{uri!r} names a file on another machine", hint="write file:///path")
    # Imported here: it takes longer to import than small local files to read.
    from urllib.request import url2pathname

    return url2pathname(address.path)


def _local(path: str, name: str, option: Format | None) -> list[_Found]:
    try:
        base = Path(path).expanduser()
        if base.is_dir():
            return _in_folder(base, name, option)
        if base.exists():
            if str(base.resolve()) in _ENDLESS:
                raise DataError(f"{name!r} is a device, which has no end", hint="name a file")
            return [_Found(base if base.is_file() else spooled_pipe(base), name)]
    except (PermissionError, RuntimeError) as error:
        raise DataError(f"{name!r} may not be read", hint="check the permissions") from error
    except OSError as error:
        raise DataError(f"{masked(name)[:60]!r} is not a path: {error.strerror}") from error
    if WILDCARDS.search(path):
        return _in_pattern(str(base), name, option)
    raise DataError(f"{name!r} does not exist", hint=_near(base))


def _near(missing: Path) -> str:
    if masked(str(missing)) != str(missing):
        return "check the path"  # a part of it may be a part of what is masked
    if not missing.parent.is_dir():
        return f"there is no folder {str(missing.parent)!r}"
    siblings = [entry.name for entry in missing.parent.iterdir()]
    close = difflib.get_close_matches(missing.name, siblings, n=1, cutoff=0.75)
    return f"did you mean {str(missing.with_name(close[0]))!r}?" if close else "check the path"


def _in_pattern(pattern: str, name: str, option: Format | None) -> list[_Found]:
    matches = sorted(map(Path, glob.glob(pattern, recursive=True)))  # noqa: PTH207  # absolute too
    hidden_too = Path(pattern).name.startswith(("_", "."))
    found = [p for p in matches if p.is_file() and (hidden_too or not is_hidden(p.name))]
    # A pattern such as date=2024-01-* names folders.
    found = found or [p for folder in filter(Path.is_dir, matches) for p in _files(folder, option)]
    if not found:
        raise NoFilesError(f"{name!r} matches no file", hint="check the path and the pattern")
    check_no_table(found, name)
    # The folders from the first wildcard on: the user left them open, so they may be partitions.
    depth = len(Path(WILDCARDS.split(pattern)[0] + "x").parts) - 1
    return [_Found(path, str(path), "/".join(path.parts[depth:-1])) for path in found]


def _in_folder(folder: Path, name: str, option: Format | None) -> list[_Found]:
    """The files of a folder, or the folder itself when it is a table."""
    kind = table_kind(folder)
    if kind is not None:
        check_may_be_read(kind, name)
        return [_Found(folder, name)]
    found = _files(folder, option)
    check_no_table(found, name)
    if not found:
        raise NoFilesError(
            f"the folder {name!r} holds no data file",
            hint=f"{readable()}; for files with other names, set the format option",
        )
    return [_Found(p, str(p), p.relative_to(folder).parent.as_posix()) for p in found]


def _files(folder: Path, option: Format | None) -> list[Path]:
    """The data files below a folder, without what hides behind a dot or an underscore."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if not any(map(is_hidden, path.relative_to(folder).parts))
        and path.is_file()
        and (option is not None or format_of_name(path.name) is not None)
    ]


def _checked(file: _Found, option: Format | None, hive: bool | None) -> Part | None:
    """The part of a file, or None for one without a byte among others: a period without rows."""
    watch(file.path, file.name)
    announced = option or format_of_name(file.name) or format_of_name(file.path.name)
    try:
        if file.folders is not None and announced and announced.is_text and is_empty(file.path):
            return None
        found = format_of_file(file.path, file.name, announced, is_option=option is not None)
    except PermissionError as error:
        raise DataError(f"{file.name!r} may not be read", hint="check its permissions") from error
    except OSError as error:
        raise DataError(f"{file.name!r} cannot be read: {error.strerror}") from error
    # A file that is named in full has columns in its path only where the user says so.
    folders = "" if hive is False else file.folders or ""
    if hive:
        folders = folders or file.path.parent.as_posix()
    return Part(str(file.path), file.name, found, folders)

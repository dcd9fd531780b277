"""Tells whether a file that is written is one of those that are read, however both are spelled."""

from __future__ import annotations

import dataclasses
import glob
import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.files import descriptor, is_path, opened
from mmon.sources.formats import format_of_name
from mmon.sources.listing import STANDARD_INPUT, local_path

_WILDCARDS = "*?["
_HIDDEN = (".", "_")

Identity = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Something that is read: a file, a folder, a pattern, or standard input."""

    path: str
    """As the user wrote it."""
    is_any_name: bool = False
    """Whether files of a folder are read whatever their names end in."""


def sources_of(config: Config) -> list[Source]:
    """What a configuration has read."""
    datasets = filter(None, (config.reference, config.production, config.labels))
    kept = [Source(config.history.url)] if config.history is not None else []
    return [Source(path, one.format is not None) for one in datasets for path in one.paths] + kept


def check(path: str, sources: Sequence[Source], what: str) -> None:
    """See that writing to a path changes nothing that is read, now or by the same run tomorrow.

    Else `ConfigError` begins with ``what`` would happen: "the html report would replace a.csv".
    """
    for source in sources:
        if _is_read(path, source):
            read = "standard input" if source.path == STANDARD_INPUT else source.path
            raise ConfigError(
                f"{what}, which is read" + (f" as {read}" if read != path else ""),
                hint="name another file, apart from the data",
            )


def identity(path: str, *, of_files: bool = False) -> Identity | None:
    """What is the same for all names of one file, pipe or device; None where there is none.

    With ``of_files``, pipes and devices, which can be read and written at once, have none.
    """
    found = _stat(path)
    if found is None or (of_files and not stat.S_ISREG(found.st_mode)):
        return None
    return found.st_dev, found.st_ino


def _is_read(path: str, source: Source) -> bool:
    written = identity(path, of_files=True)
    if source.path == STANDARD_INPUT:
        return written is not None and written == identity("/dev/stdin", of_files=True)
    read = local_path(source.path)
    if read is None or not is_path(read):
        return False
    # By its own name, and by that of the file it is a link to.
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100  # keeps the link
    named = {Path(os.path.realpath(path)), Path(os.path.realpath(folder), name)}
    return any(_would_match(one, read, source) for one in named) or (
        written is not None
        and any(written == identity(str(one), of_files=True) for one in _files(read))
    )


def _would_match(written: Path, read: str, source: Source) -> bool:
    """Whether the name of a file, which need not exist, is among those that are read."""
    base = Path(os.path.realpath(read))
    if written == base:
        return True
    found = _stat(base)
    if found is not None and stat.S_ISDIR(found.st_mode):
        return written.is_relative_to(base) and _is_data(written.relative_to(base), source)
    if found is not None or not any(sign in read for sign in _WILDCARDS):
        return False
    parts = Path(os.path.abspath(read)).parts  # noqa: PTH100  # a pattern is no link
    first = next(i for i, part in enumerate(parts) if any(sign in part for sign in _WILDCARDS))
    fixed = Path(os.path.realpath(Path(*parts[:first])))
    if not written.is_relative_to(fixed):
        return False
    below, pattern = written.relative_to(fixed).parts, parts[first:]
    if _fits(below, pattern):
        return not written.name.startswith(_HIDDEN) or pattern[-1].startswith(_HIDDEN)
    # A pattern may name folders, too: it does where it names no file.
    matches = [] if any(map(os.path.isfile, _matches(read))) else range(1, len(below))
    return any(
        _fits(below[:depth], pattern) and _is_data(Path(*below[depth:]), source)
        for depth in matches
    )


def _is_data(below: Path, source: Source) -> bool:
    """Whether a file of a folder is one that is read."""
    is_hidden = any(part.startswith(_HIDDEN) for part in below.parts)
    return not is_hidden and (source.is_any_name or format_of_name(below.name) is not None)


def _fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path fit those of a pattern, in which ** is any number of parts."""
    if not pattern:
        return not names
    if pattern[0] == "**" and _fits(names, pattern[1:]):
        return True
    if not names or not (pattern[0] == "**" or fnmatchcase(names[0], pattern[0])):
        return False
    return _fits(names[1:], pattern if pattern[0] == "**" else pattern[1:])


def _files(read: str) -> Iterator[Path]:
    """The files that are there now."""
    for found in map(Path, _matches(read)):
        yield found
        yield from found.rglob("*")


def _matches(read: str) -> list[str]:
    return [read] if _stat(read) else glob.glob(read, recursive=True)  # noqa: PTH207


def _stat(path: str | Path) -> os.stat_result | None:
    """What is there; None for nothing, and for what cannot be a path."""
    try:
        number = descriptor(path)
        return os.stat(path if number is None else opened(number))  # noqa: PTH116  # of descriptors, too
    except (OSError, ValueError):
        return None

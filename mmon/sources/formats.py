"""What a file format is: a module of `mmon.sources.readers`, found by discovery.

A module there whose name does not start with an underscore holds one class that derives from
`Format`, and that is all that mmon knows of the format.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import polars as pl

from mmon import discovery
from mmon.config.data import Dataset
from mmon.config.fields import formats
from mmon.errors import DataError
from mmon.sources.dtypes import Schema, in_known_zones
from mmon.sources.time_range import Span

_COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz")


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One file of a dataset."""

    uri: str
    """What Polars reads."""
    name: str
    """What the user knows it by."""
    format: Format
    folders: str = ""
    """Those of its path that may be columns, such as ``date=2024-01-31/country=AT``."""
    storage: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)
    """Options of the object store that it is on; empty for what is local."""
    claim: Span | None = None
    """When all of its rows happened, by the names that were believed; None where none was."""

    @property
    def is_local(self) -> bool:
        return not self.storage


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """A part with what was found in it."""

    part: Part
    schema: Schema
    """Columns and types; Null where a column holds no value."""
    rows: int
    scan: Callable[[Schema], pl.LazyFrame]
    """The part as a frame; text formats are read with the types it is given."""
    numbered: Callable[[str], pl.LazyFrame] | None = None
    """The part with the numbers of its rows, under a name, where statistics can then still tell
    which rows are not looked at."""
    first: int = 0
    """How many rows of the file come before those that it is read for."""
    unread: int = 0
    """How many of its rows are left out."""
    is_followed: bool = False
    """Whether it has rows from the end of the time asked for on."""

    @classmethod
    def typed(
        cls,
        part: Part,
        frame: pl.LazyFrame,
        rows: int | None = None,
        numbered: Callable[[str], pl.LazyFrame] | None = None,
    ) -> Described:
        """A part whose columns have types of their own; its rows are counted if need be."""
        known = in_known_zones(frame)
        if rows is None:
            rows = int(known.select(pl.len()).collect().item())
        own = numbered and (lambda name: in_known_zones(numbered(name)))
        return cls(part, known.collect_schema(), rows, lambda _: known, own)


class Format(abc.ABC):
    """How the files of one format are told from others, and read.

    A format without `MAGIC` is text, which may be compressed: its parts are local and unpacked when
    they are described, its types come from all of the rows, and those that do not mix become text.
    """

    TITLE: ClassVar[str]
    """What messages call it."""
    SUFFIXES: ClassVar[tuple[str, ...]]
    """How the names of its files end."""
    MAGIC: ClassVar[tuple[bytes, ...]] = ()
    """What its files begin with, one of these."""
    HAS_HEADER: ClassVar[bool] = False
    """Whether a first row that is not there would be taken from the data."""
    IS_TABLE: ClassVar[bool] = False
    """Whether a part is a table of many files, whose log tells what is in which."""

    @property
    def name(self) -> str:
        """That of the ``format`` option."""
        return discovery.name_of(type(self))

    @property
    def is_text(self) -> bool:
        return not self.MAGIC

    @abc.abstractmethod
    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        """The columns, types and rows of a part, and how it is read.

        Parameters
        ----------
        part : Part
        dataset : Dataset
            The read options.
        fixed : Mapping
            Of text, the types that are given, by column; those of other columns are found.

        Raises
        ------
        DataError
            When the part cannot be read, or breaks a given type. What Polars and the system raise
            is put into words by the caller.
        """

    def resembles(self, head: bytes) -> bool:
        """Whether a text that begins so, after blanks, looks like it; asked when no name tells."""
        return False

    def refusal(self, head: bytes, name: str) -> DataError | None:
        """What to raise when a text that begins so cannot be of this format."""
        return None

    def paths(self, pattern: str, options: dict[str, Any]) -> pl.LazyFrame:
        """The path of each row's file on an object store, as the column ``path``."""
        lines = pl.scan_lines(pattern, include_file_paths="path", storage_options=options)
        return lines.select("path")


@functools.cache
def known() -> dict[str, Format]:
    """Every format by its name, in alphabetical order."""
    found = {}
    for name in formats():
        kind = discovery.class_in("mmon.sources.readers", name, Format)
        found[name] = kind()
    return found


def format_of_name(name: str) -> Format | None:
    """The format that a file name or URI announces, or None."""
    lowered = name.lower().split("?", 1)[0] if "://" in name else name.lower()
    for suffix in _COMPRESSIONS:
        lowered = lowered.removesuffix(suffix)
    return next((one for one in known().values() if lowered.endswith(one.SUFFIXES)), None)


def readable() -> str:
    """A hint that says what can be read."""
    *titles, last = (one.TITLE for one in known().values())
    return f"mmon reads {', '.join(titles)} and {last} files"


def is_hidden(name: str) -> bool:
    """Whether a file or folder is about the data, such as _SUCCESS, _metadata or a checksum."""
    return name.startswith((".", "_")) or name.endswith(".crc")

"""Makes of a CSV file as people write them one that a fast reader reads as it is meant.

Most files are read where they are. One that `lines` finds odd is looked at record by record:
what can only mean one thing is written as a clean copy, anything else is refused with its line.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources.contents import BOM
from mmon.sources.formats import Part
from mmon.sources.readers.csv.header import check_is_header
from mmon.sources.readers.csv.lines import Lines, count_lines
from mmon.sources.readers.csv.records import Dialect, Record
from mmon.sources.spool import temporary

_HEAD_BYTES = 1 << 20
_SAMPLE_ROWS = 200
_SEPARATORS = ";\t|,"
# What Excel reads the separator from.
_ANNOUNCED = re.compile(rb'"?sep=(.)"?[,;]*\r?\n', re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file as it is written, from behind what was ``skipped``."""

    path: Path
    name: str
    separator: str
    has_header: bool
    skipped: bytes = b""

    def dialect(self, *, has_escapes: bool = False, is_loose: bool = False) -> Dialect:
        return Dialect(self.separator, has_escapes=has_escapes, is_loose=is_loose)

    def records(self, dialect: Dialect, columns: int | None = None) -> Iterator[Record]:
        """The records that are not blank; of a single column, those before the first alone."""
        blank = b"" if self.separator == " " else b" "
        is_first = True
        for record in dialect.records(self._lines(), columns):
            if record.raw.strip(blank) or (columns == 1 and not is_first):
                yield record
                is_first = False

    def _lines(self) -> Iterator[bytes]:
        """Lines with their ends, whichever these are; what precedes the first record is blank."""
        with self.path.open("rb") as file:
            file.seek(len(self.skipped))
            yield from itertools.repeat(b"\n", self.skipped.count(b"\n"))
            for line in file:
                yield from line.splitlines(keepends=True) if b"\r" in line else (line,)

    def first(self) -> Record:
        found = next(self.records(self.dialect(is_loose=True)), None)
        if found is None:
            raise DataError(f"{self.name!r} is empty", hint="a file needs at least a header")
        return found

    def counted(self, columns: int) -> Lines:
        has_header, skipped = self.has_header and columns > 1, len(self.skipped)
        return count_lines(self.path, self.name, self.separator, has_header, skipped)


@dataclasses.dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file that is sure to be read as it is meant."""

    file: CsvFile
    names: tuple[str, ...] | None
    """The columns as the header writes them; None without a header."""
    rows: int
    """Its records, without the header."""
    missing: frozenset[int]
    """Columns all of whose values are quoted: in them, two quotation marks are a missing value."""


def csv_text(part: Part, dataset: Dataset, separator: str) -> CsvText:
    """A local CSV file, or a clean copy of it.

    Raises
    ------
    DataError
        When a record has no certain meaning, or the header is none.
    """
    file = _opened(part, separator, dataset.has_header)
    first = file.first()
    if file.has_header and first.width == 1 and dataset.separator is None:
        file = _separated(file, _names(first, file.name)[0])
        first = file.first()
    columns = first.width
    has_unnamed_end = file.has_header and columns > 1 and not _names(first, file.name)[-1]
    lines = file.counted(columns)
    is_first = first.line == 1 and first.is_strict
    if is_first and not has_unnamed_end and lines.is_plain(columns):
        rows = lines.records - file.has_header
    else:
        path, rows = _repaired(file)
        file = dataclasses.replace(file, path=path, skipped=b"")
    sample = list(itertools.islice(file.records(file.dialect()), _SAMPLE_ROWS))
    header = None
    if file.has_header:
        header = _names(sample.pop(0), file.name)
        check_is_header(header, sample, file.name, dataset)
        _check_names(header, file.name)
    return CsvText(file, header, rows, _quoted(sample, lines.blank))


def _opened(part: Part, separator: str, has_header: bool) -> CsvFile:
    path = Path(part.uri)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    skipped = BOM if head.startswith(BOM) else b""
    announced = _ANNOUNCED.match(head, len(skipped))
    if announced is not None and announced[1].isascii():
        skipped, separator = head[: announced.end()], announced[1].decode()
    return CsvFile(path, part.name, separator, has_header, skipped)


def _names(first: Record, name: str) -> tuple[str, ...]:
    """The names in a header, as written."""
    if first.fields is None:
        raise _unclosed(first, name)
    return tuple(field.decode() for field in first.fields)


def _separated(file: CsvFile, name: str) -> CsvFile:
    """A file of a single column, with the separator that cuts all of its lines."""
    others = [mark for mark in _SEPARATORS if mark in name and mark != file.separator]
    for mark in others:
        other = dataclasses.replace(file, separator=mark)
        columns = other.first().width
        if columns > 1 and other.counted(columns).is_plain(columns):
            return other
    if others:
        raise DataError(
            f"{file.name!r} has a single column, {name[:60]!r}",
            hint=f"name the separator with --separator {others[0]!r}, or in the configuration",
        )
    return file


def _check_names(names: tuple[str, ...], name: str) -> None:
    for column, copies in itertools.groupby(sorted(names)):
        if len(list(copies)) > 1:
            trouble = f"names the column {column!r} twice" if column else "has unnamed columns"
            raise DataError(f"{name!r} {trouble}", hint="give every column a name of its own")


def _quoted(sample: list[Record], blank: int) -> frozenset[int]:
    """Columns in which a missing value can only be written as two quotation marks."""
    rows = [record.quoted for record in sample if record.raw]
    if rows and len(rows[0]) == 1:
        # A missing value alone in its line is not left blank by those who know blank lines.
        return frozenset() if blank else frozenset({0})
    every = zip(*rows, strict=False)
    return frozenset(place for place, quoted in enumerate(every) if all(quoted))


class _StrayMarkError(DataError):
    """A record whose quotation marks may make sense in another dialect."""


class _UnnamedValuesError(Exception):
    """A last column without a name has values."""


def _repaired(file: CsvFile) -> tuple[Path, int]:
    """A copy with every record as it is meant, and the number of its rows."""
    # Each by itself: a file is written in one way. A backslash may stand at the end of a folder's
    # name, so that it escapes nothing where the marks make sense without.
    for dialect in (file.dialect(), file.dialect(has_escapes=True)):
        with contextlib.suppress(_StrayMarkError):
            return _without_unnamed(file, dialect)
    return _without_unnamed(file, file.dialect(is_loose=True))


def _without_unnamed(file: CsvFile, dialect: Dialect) -> tuple[Path, int]:
    """A copy; last columns without name and value, of separators at the ends, are left out."""
    first = next(file.records(dialect))
    if first.fields is None:
        raise _unclosed(first, file.name)
    columns = named = len(first.fields)
    while file.has_header and named > 1 and not first.fields[named - 1]:
        named -= 1
    try:
        return _copied(file, dialect, columns, named)
    except _UnnamedValuesError:
        return _copied(file, dialect, columns, columns)


def _copied(file: CsvFile, dialect: Dialect, columns: int, named: int) -> tuple[Path, int]:
    path, rows = temporary(Path(file.name).name), -int(file.has_header)
    header = None
    with path.open("wb") as copy:
        for record in file.records(dialect, columns):
            if header is None:
                header = record.fields if file.has_header and columns > 1 else []
            elif record.fields == header:
                raise DataError(
                    f"line {record.line} of {file.name!r} is its header again: files were joined"
                    " with their headers",
                    hint="remove that line, or list the files one by one",
                )
            fitted = _fitted(record, columns, named, file.name)
            is_as_written = fitted is record and record.is_strict
            copy.write((record.raw if is_as_written else dialect.written(fitted)) + b"\n")
            rows += 1
    return path, rows


def _fitted(record: Record, columns: int, named: int, name: str) -> Record:
    """A record of exactly so many fields; empty ones too many are left out."""
    fields = record.fields
    if fields is None:
        raise _unclosed(record, name)
    width = len(fields)
    while width > named and not fields[width - 1]:
        width -= 1
    if named < width <= columns:
        raise _UnnamedValuesError
    if width != named:
        raise _wrong_width(record, width, named, name)
    if width == len(fields):
        return record
    return dataclasses.replace(record, fields=fields[:width], quoted=record.quoted[:width])


def _wrong_width(record: Record, width: int, named: int, name: str) -> DataError:
    what = f"has {width} of {named} fields" if width < named else "has more fields than its header"
    if width > named:
        hint = "check the separator, the quotes, and that the first line is its header"
    elif record.raw.startswith(b"#"):
        hint = "remove comments, for example with: grep -v '^#'"
    else:
        hint = "complete it, or remove it"
    kind = _StrayMarkError if b'"' in record.raw else DataError
    return kind(f"line {record.line} of {name!r} {what}", hint=hint)


def _unclosed(record: Record, name: str) -> DataError:
    return _StrayMarkError(
        f"line {record.line} of {name!r} has a quotation mark that is never closed, or stands"
        " inside its field",
        hint='inside a quoted field, a " is written ""',
    )

"""Reads CSV and TSV with types that hold for every row, not only for the first ones.

Polars infers types from the first rows, and a value that does not fit stops it in mid-read. Here
the inferred types are tried on the whole file, and a column that breaks its type gets a wider one
until all rows are read: integers become floats, dates become times, and anything becomes text. The
trial also finds damaged files before an analysis begins; it costs one more streaming read.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import itertools
from collections.abc import Mapping
from typing import Any

import polars as pl
import polars.selectors as cs
from polars.exceptions import PolarsError

from mmon.config import Dataset
from mmon.errors import ConfigError, DataError, MmonError
from mmon.sources.errors import (
    READ_FAILURES,
    cause_of,
    explain_read_error,
    is_misfit,
    is_ragged,
)
from mmon.sources.formats import Format
from mmon.sources.listing import Part

# Only a first guess, so a few rows will do; Polars infers at a tenth of its reading speed.
_GUESS_ROWS = 1000
_SEPARATORS = ";\t|,"
_PADDED = r"^ *[-+]?0[0-9]"
_NOT_ISO = r"^ *[0-9]{1,2}[^0-9]"

Schema = Mapping[str, pl.DataType]


@dataclasses.dataclass(frozen=True, slots=True)
class CsvFile:
    """One CSV or TSV file.

    Attributes
    ----------
    part : Part
    dataset : Dataset
        The read options.
    storage_options : Mapping
        As Polars takes them.
    """

    part: Part
    dataset: Dataset
    storage_options: Mapping[str, Any]

    def schema(self, fixed: Schema) -> dict[str, pl.DataType]:
        """Columns and types that all rows can be read with.

        Parameters
        ----------
        fixed : Mapping
            Types that are given, by column; those of other columns are found.

        Returns
        -------
        dict of column to type, Null for a column without a single value.

        Raises
        ------
        DataError
            When the file cannot be read, repeats a column name, or breaks a given type.
        """
        try:
            guess = self.scan(None).collect_schema()
            self._check_header(guess.names())
            schema = {**self._as_written(guess), **{n: t for n, t in fixed.items() if n in guess}}
            while (counts := self._counts(schema)) is None:
                schema = self._widened(schema, fixed)
        except READ_FAILURES as error:
            raise self._explained(error) from cause_of(error)
        return {
            name: dtype if counts[name] or name in fixed else pl.Null()
            for name, dtype in schema.items()
        }

    def scan(self, schema: Schema | None, *, is_lenient: bool = False) -> pl.LazyFrame:
        """The file with the types of ``schema`` (text where it says none), or with guessed ones.

        A lenient scan reads text that its type does not hold as null.
        """
        overrides = {
            name: pl.String() if dtype == pl.Null else dtype
            for name, dtype in (schema or {}).items()
        }
        return pl.scan_csv(
            self.part.uri,
            separator=self._separator,
            has_header=self.dataset.has_header,
            null_values=list(self.dataset.null_values) or None,
            try_parse_dates=True,
            infer_schema=schema is None,
            infer_schema_length=_GUESS_ROWS,
            schema_overrides=overrides,
            ignore_errors=is_lenient,
            glob=False,
            storage_options=dict(self.storage_options) or None,
        )

    def _as_written(self, guess: Schema) -> dict[str, pl.DataType]:
        """The guessed types without those that lose what is written, or that took a side.

        007 is a code, and whether 01/02/2024 is in January or in February is for the column to say.
        """
        typed = [n for n, dtype in guess.items() if dtype.is_integer() or dtype.is_temporal()]
        head = self.scan({}).select(cs.by_name(typed)).head(_GUESS_ROWS).collect()
        wrong = {
            name
            for name in typed
            if head[name].str.contains(_PADDED if guess[name].is_integer() else _NOT_ISO).any()
        }
        return {n: pl.String() if n in wrong else dtype for n, dtype in guess.items()}

    @property
    def _separator(self) -> str:
        mark = self.dataset.separator or ("\t" if self.part.format == Format.TSV else ",")
        if not mark.isascii() or mark in '"\r\n':
            raise ConfigError(
                f"separator: {mark!r} cannot separate fields", hint="use a character such as ;"
            )
        return mark

    def _counts(self, schema: Schema) -> dict[str, int] | None:
        """Values in each column, or None when some text does not fit its column's type."""
        try:
            counts = self.scan(schema).select(pl.all().count()).collect(engine="streaming")
        except PolarsError as error:
            if is_misfit(error):
                return None
            raise
        return counts.row(0, named=True)

    def _widened(self, schema: Schema, fixed: Schema) -> dict[str, pl.DataType]:
        """Wider types for the columns whose text does not fit; all at once, to read less often."""
        typed = [name for name, dtype in schema.items() if dtype not in (pl.String, pl.Null)]
        # An empty text between quotes is null to every type but String.
        texts = self.scan({}).select(pl.col(typed).ne("").sum()).collect(engine="streaming")
        values = self.scan(schema, is_lenient=True).select(pl.col(typed).count())
        pairs = zip(typed, texts.row(0), values.collect(engine="streaming").row(0), strict=True)
        broken = {name for name, text, value in pairs if value < text}
        if not broken - set(fixed):
            # Nothing to widen: say what does not fit the given type.
            self.scan(schema).select(pl.all().count()).collect(engine="streaming")
        return {
            name: _wider(dtype) if name in broken and name not in fixed else dtype
            for name, dtype in schema.items()
        }

    def _check_header(self, names: list[str]) -> None:
        if not self.dataset.has_header:
            return
        if len(names) == 1 and self.dataset.separator is None:
            others = (mark for mark in _SEPARATORS if mark in names[0])
            other = next((mark for mark in others if mark != self._separator), None)
            if other is not None:
                raise DataError(
                    f"{self.part.name!r} has a single column, {names[0][:60]!r}",
                    hint=f"name the separator with --separator {other!r}, or in the configuration",
                )
        if any("\N{REPLACEMENT CHARACTER}" in name for name in names):
            # Polars refuses other bytes in values, but replaces them in names.
            raise DataError(
                f"{self.part.name!r} is not UTF-8 text",
                hint="convert it, for example with: iconv -f latin1 -t utf-8",
            )
        if any("\r" in name for name in names):
            raise DataError(
                f"{self.part.name!r} ends its lines with a bare carriage return",
                hint="convert it, for example with: tr '\\r' '\\n'",
            )
        if not any("_duplicated_" in name for name in names):
            return
        # Polars renames repeated columns; the first line read as data shows what the file says.
        headless = self.dataset.model_copy(update={"has_header": False})
        header = dataclasses.replace(self, dataset=headless).scan({}).head(1).collect().row(0)
        for name, copies in itertools.groupby(sorted(name or "" for name in header)):
            if len(list(copies)) > 1:
                trouble = f"names the column {name!r} twice" if name else "has unnamed columns"
                raise DataError(
                    f"{self.part.name!r} {trouble}", hint="give every column a name of its own"
                )

    def _explained(self, error: BaseException) -> MmonError:
        line = self._ragged_line() if is_ragged(error) and self.part.is_local else None
        name = self.part.name
        if line is None:
            return explain_read_error(error, name)
        return DataError(
            f"line {line} of {name!r} has more fields than its header",
            hint="check the separator and the quotes",
        )

    def _ragged_line(self) -> int | None:
        """Number of the first line with more fields than the first, from 1."""
        uri = self.part.uri
        if uri.endswith(".zst"):
            return None
        with (
            gzip.open(uri, "rt", newline="", encoding="utf-8")
            if uri.endswith(".gz")
            else open(uri, newline="", encoding="utf-8")  # noqa: PTH123  # twin of gzip.open
        ) as file:
            rows = csv.reader(file, delimiter=self._separator)
            try:
                fields = len(next(rows))
                return next((rows.line_num for row in rows if len(row) > fields), None)
            except (csv.Error, OSError, EOFError, UnicodeDecodeError):
                return None


def _wider(dtype: pl.DataType) -> pl.DataType:
    if dtype.is_integer():
        return pl.Float64()
    return pl.Datetime("us") if dtype == pl.Date else pl.String()

"""Reads CSV and TSV with types that hold for every row, not only for the first ones.

Polars infers types from the first rows, and a value that does not fit stops it in mid-read. Here
the inferred types are tried on the whole file, and a column that breaks its type gets a wider one
until all rows are read: integers become floats, dates become times, and anything becomes text. The
trial also finds damaged files before an analysis begins; it costs one more streaming read, in which
the rows are counted against the file's own lines.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import polars as pl
import polars.selectors as cs
from polars.exceptions import PolarsError

from mmon.config.data import Dataset
from mmon.engine.local import column_of
from mmon.errors import DataError
from mmon.sources.dtypes import Schema
from mmon.sources.errors import misfit
from mmon.sources.formats import Described, Format, Part
from mmon.sources.readers.csv.text import CsvText, csv_text

# Only a first guess, so a few rows will do; Polars infers at a tenth of its reading speed.
_GUESS_ROWS = 1000
_PADDED = r"^ *[-+]?0[0-9]"
_NOT_ISO = r"^ *[0-9]{1,2}[^0-9]"


class Csv(Format):
    TITLE = "CSV"
    SUFFIXES: ClassVar[tuple[str, ...]] = (".csv",)
    HAS_HEADER = True
    SEPARATOR: ClassVar[str] = ","
    """Where the configuration names none."""

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        text = csv_text(part, dataset, dataset.separator or self.SEPARATOR)
        file = _CsvFile(text, part.name, dataset)
        return Described(part, file.schema(fixed), text.rows, file.scan)

    def resembles(self, head: bytes) -> bool:
        return b"," in head.split(b"\n", 1)[0] and not head.startswith(b"{")

    def refusal(self, head: bytes, name: str) -> DataError | None:
        if not head.lstrip().startswith((b'{"', b"[{")):
            return None
        return DataError(
            f"{name!r} is not {self.TITLE}: it is JSON",
            hint="set the format option to ndjson, or turn an array into lines with: jq -c '.[]'",
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _CsvFile:
    text: CsvText
    name: str
    dataset: Dataset

    def schema(self, fixed: Schema) -> dict[str, pl.DataType]:
        """Columns and types; Null for a column without a single value."""
        guess = self.scan(None).collect_schema()
        schema = self._as_written(guess) | {n: t for n, t in fixed.items() if n in guess}
        while True:
            try:
                counts = self._counts(schema)
                break
            except PolarsError as error:
                wider = self._widened(schema, fixed) if misfit(str(error)) else schema
                if wider == schema:
                    raise
                schema = wider
        return {
            name: dtype if counts[name] or name in fixed else pl.Null()
            for name, dtype in schema.items()
        }

    def scan(self, schema: Schema | None, *, is_lenient: bool = False) -> pl.LazyFrame:
        """The file with the types of ``schema`` (text where it says none), or with guessed ones.

        A lenient scan reads text that its type does not hold as null.
        """
        names = self._names
        overrides = {
            names.get(name, name): pl.String() if dtype == pl.Null else dtype
            for name, dtype in (schema or {}).items()
        }
        frame = pl.scan_csv(
            self.text.file.path,
            separator=self.text.file.separator,
            has_header=self.dataset.has_header,
            null_values=list(self.dataset.null_values) or None,
            try_parse_dates=True,
            infer_schema=schema is None,
            infer_schema_length=_GUESS_ROWS,
            schema_overrides=overrides,
            ignore_errors=is_lenient,
            glob=False,
        )
        if names:
            frame = frame.rename({raw: name for name, raw in names.items()})
        return self._with_missing(frame)

    def _as_written(self, guess: Schema) -> dict[str, pl.DataType]:
        """The guessed types without those that lose what is written, or that took a side.

        007 is a code, and whether 01/02/2024 is in January or in February is for the column to say.
        """
        typed = [n for n, dtype in guess.items() if dtype.is_integer() or dtype.is_temporal()]
        head = self.scan({}).select(cs.by_name(typed)).head(_GUESS_ROWS).collect()
        wrong = {
            name
            for name in typed
            if column_of(head, name)
            .str.contains(_PADDED if guess[name].is_integer() else _NOT_ISO)
            .any()
        }
        # No double holds numbers of so many digits: they are codes, too.
        wrong |= {n for n, dtype in guess.items() if dtype in (pl.Int128, pl.UInt128)}
        return {n: pl.String() if n in wrong else dtype for n, dtype in guess.items()}

    @property
    def _names(self) -> dict[str, str]:
        """What Polars calls columns with a quotation mark in their name."""
        quoted = (name for name in self.text.names or () if '"' in name)
        return {name: name.replace('"', '""') for name in quoted}

    def _with_missing(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Two quotation marks are null in columns that write missing values so."""
        if not self.text.missing:
            return frame
        return frame.with_columns(
            pl.when(cs.by_name(name).ne("")).then(cs.by_name(name)).alias(name)
            for place, (name, dtype) in enumerate(frame.collect_schema().items())
            if dtype == pl.String and place in self.text.missing
        )

    def _counts(self, schema: Schema) -> dict[str, int]:
        """The values of each column."""
        # Under a name of its own, which no column has.
        rows = pl.len().alias(max(schema, key=len, default="") + "_rows")
        counts = self.scan(schema).select(rows, pl.all().count()).collect(engine="streaming")
        read, *values = counts.row(0)
        if read != self.text.rows:
            raise DataError(
                f"{self.name!r} has {self.text.rows:,} rows by its lines, and {read:,} were read",
                hint="check its separator and quotation marks; it may have changed meanwhile",
            )
        return dict(zip(counts.columns[1:], values, strict=True))

    def _widened(self, schema: Schema, fixed: Schema) -> dict[str, pl.DataType]:
        """Wider types for the columns whose text does not fit; all at once, to read less often."""
        typed = [name for name, dtype in schema.items() if dtype not in (pl.String, pl.Null)]
        # An empty text between quotes is null to every type but String.
        texts = self.scan({}).select(cs.by_name(typed).ne("").sum()).collect(engine="streaming")
        values = self.scan(schema, is_lenient=True).select(cs.by_name(typed).count())
        pairs = zip(typed, texts.row(0), values.collect(engine="streaming").row(0), strict=True)
        broken = {name for name, text, value in pairs if value < text and name not in fixed}
        return {n: _wider(dtype) if n in broken else dtype for n, dtype in schema.items()}


def _wider(dtype: pl.DataType) -> pl.DataType:
    if dtype.is_integer():
        return pl.Float64()
    return pl.Datetime("us") if dtype == pl.Date else pl.String()

"""How values are written in text, and the expressions that read them as numbers, times or labels.

A spelling is decided once, on the reference (`recognise`), stored with its column and applied to
both sides: before a batch reaches any summary, its text has become values.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import polars as pl
import polars.selectors as cs

from mmon.profiles.recognition.times import ClockSpelling, TimeSpelling
from mmon.records import require

TEXTS = (pl.String, pl.Categorical, pl.Enum)

# Currency signs, and the codes (ISO 4217) and names of currencies that stand beside amounts.
_CODES = (
    "USD|EUR|GBP|JPY|CNY|CHF|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|BRL|MXN"
    "|ZAR|KRW|SGD|HKD|TWD|THB|IDR|MYR|PHP|VND|ILS|AED|SAR|EGP|NGN|KES|ARS|CLP|COP|PEN"
)
CURRENCY = rf"(?:\p{{Sc}}|{_CODES}|[A-Z]{{1,2}}\$|Fr\.?|kr\.?|zł|Kč|Ft)"
_UNIT = r"[^0-9\s]{1,10}"
_MINUS = "[-\N{MINUS SIGN}\N{EN DASH}]"
# What stands between groups of three digits: a blank may be any of those that typesetters use.
GROUPS = {
    "": "",
    ",": ",",
    ".": r"\.",
    "'": "['\N{RIGHT SINGLE QUOTATION MARK}]",
    " ": "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]",
}
_GROUP_NAMES = {",": "commas", ".": "points", "'": "apostrophes", " ": "blanks"}
_BLANKS = " \t\r\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{BOM}"

# What pandas, R, SQL and Excel write for a missing value, and what people do.
_MISSING = (
    *("", "#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan", "-nan", "nan"),
    *("n/a", "n.a.", "na", "null", "none", "nil", "missing", "\\n", "?", "-", "--", ".", "..", "*"),
    *("#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!", "inf", "-inf"),
)
_TRUTHS = {"true": 1.0, "false": 0.0}


@dataclasses.dataclass(frozen=True, slots=True)
class NumberSpelling:
    """How numbers are written.

    Attributes
    ----------
    decimal : str
        The mark before the fraction: ``.`` or ``,``.
    group : str
        What may stand between thousands; empty for nothing.
    is_marked : bool
        Whether currency signs, percent signs or parentheses (a minus, as accountants write it) may
        stand around a number; a percentage is read as the fraction that it is.
    marks : tuple of str
        Those that were met, for people.
    is_ambiguous : bool
        Whether ``1,234`` could as well have been 1.234.
    has_unit : bool
        Whether a unit such as kg may follow, in a column that the user calls numeric.
    is_truth : bool
        Whether true and false stand for 1 and 0.
    """

    decimal: str = "."
    group: str = ""
    is_marked: bool = False
    marks: tuple[str, ...] = ()
    is_ambiguous: bool = False
    has_unit: bool = False
    is_truth: bool = False

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no way to write numbers."""
        is_known = self.decimal in (".", ",") and self.group in GROUPS
        require(is_known, f"has the unknown marks {self.decimal!r} and {self.group!r}")

    @property
    def is_plain(self) -> bool:
        """Whether these are numbers as computers write them."""
        return self.decimal == "." and not self.group and not self.is_marked

    @property
    def pattern(self) -> str:
        """A regular expression of one number, which is its first group."""
        mark = re.escape(self.decimal)
        core = rf"(?:\d+(?:{mark}\d*)?|{mark}\d+)(?:[eE][-+]?\d+)?"
        if self.group:
            # India groups by two, and nobody groups before an exponent.
            group, few = GROUPS[self.group], "{2,3}" if self.group == "," else "{3}"
            core = rf"(?:[1-9]\d{{0,2}}(?:{group}\d{few})*{group}\d{{3}}(?:{mark}\d*)?|{core})"
        core = rf"({_MINUS}?\s?{core})"
        if not self.is_marked:
            return rf"^\s*\+?{core}\s*$"
        before = rf"\(?\s*\+?(?:{_MINUS}?\s*{CURRENCY}\s*)?"
        unit = rf"%|{CURRENCY}|{_UNIT}" if self.has_unit else rf"%|{CURRENCY}"
        return rf"^\s*{before}{core}\s*(?:{unit})?\s*-?\s*\)?\s*$"

    def read(self, text: pl.Expr) -> pl.Expr:
        """Float64; null where there is no number. Texts such as nan and inf are what they say."""
        stripped = text.str.strip_chars(_BLANKS)
        plain = stripped.cast(pl.Float64, strict=False)
        if self.is_truth:
            words = stripped.str.to_lowercase().replace_strict(
                _TRUTHS, default=None, return_dtype=pl.Float64
            )
            return pl.coalesce(words, plain)
        if self.is_plain:
            return plain
        core = stripped.str.extract(self.pattern, 1)
        if self.group:
            core = core.str.replace_all(GROUPS[self.group], "")
        if self.decimal != ".":
            core = core.str.replace(self.decimal, ".", literal=True)
        core = core.str.replace(rf"^{_MINUS}\s?", "-")
        if self.is_marked:
            # In the text, so that 12.3 % is the double nearest to 0.123.
            is_percent = stripped.str.contains("%", literal=True)
            core = pl.when(is_percent).then(core + "e-2").otherwise(core)
        number = core.cast(pl.Float64, strict=False)
        if self.is_marked:
            outside = stripped.str.contains(rf"^\(|-\s*\)?$|^{_MINUS}\s*{CURRENCY}")
            number = pl.when(outside).then(-number.abs()).otherwise(number)
        words = pl.when(stripped.str.contains(r"^(?i:[-+]?(nan|inf|infinity))$")).then(plain)
        return pl.coalesce(number, words)

    @property
    def said(self) -> str | None:
        """How it is written, in words; None where there is nothing to say."""
        parts = []
        if self.decimal == ",":
            parts.append("a decimal comma")
        if self.group:
            parts.append(f"{_GROUP_NAMES[self.group]} between thousands")
        if self.marks:
            parts.append(" and ".join(self.marks))
        if not parts:
            return None
        doubt = " (1,234 could mean 1.234)" if self.is_ambiguous else ""
        return f"numbers written with {', '.join(parts)}{doubt}"


# Numbers with blanks, a sign or zeros that say nothing.
_WHOLE = r"^\s*\+?(-?(?:0|[1-9]\d*))(?:\.0*)?\s*$"
_FRACTION = r"^\s*\+?(-?(?:0|[1-9]\d*)\.\d*?[1-9])0*\s*$"
_PADDED = r"^\s*\+?(-?)0+(\d)"
NUMBER_LABEL = r"^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$"
"""A label that is a number."""


@dataclasses.dataclass(frozen=True, slots=True)
class LabelSpelling:
    """How labels that are numbers are written.

    Attributes
    ----------
    is_number : bool
        Whether the other side holds numbers, so that 007 is 7; among texts it is another label.
    names : mapping of str to str
        What a label of production is called in the reference, where that differs.
    """

    is_number: bool = False
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)

    said = None  # a label is what it is

    def read(self, value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
        """String: 1, 1.0 and 1.00 are one label."""
        label = written(value, dtype)
        if self.is_number:
            unpadded = label.str.replace(_PADDED, "$1$2")
            is_number = unpadded.str.contains(NUMBER_LABEL)
            label = pl.when(is_number).then(_plain(unpadded)).otherwise(label)
        return label.replace(dict(self.names)) if self.names else label


Spelling = NumberSpelling | TimeSpelling | ClockSpelling | LabelSpelling


def written(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The label of a value: its text, where 1, 1.0 and 1.00 are one."""
    if dtype.is_float():
        whole = value.cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == value.cast(pl.Float64)
        text = pl.when(is_whole).then(whole.cast(pl.String)).otherwise(value.cast(pl.String))
        return pl.when(value.is_not_nan()).then(text)
    if dtype.is_temporal():
        # A fraction of a second that is none is not written.
        return value.dt.to_string("iso").str.replace(r"(\d:\d\d)\.0+$", "$1")
    text = value.cast(pl.String)
    if dtype.is_decimal():
        return _plain(text)
    # 1.10 and 1.1 are two versions, where all is text.
    return text.str.replace(_WHOLE, "$1") if isinstance(dtype, TEXTS) else text


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.replace(_WHOLE, "$1").str.replace(_FRACTION, "$1")


def spelled(name: str, dtype: pl.DataType, spelling: Spelling) -> pl.Expr | None:
    """The column as the spelling reads it; None where its values need no reading."""
    if not has_text(dtype):
        return None
    value = by_name(name)
    is_text = isinstance(dtype, TEXTS)
    if isinstance(spelling, LabelSpelling):
        return spelling.read(value, dtype).alias(name)
    if isinstance(spelling, TimeSpelling) and (
        is_text or (dtype.is_numeric() and not spelling.is_written)
    ):
        read = value.map_batches(spelling.read, return_dtype=spelling.dtype, is_elementwise=True)
        return read.alias(name)
    if is_text and not isinstance(spelling, TimeSpelling):
        return spelling.read(value.cast(pl.String)).alias(name)
    return None


_TEXT_OF = "__mmon_text_of "


def with_texts(name: str) -> pl.Expr:
    """The column as it was before it was read, under a name of its own."""
    return by_name(name).cast(pl.String).alias(_TEXT_OF + name)


def lost_texts(batch: pl.DataFrame, name: str) -> pl.Series | None:
    """(n,) the texts of a column that could not be read, null in other rows; None without any.

    Blank texts are missing values, and not lost.
    """
    if _TEXT_OF + name not in batch:
        return None
    texts, values = batch[_TEXT_OF + name], batch[name]
    if values.null_count() == texts.null_count():
        return None
    is_lost = values.is_null() & (texts.str.strip_chars() != "").fill_null(False)
    return texts.set(~is_lost, None) if is_lost.any() else None


def has_text(dtype: pl.DataType) -> bool:
    """Whether values of this dtype can be written."""
    is_whole = dtype not in (pl.Binary, pl.Object, pl.Null, pl.Unknown)
    return is_whole and not dtype.is_nested() and not isinstance(dtype, pl.Extension)


def stands_for_missing(text: pl.Expr) -> pl.Expr:
    """Whether a text is one that tools write for a missing value, in whatever case and brackets."""
    bare = text.str.strip_chars().str.strip_chars("()<>[]").str.to_lowercase()
    return bare.is_in(_MISSING)


def by_name(name: str) -> pl.Expr:
    """The column of exactly that name; ``pl.col`` takes ``*`` and ``^…$`` for patterns."""
    return cs.by_name(name).as_expr()

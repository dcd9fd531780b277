"""How columns are read: once, from the reference's values, and the same way on both sides.

A column's type in a file says little of what it holds: numbers and dates arrive as text,
identifiers as floats, categories as 1, 1.0 or "1". So each column of the reference is read by its
values, and production's is read the same way, whatever its type there.

Numbers
    A column of text of whose distinct texts nine in ten are numbers, and of whose rows nine in ten
    are numbers or stand for a missing value (NA, null, ?, - and the like). Decimal commas, marks
    between thousands, currency signs and parentheses for minus are recognised; 12% is 0.12.
    What is left ("NA", "?", "#DIV/0!", a repeated header) is unreadable: ``unreadable_share`` tells
    how many such values there are more than in the reference, with examples. Blank texts, null and
    NaN are missing.
Times
    Dates and times of files that have them; text in ISO 8601; text with the day or the month first,
    as the values decide (where none does, month first with slashes and day first with points and
    dashes: the report says so), with 12- or 24-hour clocks and offsets such as +05:30; numbers of
    seconds, milliseconds, microseconds or nanoseconds since 1970, and yyyymmdd, in a column that is
    named like a time. Times move by themselves: they are told, and never judged.
Identifiers
    Whole numbers that all differ and are running or named like an identifier (id, customer_id,
    userId, index, Unnamed: 0); texts that all differ; UUIDs and hashes; and columns named like an
    identifier with at least 100 values that come ten times each at most. Not tested.
Free text
    At least half of all texts are different, of four words or of 50 characters on average: their
    lengths are compared as numbers are, and their words (``mmon explain unseen_words``). Blank
    ones are missing.
Truths
    Booleans, and the texts true and false in any case. Beside 1 and 0 they are 1 and 0.
Categories
    All other text, and what ``columns.categorical`` names. Values are compared by meaning: 1, 1.0,
    1.00 and "1" are one category. 007 and 7 are two where both sides write text, and one where a
    side has numbers.
Embeddings
    Lists of numbers of which nine in ten have one length: their norms are compared as numbers are,
    and their mean (``mmon explain centroid_shift``). Those of another length are unreadable; null,
    empty ones and those with a number missing are missing.
Presence only
    Ragged lists, those of texts, structures, binary data and the like: only whether a value is
    there is compared.

Overrule it
-----------
``columns.categorical``, ``columns.numeric`` and ``columns.text`` say what a column is;
``columns.id``, ``columns.timestamp`` and the other roles say what it is for; ``columns.ignore``
leaves it out.
``dtypes`` says how times are written (those that say how far they are from UTC stay instants):

    dtypes: {ordered: "Date[%d/%m/%Y]", sent: "Datetime[ms]", seen: "Datetime[%m/%d/%Y %I:%M %p]"}

``null_values`` lists texts that stand for a missing value in CSV. A baseline keeps how its columns
were read.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping

import polars as pl

from mmon.profiles.distributions.reading import Reading
from mmon.profiles.recognition.spelling import (
    CURRENCY,
    GROUPS,
    NUMBER_LABEL,
    LabelSpelling,
    NumberSpelling,
    Spelling,
    by_name,
    spelled,
    stands_for_missing,
    written,
)
from mmon.profiles.recognition.timely import MOST, time_of_numbers, time_spelling
from mmon.profiles.recognition.times import CLOCK, ClockSpelling

_TRUTH = r"^\s*(?i:true|false)\s*$"
# Codes such as 007 and 01234 are no numbers, nor are digits that a double cannot hold.
_CODE = r"^0[0-9]+$"
_LONG = r"^[0-9]{16,}$"
_CODE_SHARE = 0.01
_NUMBERS = (
    NumberSpelling(),
    *(
        NumberSpelling(decimal, group, is_marked=True)
        for decimal, group in itertools.product(".,", ",.' ")
        if decimal != group
    ),
)
# What any of them takes, and what any time begins with: most columns are seen to be neither.
_NUMBERISH = "|".join(f"(?:{one.pattern})" for one in _NUMBERS)
_TIMISH = r"^ *[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"
_MARKS = {
    "percent signs": r"%",
    "currency signs": CURRENCY,
    "parentheses for minus": r"^\s*\(",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """How a column is read, and how its values are written where they need reading; how long its
    vectors are, and why it is read for presence only."""

    reading: Reading
    spelling: Spelling | None = None
    example: str = ""
    width: int | None = None
    reason: str | None = None


def recognised(texts: pl.Series, name: str = "", rows: pl.Series | None = None) -> Found:
    """What a column of text holds.

    Parameters
    ----------
    texts : (d,) String series
        Its distinct texts, or many of them; nulls and blank texts do not count.
    name : str
        The column's name, which may announce times.
    rows : (d,) integer series, optional
        How many rows have each text; by default one.
    """
    text = pl.col("text")
    one = pl.lit(1, dtype=pl.Int64).alias("rows") if rows is None else rows.alias("rows")
    counted = texts.cast(pl.String).to_frame("text").with_columns(one)
    counted = counted.filter(text.str.strip_chars() != "")
    known = counted["text"]
    if not len(known):
        return Found(Reading.LABEL)
    seen = counted.select(
        truths=text.str.contains(_TRUTH).sum(),
        missing=(stands_for_missing(text) & ~text.str.contains(_TRUTH)).sum(),
        numbers=text.str.contains(_NUMBERISH).sum(),
        times=text.str.contains(_TIMISH).sum(),
        clocks=text.str.contains(CLOCK).sum(),
        needless=(written(text, pl.String()) != text).any(),
    )
    truths, missing, numbers, times, clocks, needless = seen.row(0)
    found: Found | None = None
    if truths and truths + missing == len(known):
        return Found(Reading.TRUTH)
    if numbers >= MOST * len(known):
        found = _number(known, name)
    elif times >= MOST * len(known) and (time := time_spelling(known, name)) is not None:
        found = Found(Reading.TIME, time, known[0])
    elif clocks >= MOST * len(known):
        found = Found(Reading.NUMBER, ClockSpelling(bool(known.str.contains("day").any())))
    if found is not None and _are_rows_too(counted, found):
        return found
    return Found(Reading.LABEL, LabelSpelling() if needless else None)


def is_lost(spelling: Spelling, name: str = "text") -> pl.Expr:
    """Whether a text is not what the spelling reads, nor what stands for a missing value."""
    read = spelled(name, pl.String(), spelling)
    if read is None:
        return pl.lit(False)
    return read.is_null() & by_name(name).is_not_null() & ~stands_for_missing(by_name(name))


def _are_rows_too(counted: pl.DataFrame, found: Found) -> bool:
    """Whether what is left out is little of the rows, too: a frequent word is a category."""
    if found.spelling is None:
        return True
    lost, rows = counted.select(
        pl.col("rows").filter(is_lost(found.spelling)).sum(), pl.col("rows").sum().alias("all")
    ).row(0)
    return bool(rows - lost >= MOST * rows)


def _number(texts: pl.Series, name: str) -> Found | None:
    spelling = number_spelling(texts)
    if spelling is None:
        return None
    counted = time_of_numbers(_values(texts, spelling), name)
    if counted is not None:
        return Found(Reading.TIME, counted)
    return None if _are_codes(texts) else Found(Reading.NUMBER, spelling)


def declared_numbers(texts: pl.Series) -> NumberSpelling:
    """How numbers are written in texts that the user calls numbers: units may follow them."""
    found = number_spelling(texts, least=0.0) or NumberSpelling()
    united = dataclasses.replace(found, is_marked=True, has_unit=True)
    finds = [_values(texts, one).is_finite().sum() for one in (found, united)]
    return united if finds[1] > finds[0] else found


def number_spelling(texts: pl.Series, least: float = MOST) -> NumberSpelling | None:
    """How numbers are written in distinct texts; None where fewer than ``least`` are numbers."""
    if not len(texts):
        return None
    shares = [_values(texts, one).is_finite().sum() / len(texts) for one in _NUMBERS]
    best = max(range(len(shares)), key=lambda index: (shares[index], -index))
    if shares[best] < least or not shares[best]:
        return None
    found = _NUMBERS[best]
    if found.is_plain:
        return found
    is_grouped = found.group and texts.str.contains(f"[0-9]{GROUPS[found.group]}[0-9]").any()
    group = found.group if is_grouped else ""
    other = next(one for one in _NUMBERS if one.decimal == "," and one.group == ".")
    is_ambiguous = (
        found.decimal == "."
        and group == ","
        and not texts.str.contains(r"[0-9]\.[0-9]|,[0-9]+,|^[^,]*$").any()
        and shares[best] == shares[_NUMBERS.index(other)]
    )
    read = texts.filter(_values(texts, found).is_not_null())
    marks = tuple(name for name, mark in _MARKS.items() if read.str.contains(mark).any())
    return NumberSpelling(found.decimal, group, True, marks, is_ambiguous)


def names_in_reference(labels: pl.Series) -> Mapping[str, str]:
    """What numbers of production are called in a reference that writes texts: 7 is its 007."""
    numbers = labels.filter(labels.str.contains(NUMBER_LABEL)).to_frame("label")
    # 1e3 is what a number shows as 1000.
    number = written(pl.col("label").cast(pl.Float64, strict=False), pl.Float64())
    found = numbers.with_columns(number=number).filter(pl.col("number").is_unique())
    renamed = found.filter(pl.col("number") != pl.col("label"))
    return dict(renamed.select("number", "label").iter_rows())


def _values(texts: pl.Series, spelling: NumberSpelling) -> pl.Series:
    return texts.to_frame("x").select(spelling.read(pl.col("x"))).to_series()


def _are_codes(texts: pl.Series) -> bool:
    stripped = texts.str.strip_chars()
    padded, long = (int(stripped.str.contains(one).sum()) for one in (_CODE, _LONG))
    return padded > _CODE_SHARE * len(texts) or 2 * long > len(texts)

"""What a column's values say of its kind: identifiers, free text, and numbers that never came."""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind

NO_VALUES = "the reference has no values: only presence is compared"
"""Why a column that is empty in the reference is not tested."""

# Below this many rows, all values being different says nothing.
_MIN_ROWS = 30
# Whole numbers are identifiers when all differ and they are named like one, or fill their range
# like a running number; unnamed columns and these are indexes that a tool has written.
_ID_NAME = re.compile(
    r"(^|[_\-. ])(id|ids|idx|index|uuid|guid|key|row|rownum|row_?number|rowid)$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"[a-z0-9](Id|ID|Uuid|UUID|Key|Index)$")
_INDEX_NAME = re.compile(r"^$|^(Unnamed: ?\d+|__index_level_\d+__|column_\d+|\.\.\.1)$")
# A running number may have lost a twentieth of its rows.
_DENSE = 1.05
# Strings: nearly all different.
_DISTINCT_SHARE = 0.95
# Those that a machine made: a UUID, or the hexadecimal digits of a hash.
_MADE = r"^\{?[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\}?$|^(0x)?[0-9a-fA-F]{16,128}$"
# Named like an identifier, one may have several rows: many different ones, a tenth of the rows.
_MANY = 100
_REPEATED_SHARE = 0.1
# Free text: many different values of several words or of great length.
_TEXT_DISTINCT_SHARE = 0.5
_TEXT_WORDS = 4.0
_TEXT_LENGTH = 50.0


def settle(profile: Profile, declared: frozenset[str] = frozenset()) -> Profile:
    """Mark a reference's identifiers, free texts and numbers without values as not tested.

    ``declared`` columns, whose kind the user named, stay as they are unless they are empty.
    """
    columns = tuple(
        column if column.name in declared and column.presence.present else _settle_column(column)
        for column in profile.columns
    )
    pairs = zip(profile.columns, columns, strict=True)
    lost = [one.name for one, found in pairs if one.is_feature and not found.is_feature]
    sample = profile.sample and profile.sample.without(lost)
    return dataclasses.replace(profile, columns=columns, sample=sample)


def _settle_column(column: ColumnProfile) -> ColumnProfile:
    summary = column.distribution
    if not column.is_tested or summary is None:
        return column
    if isinstance(summary, Counts):
        # Also an empty one is tested: that labels are missing counts as a category.
        found = label_kind(column.name, summary.labels, summary.distinct, summary.n)
    elif column.is_content and summary.n:
        return column
    else:
        found = _number_reason(column, summary) if summary.n else (column.kind, NO_VALUES)
    if found is None:
        return column
    kind, reason = found
    return dataclasses.replace(
        column, kind=kind, reason=reason, is_tested=False, is_feature=False, distribution=None
    )


def _number_reason(column: ColumnProfile, ecdf: Ecdf) -> tuple[ColumnKind, str] | None:
    if ecdf.n < _MIN_ROWS or not ecdf.is_whole or ecdf.min == ecdf.max:
        return None
    name = column.name
    is_named = any(one.search(name) for one in (_ID_NAME, _CAMEL_ID, _INDEX_NAME))
    if not ecdf.repeats:
        is_dense = ecdf.max - ecdf.min + 1 <= _DENSE * ecdf.n
        if is_dense or is_named:
            return ColumnKind.IDENTIFIER, f"identifier: all {ecdf.n:,} values are different"
    elif is_named:
        # Between batches only a lower bound of the repeated rows is known, and of the values too.
        distinct = ecdf.n - ecdf.repeats
        if distinct >= max(_MANY, _REPEATED_SHARE * ecdf.n):
            return ColumnKind.IDENTIFIER, _few_rows_each(distinct, ecdf.n)
    return None


def _few_rows_each(distinct: float, n: int) -> str:
    return f"identifier: {distinct:,.0f} different values in {n:,} rows"


def label_kind(
    name: str, labels: pl.Series, distinct: float, n: int
) -> tuple[ColumnKind, str] | None:
    """What labels are that are no categories, and why; None where they are.

    Parameters
    ----------
    labels : (k,) String series
        Different ones, or many of them.
    distinct : float
        How many there are.
    n : int
        Rows that have one.
    """
    if n < _MIN_ROWS:
        return None
    share = distinct / n
    labels = labels.head(10_000)
    is_named = _ID_NAME.search(name) or _CAMEL_ID.search(name)
    if is_named and distinct >= max(_MANY, _REPEATED_SHARE * n):
        return ColumnKind.IDENTIFIER, _few_rows_each(distinct, n)
    if share < _TEXT_DISTINCT_SHARE:
        return None
    is_made = labels.str.contains(_MADE).sum() >= _DISTINCT_SHARE * len(labels)
    words = float(labels.str.count_matches(r"\S+").mean() or 0.0)  # type: ignore[arg-type]  # the mean of counts is a number
    length = float(labels.str.len_chars().mean() or 0.0)  # type: ignore[arg-type]  # the mean of counts is a number
    if not is_made and (words >= _TEXT_WORDS or length >= _TEXT_LENGTH):
        return ColumnKind.TEXT, f"free text: {distinct:,.0f} different values in {n:,} rows"
    if is_made or share >= _DISTINCT_SHARE:
        doubt = "" if is_made or is_named else _doubt(labels)
        return ColumnKind.IDENTIFIER, _few_rows_each(distinct, n) + doubt
    return None


def _doubt(labels: pl.Series) -> str:
    """What to do when texts that all differ are no identifiers."""
    if labels.str.contains("[0-9]").sum() < _DISTINCT_SHARE * len(labels):
        return ""
    return f", such as {labels[0]!r}; if these are numbers, name the column in columns.numeric"

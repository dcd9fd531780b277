"""What a column's values say of its kind: identifiers, free text, and numbers that never came."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.features import FeatureTables
from mmon.profiles.table import ColumnProfile, Profile, SegmentProfile
from mmon.results import ColumnKind

NO_VALUES = "the reference has no values: only presence is compared"
"""Why a column that is empty in the reference is not tested."""

# Below this many rows, all values being different says nothing.
_MIN_ROWS = 30
# An integer column is an identifier when all values differ and it is named like one, or its
# values fill their range like a running number.
_ID_NAME = re.compile(
    r"(^|[_\-. ])(id|ids|idx|index|uuid|guid|key|row|rownum|row_?number|rowid)$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"[a-z0-9](Id|ID|Uuid|UUID|Key|Index)$")
# A running number may have lost a twentieth of its rows.
_DENSE = 1.05
# Strings: nearly all different.
_DISTINCT_SHARE = 0.95
# Free text: many different values of several words or of great length.
_TEXT_DISTINCT_SHARE = 0.5
_TEXT_WORDS = 4.0
_TEXT_LENGTH = 50.0


def settle(profile: Profile, declared: frozenset[str] = frozenset()) -> Profile:
    """Mark a reference's identifiers, free texts and numbers without values as not tested.

    Parameters
    ----------
    profile : Profile
        Of the reference.
    declared : frozenset of str
        Columns whose kind the user declared: they stay as they are, unless they are empty.
    """
    columns = tuple(
        column if column.name in declared and column.presence.present else _settle_column(column)
        for column in profile.columns
    )
    settled = {column.name: column for column in columns}
    return dataclasses.replace(
        profile,
        columns=columns,
        features=_of_tested(profile.features, settled),
        segments=tuple(_in_segment(one, settled) for one in profile.segments),
    )


def _of_tested(
    features: FeatureTables | None, settled: Mapping[str, ColumnProfile]
) -> FeatureTables | None:
    """The tables of the columns that turned out to be features, and no identifiers or texts."""
    if features is None:
        return None
    kept = [i for i, t in enumerate(features.tables) if settled[t.binning.column].is_tested]
    sample = features.sample
    return dataclasses.replace(
        features,
        tables=tuple(features.tables[index] for index in kept),
        sample=sample and dataclasses.replace(sample, bins=sample.bins[:, kept]),
    )


def _in_segment(segment: SegmentProfile, settled: Mapping[str, ColumnProfile]) -> SegmentProfile:
    """A segment whose columns are treated as those of all rows are."""
    columns = tuple(
        dataclasses.replace(
            column,
            kind=settled[column.name].kind,
            is_tested=settled[column.name].is_tested,
            is_feature=settled[column.name].is_feature,
            reason=settled[column.name].reason,
            distribution=column.distribution if settled[column.name].distribution else None,
        )
        for column in segment.profile.columns
    )
    return dataclasses.replace(
        segment, profile=dataclasses.replace(segment.profile, columns=columns)
    )


def _settle_column(column: ColumnProfile) -> ColumnProfile:
    if not column.is_tested:
        return column
    found: tuple[ColumnKind, str] | None
    # An empty column of labels is tested: that labels are missing counts as a category.
    if isinstance(column.distribution, Ecdf) and not column.distribution.n:
        found = column.kind, NO_VALUES
    elif isinstance(column.distribution, Ecdf):
        found = _number_reason(column, column.distribution)
    elif isinstance(column.distribution, Counts):
        found = _label_reason(column.distribution)
    else:
        found = None
    if found is None:
        return column
    kind, reason = found
    return dataclasses.replace(
        column, kind=kind, reason=reason, is_tested=False, is_feature=False, distribution=None
    )


def _number_reason(column: ColumnProfile, ecdf: Ecdf) -> tuple[ColumnKind, str] | None:
    is_integer = "Int" in column.dtype
    if not is_integer or ecdf.n < _MIN_ROWS or _repeats(ecdf):
        return None
    is_dense = ecdf.max - ecdf.min + 1 <= _DENSE * ecdf.n
    if is_dense or _ID_NAME.search(column.name) or _CAMEL_ID.search(column.name):
        return ColumnKind.IDENTIFIER, f"identifier: all {ecdf.n:,} values are different"
    return None


def _repeats(ecdf: Ecdf) -> bool:
    """Whether any value is known to come twice; between batches only retained ones can tell."""
    return ecdf.repeats > 0 or (ecdf.is_exact and bool((ecdf.mass > 1).any()))


def _label_reason(counts: Counts) -> tuple[ColumnKind, str] | None:
    n = counts.n
    if n < _MIN_ROWS:
        return None
    # A label that was dropped was met at most `count_error` times.
    distinct = len(counts.labels) + counts.other / max(counts.count_error, 1)
    share = distinct / n
    if share < _TEXT_DISTINCT_SHARE:
        return None
    labels = counts.labels.head(10_000)
    words = float(labels.str.count_matches(r"\S+").mean() or 0.0)  # type: ignore[arg-type]  # the mean of counts is a number
    length = float(labels.str.len_chars().mean() or 0.0)  # type: ignore[arg-type]  # the mean of counts is a number
    if words >= _TEXT_WORDS or length >= _TEXT_LENGTH:
        return ColumnKind.TEXT, f"free text: {distinct:,.0f} different values in {n:,} rows"
    if share >= _DISTINCT_SHARE:
        return ColumnKind.IDENTIFIER, f"identifier: {distinct:,.0f} different values in {n:,} rows"
    return None

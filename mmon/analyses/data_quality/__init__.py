"""Data quality: what arrived is missing, unknown, out of range, of another type, or not there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from mmon.config.fields import Flag, Section
from mmon.config.levels import Thresholds
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit, by_name

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings

APPLICATION = "data-quality"


class DataQuality(Section):
    """Which data-quality checks are made, and which of them decide."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by check, in the place of its own; ``{}`` takes the check out of the verdict."""
    duplicates: Flag = False
    """Look for repeated rows too; this costs memory for a hash of every row."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any check that fails, or nothing (only tell)."""


Settings = DataQuality

_share = functools.partial(
    Quantity,
    APPLICATION,
    ResultKind.DATA_QUALITY,
    about="column",
    unit=Unit.SHARE,
    worse="higher",
    bounds=(Bound("max", potential=0.01, detected=0.05),),
)
_fact = functools.partial(
    Quantity,
    APPLICATION,
    ResultKind.DATA_QUALITY,
    about="column",
    unit=Unit.YES_NO,
    worse="higher",
    bounds=(Bound("max", potential=1.0),),
)

QUANTITIES = (
    _share(
        "missing_share",
        "by how much the share of missing values rose",
        sentence="{} has more missing values",
        page="""By how much the share of missing values rose.

Null, and NaN in a column of numbers, are missing; so are the texts named in ``null_values``.
Values that are there and cannot be read are not: they are ``unreadable_share``. The result is
production's share minus the reference's, in points. Of the target only
the value is told: a missing target is a label that has not arrived yet.""",
    ),
    _share(
        "unseen_share",
        "share of production rows whose category the reference never had",
        sentence="{} has unseen categories",
        page="""The share of production rows whose category the reference does not have.

Rare categories are missed by a reference of few rows; so it counts only where chance explains
fewer of them. The reference's own share is 0. Where more categories were seen than are kept
(``labels_kept``) it is not defined.""",
    ),
    _share(
        "out_of_range_share",
        "share of production outside the reference's smallest and largest value",
        sentence="{} has values out of the reference's range",
        page="""The share of production values below the reference's smallest or above its largest.

Some always are when the reference has few rows; so it counts only where chance explains fewer of
them. The reference's own share is 0.""",
    ),
    _share(
        "unreadable_share",
        "by how much the share of values rose that are there and cannot be read",
        sentence="{} has more unreadable values",
        page="""By how much the share of unreadable values rose, among those that are there.

A value such as ``n/a`` in a column of numbers is there and is none. `mmon explain reading` says
how columns are read. The result is production's share minus the reference's, in points.""",
    ),
    _share(
        "infinite_share",
        "by how much the share of infinite values rose",
        sentence="{} has more infinite values",
    ),
    _share(
        "untimed_share",
        "by how much the share of rows rose that have no usable time, and so are in no window",
        about="run",
        sentence="more rows have no time, and are in no window",
        page="""By how much the share of rows rose that have no usable time.

Where windows are cut by time they are in none, so that no other result is about them. It is told
where production has any. The result is production's share minus the reference's, in points.""",
    ),
    _fact(
        "constant",
        "whether production holds one single value where the reference had several",
        sentence="{} became constant",
        page="""Whether production holds one single value where the reference had several.

A few rows may be alike by chance: it counts where that has a probability of less than 0.001.""",
    ),
    _fact(
        "type_change",
        "whether production's values are of a type that cannot be compared with the reference's",
        sentence="{} changed its type",
        bounds=(Bound("max", detected=1.0),),
    ),
    _fact(
        "missing_column",
        "whether production lacks a column of the reference",
        sentence="{} is missing",
        bounds=(Bound("max", detected=1.0),),
    ),
    _fact(
        "new_column",
        "whether production has a column that the reference does not have",
        sentence="{} is new",
        page="""Whether production has a column that the reference does not have.

Where production is cut into windows it is new in those that have a value in it: one file that has
the column must not make it new in windows whose files lack it, and without a value the two look
alike. In production that is not cut it is new without any value, too: the table changed.""",
    ),
    _share(
        "duplicate_share",
        "by how much the share of rows rose that repeat an earlier one",
        about="run",
        bounds=(Bound("max", potential=0.05, detected=0.2),),
        sentence="more rows are duplicates",
        page="""By how much the share of rows rose that repeat an earlier row in every column.

The more rows, the more of them repeat: of both sides as many are compared. It is looked for with
``duplicates: true`` only, and needs the rows of the reference, which a baseline does not hold.""",
    ),
)

CHECKS = by_name(QUANTITIES)
"""Every check by its name, in the order in which they are listed."""


def quantities() -> tuple[Quantity, ...]:
    """Every check."""
    return QUANTITIES


def analyse(context: Context) -> Findings:
    """Every check that applies, column by column."""
    from mmon.analyses.data_quality import checks

    return checks.analyse(context)

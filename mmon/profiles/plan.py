"""Which columns are read and how: what a comparison decides, and a first pass settles."""

from __future__ import annotations

import dataclasses

from mmon.profiles.distributions.reading import Reading
from mmon.profiles.recognition.spelling import Spelling
from mmon.profiles.table import Profile
from mmon.results import ColumnKind


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column to read; the fields are those of `ColumnProfile`."""

    name: str
    dtype: str
    kind: ColumnKind
    reading: Reading
    is_tested: bool = True
    is_feature: bool = False
    reason: str | None = None
    spelling: Spelling | None = None


_SHOWN = ("kind", "is_tested", "is_feature", "reason")


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """All columns to read, which of them tells the rows' time, and whether the user named it."""

    columns: tuple[ColumnPlan, ...]
    timestamp: str | None = None
    is_named: bool = False

    def column(self, name: str | None) -> ColumnPlan | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def settled_plan(plan: Plan, profile: Profile) -> Plan:
    """A reference's plan, with what its first pass has shown: ``profile``, settled."""
    columns = []
    for one, found in zip(plan.columns, profile.columns, strict=True):
        shown = {name: getattr(found, name) for name in _SHOWN}
        reading = one.reading if found.distribution is not None else Reading.PRESENCE
        columns.append(dataclasses.replace(one, reading=reading, **shown))
    return dataclasses.replace(plan, columns=tuple(columns))

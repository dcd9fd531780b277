"""Which columns are read and how: what a comparison decides, and a first pass settles."""

from __future__ import annotations

import dataclasses

from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile, Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """All columns to read, which of them tells the rows' time, and whether the user named it."""

    columns: tuple[ColumnProfile, ...]
    timestamp: str | None = None
    is_named: bool = False

    def column(self, name: str | None) -> ColumnProfile | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def settled_plan(plan: Plan, profile: Profile) -> Plan:
    """A reference's plan, with what its first pass has shown: ``profile``, settled."""
    columns = (
        one.without_rows()
        if one.distribution is not None
        else dataclasses.replace(one.without_rows(), reading=Reading.PRESENCE)
        for one in profile.columns
    )
    return dataclasses.replace(plan, columns=tuple(columns))

"""The check that a classification metric got a classification's tables."""

from __future__ import annotations

from mmon.performance import Tables
from mmon.profiles.classification import ClassificationTables


def classified(tables: Tables) -> ClassificationTables:
    """The tables, known to be a classification's.

    Raises
    ------
    TypeError
        When they are those of a regression.
    """
    if not isinstance(tables, ClassificationTables):
        raise TypeError(f"a classification's tables are needed, not {type(tables).__name__}")
    return tables


def why_no_scores(tables: ClassificationTables) -> str:
    """The reason when not one row has both a target and usable scores."""
    if not tables.labelled:
        return "no row has a target"
    if not tables.has_scores:
        return "there are no scores"
    return "no row with a target has usable scores"

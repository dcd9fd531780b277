"""How much mean outcomes changed in cells, as evidence: the worst of one or of several classes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from mmon.analyses import Context
from mmon.analyses.concept_drift import RELATION_DRIFT, ConceptDrift
from mmon.chance.levels import beyond
from mmon.chance.proportions import Z
from mmon.chance.strata import Strata
from mmon.results.quantity import Bound, Quantity
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

RELATIVE = Bound("max", potential=0.1, detected=0.2)
"""Levels of a regression, as shares of the reference's mean absolute error."""
# More of production's rows than this in cells that the reference lacks are worth a word.
_WORTH_TELLING = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeanChange(Evidence):
    """The mean size of the changes of the worst of all ``classes``; ``unit`` is what one of it is,
    in the outcome's own."""

    is_fact = False
    noun: ClassVar[str] = "labelled rows"
    worst: Strata
    classes: tuple[Strata, ...]
    unit: float = 1.0

    def p_value(self) -> float:
        """Of "no mean changed in any cell" (Bonferroni over classes)."""
        return min(1.0, len(self.classes) * self.worst.p_value())

    def p_value_against(self, level: float) -> float:
        """Of "the mean size of the changes is at most the level"."""
        if level <= 0.0:
            return self.p_value()
        value, deviation = self.worst.excess()
        return min(1.0, len(self.classes) * beyond(value - level * self.unit, deviation))

    def is_below(self, level: float) -> bool:
        """Whether a change of the level would surely have left more, in every class."""
        return all(one.is_below(level * self.unit) for one in self.classes)

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether twice the level, in all cells, would be told from it of so many rows."""
        rows = self.rows if rows is None else rows
        share = alpha / len(self.classes)
        return self.worst.is_found(level * self.unit, share, rows)


def worst_class(by_class: Mapping[str | None, Strata]) -> str | None:
    """The class whose outcome changed most."""
    return max(by_class, key=lambda name: (by_class[name].excess()[0], -by_class[name].p_value()))


def change_finding(
    context: Context,
    quantity: Quantity,
    by_class: Mapping[str | None, Strata],
    *,
    unit: float | None = None,
    column: str | None = None,
) -> Finding:
    """The worst class's change as a finding; ``unit`` is a regression's mean absolute error."""
    worst = worst_class(by_class)
    strata, scale = by_class[worst], 1.0 if unit is None else unit
    value, deviation = strata.excess()
    said = [] if worst is None else [f"of class {worst}"]
    every = strata.rows + strata.left_out
    if strata.left_out > _WORTH_TELLING * every:
        said.append(
            f"without {strata.left_out:,} of {every:,} rows where the reference has too few"
        )
    evidence = MeanChange(
        worst=strata, classes=tuple(by_class.values()), unit=scale, rows=strata.rows
    )
    low, high = max(0.0, value - Z * deviation), value + Z * deviation
    return dataclasses.replace(
        unmeasured(context, quantity, "", column=column, is_relative=unit is not None),
        value=value / scale,
        interval=(low / scale, high / scale),
        evidence=evidence,
        reason="; ".join(said) or None,
    )


def unmeasured(
    context: Context,
    quantity: Quantity,
    reason: str,
    *,
    column: str | None = None,
    is_relative: bool = False,
    is_judged: bool = True,
) -> Finding:
    """A finding without a value, with the levels that it has; without any it is only told."""
    settings = context.settings(ConceptDrift)
    asked = context.config.levels(column, quantity.name, settings.thresholds)
    own = RELATIVE if is_relative else quantity.bound("max")
    bound = own if asked is None else asked.bound()
    bound = bound if is_judged else Bound("max")
    # A relation may change with other features: who gives it levels wants it to decide.
    decides = asked is not None or quantity is not RELATION_DRIFT
    return Finding(
        quantity,
        None,
        window=context.window,
        column=column,
        relative=is_relative,
        bound=bound,
        gating=decides and not bound.is_empty and settings.gate == "any",
        reason=reason or None,
    )

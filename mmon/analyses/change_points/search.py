"""Searches all windows of production for the moments at which the loss stepped up or down."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from mmon.analyses import Context, Findings, Run
from mmon.analyses.change_points import POINTS, STEPS, ChangePoints
from mmon.analyses.change_points.detectors import alarms
from mmon.analyses.change_points.picture import picture
from mmon.analyses.change_points.places import Places
from mmon.analyses.concept_drift import label_selection
from mmon.analyses.model_performance import ModelPerformance
from mmon.analyses.model_performance.outcome_faults import left_out_unevenly
from mmon.chance.change_points import ChangePoint, Stretch, Sums, change_points, shortest_stretch
from mmon.chance.levels import beyond, is_surely_below
from mmon.chance.proportions import Z
from mmon.profiles.outcomes.loss_steps import Loss, LossSteps
from mmon.profiles.table import Profile
from mmon.results.quantity import Bound, Unit
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

_NO_LOSS = (
    "the scores are no probabilities, and nothing says from which on a row is positive: name "
    "columns.prediction, or set decision_threshold"
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step(Evidence):
    """The mean loss before and after a change.

    Attributes
    ----------
    before, after : Stretch
    p : float
        Of the search, over all places of the change.
    is_relative : bool
        Whether the step is a share of the loss before it.
    """

    is_fact = False
    noun: ClassVar[str] = "labelled rows"

    before: Stretch
    after: Stretch
    p: float
    is_relative: bool

    @property
    def unit(self) -> float:
        """What a step of 1 is, in the unit of the loss."""
        return self.before.mean if self.is_relative else 1.0

    def deviation(self, level: float) -> float:
        """The standard error of a step beyond a level, in the unit of the loss."""
        factor = 1.0 + level if self.is_relative else 1.0
        sides = zip((self.before, self.after), (factor, 1.0), strict=True)
        return math.sqrt(sum(f**2 * one.variance / one.rows for one, f in sides))

    def p_value(self) -> float:
        """As the search found it."""
        return self.p

    def p_value_against(self, level: float) -> float:
        """Of "the loss stepped up by at most the level"."""
        step = self.after.mean - self.before.mean
        return beyond(step - level * self.unit, self.deviation(level))

    def is_below(self, level: float) -> bool:
        """Whether the step is surely smaller than the level."""
        return is_surely_below(self.p_value_against(level))


def findings(run: Run) -> Findings:
    """The changes, how many there are, what detectors raised, and the loss over time."""
    windows = [one for one in run.windows if one.production.performance is not None]
    if not windows:
        # That nothing is measured, `model_performance` says.
        return Findings()
    settings = windows[0].settings(ChangePoints)
    parts = [one.production.losses for one in windows]
    there = [one for one in parts if one is not None]
    has_labels = any(one.production.performance.labelled for one in windows)  # type: ignore[union-attr]  # filtered above
    if not there or not has_labels:
        reason = _NO_LOSS if has_labels else "production has no labels"
        return Findings([Finding(POINTS, None, reason=reason)])
    raised = alarms(settings.detectors, run.loss_column, windows[0])
    uneven = _left_out(windows)
    if uneven is not None:
        return Findings([Finding(POINTS, None, reason=uneven), *raised])
    steps, reference = LossSteps.merge(there), _reference(windows[0], there[0])
    search = _Search(windows, steps, reference)
    if len(steps.starts) < 2:
        reason = f"all labelled rows are of one step of {search.places.step}"
        if not len(steps.starts):
            reason = "no labelled row has a time"
        return Findings([Finding(POINTS, None, reason=reason), *raised])
    found, shortest = search.changes(settings.most)
    told = Finding(POINTS, float(len(found)), reason=search.how(shortest))
    drawn = [picture(steps, reference, found, search.places)]
    return Findings([told, *search.findings(found), *raised], drawings=drawn)


def _left_out(windows: Sequence[Context]) -> str | None:
    """Why losses of both sides, or of the windows with each other, are not of the same rows."""
    sides = windows[0].reference, [one.production for one in windows]
    before, *after = (_counted(one) for one in (sides[0], *sides[1]))
    return left_out_unevenly(windows[0], sides[1], (before, sum(after)))


def _counted(side: Profile) -> int:
    if side.losses is not None:
        return side.losses.labelled + side.losses.unplaced
    return 0 if side.performance is None else side.performance.labelled


def _reference(context: Context, like: LossSteps) -> Stretch | None:
    """The reference's rows as one stretch; None where it has no labels."""
    found = context.reference.losses
    if found is None or found.loss is not like.loss or not found.labelled:
        return None
    return Sums.of(found.rows, found.sums, found.squares).stretch(0, len(found.rows))


@dataclasses.dataclass(frozen=True)
class _Search:
    """The steps of all windows, and the reference before them."""

    windows: Sequence[Context]
    steps: LossSteps
    reference: Stretch | None

    @property
    def places(self) -> Places:
        """The words for the places of the steps."""
        first = self.windows[0]
        zone = "UTC" if first.config.windows is None else first.config.windows.timezone
        return Places(self.steps, zone, first.is_begun, first.bounds[0])

    @property
    def is_share(self) -> bool:
        """Whether losses are 0 and 1."""
        return self.steps.loss is Loss.ERROR_RATE

    def changes(self, most: int) -> tuple[list[ChangePoint], int]:
        """The changes by the steps of production, of which the reference is the one before the
        first; and the fewest rows between two."""
        steps, ref = self.steps, self.reference
        rows, sums, squares = steps.rows, steps.sums, steps.squares
        own = Sums.of(rows, sums, squares).stretch(0, len(rows))
        shortest = shortest_stretch(own, is_share=self.is_share)
        if ref is not None:
            square = (ref.variance + ref.mean**2) * ref.rows
            rows = np.concatenate([[ref.rows], rows])
            sums = np.concatenate([[ref.mean * ref.rows], sums])
            squares = np.concatenate([[square], squares])
        known = Sums.of(rows, sums, squares)
        found = change_points(known, shortest=shortest, is_share=self.is_share, most=most)
        before = 0 if ref is None else 1
        moved = [
            dataclasses.replace(
                one,
                at=one.at - before,
                earliest=max(one.earliest - before, 0),
                latest=one.latest - before,
            )
            for one in found
        ]
        return moved, shortest

    def how(self, shortest: int) -> str:
        """What was searched, and how."""
        steps = self.steps
        told = f"{steps.labelled:,} labelled rows in {len(steps.starts):,} steps of "
        told += f"{self.places.step}, at least {shortest:,} rows between two changes"
        if steps.unplaced:
            told += f"; {steps.unplaced:,} labelled rows have no time"
        # With a reference all of them may be those after a change.
        if steps.labelled < (2 if self.reference is None else 1) * shortest:
            told += ": too few to tell a change"
        return told

    def findings(self, found: Sequence[ChangePoint]) -> list[Finding]:
        """The changes in the order of time, in doubt where labels of rows around one are chosen."""
        ends = [0, *(one.at for one in found), len(self.steps.starts)]
        return [
            dataclasses.replace(
                self.finding(one), doubt=self._doubt(one, ends[place], ends[place + 2])
            )
            for place, one in enumerate(found)
        ]

    def _doubt(self, one: ChangePoint, since: int, until: int) -> str | None:
        """Why the means of the steps around a change, which end before ``until``, prove nothing."""
        first, last = self._window(since), self._window(until - 1)
        around = (context for context in self.windows if first <= context.window <= last)
        doubts = (label_selection.doubt(context) for context in around)
        found = next(filter(None, doubts), None)
        return None if found is None else f"{self.places.when(one)}, in doubt: {found}"

    def finding(self, one: ChangePoint) -> Finding:
        """One change, as a step of the loss."""
        context = self.windows[0]
        quantity = STEPS[self.steps.loss]
        settings = context.settings(ChangePoints)
        # A loss of nothing has no share.
        is_relative = quantity.unit is not Unit.SHARE and one.before.mean > 0.0
        evidence = Step(
            rows=one.after.rows,
            aspect="step",
            before=one.before,
            after=one.after,
            p=one.p_value,
            is_relative=is_relative,
        )
        value = (one.after.mean - one.before.mean) / evidence.unit
        reach = Z * evidence.deviation(value) / evidence.unit
        return Finding(
            quantity,
            value,
            interval=(value - reach, value + reach),
            reference_value=one.before.mean,
            evidence=evidence,
            window=self._window(one.at),
            aspect="step",
            relative=is_relative,
            bound=_bound(settings, context.settings(ModelPerformance), self.steps),
            gating=settings.gate == "any",
            reason=self.places.when(one),
        )

    def _window(self, at: int) -> int:
        """The window in which a step of production begins."""
        start = self.steps.starts[at]
        for one in self.windows:
            own = one.production.losses
            if own is not None and len(own.starts) and own.starts[-1] >= start:
                return one.window
        return self.windows[-1].window


def _bound(settings: ChangePoints, performance: ModelPerformance, steps: LossSteps) -> Bound:
    """The levels of a step: its own; else those of a drop, which are told in the same unit.

    The section's ``max_drop`` is that of roc_auc and its like, in points.
    """
    quantity = STEPS[steps.loss]
    asked = settings.thresholds.get(quantity.name)
    if asked is None:
        of_loss = performance.levels(steps.loss.value).max_drop
        asked = performance.max_drop if quantity.unit is Unit.SHARE else of_loss
    return quantity.bound("max") if asked is None else asked.bound()

"""A small lasting rise of the model's loss: evidence that adds up over the windows of a history."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.analyses import Context, Findings
from mmon.analyses.change_points.search import Step
from mmon.analyses.concept_drift import label_selection
from mmon.analyses.model_performance import DROP, RELATIVE_DROP, ModelPerformance
from mmon.analyses.model_performance.gating import is_gating
from mmon.analyses.model_performance.lasting_loss import LASTING_LOSS
from mmon.analyses.model_performance.loss_cells import cells_of, counted
from mmon.chance.blocks import FEWEST
from mmon.chance.change_points import Stretch, Sums
from mmon.chance.effective_rows import divided
from mmon.chance.proportions import Z
from mmon.chance.sequential.cells import Cells
from mmon.chance.sequential.detector import Detector, advance, pooling
from mmon.outline import wording
from mmon.profiles.outcomes.loss_steps import Loss, LossSteps
from mmon.records import Count
from mmon.records.arrays import FloatArray
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Lasting
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TrackedLoss:
    """What is known after some windows.

    Attributes
    ----------
    detector : Detector or None
        Of the losses in ascending order; None before the first window with labels.
    rows : int
        Labelled rows since the likely change.
    sums : (2,) float64
        Of their losses, and of the squares of these.
    """

    detector: Detector | None
    rows: Count
    sums: FloatArray


_NOTHING = TrackedLoss(None, 0, np.zeros(2))


def track(context: Context, state: TrackedLoss | None) -> tuple[Findings, TrackedLoss]:
    """What the evidence of a rise has come to with this window, and all of it so far."""
    state = state or _NOTHING
    before, after = context.reference.losses, context.production.losses
    if before is None or after is None or before.loss is not after.loss or not before.labelled:
        return Findings(), state
    bound = _bound(context.settings(ModelPerformance), after.loss)
    # What a drop has learned, if anything, is no level of the loss.
    levels = [one for one in (bound.potential, bound.detected) if one is not None]
    if not levels:
        return Findings(), state
    of = cells_of(context.reference, before)
    # Labels of chosen rows are no window of the model's losses.
    if of is None or not after.labelled or label_selection.doubt(context) is not None:
        return Findings(), state
    window = counted(of, context.production, after)
    known = state.detector
    if known is None or not known.fits(of):
        known = Detector.start(of)
    by_nature = _by_nature(before, context.bounds)
    found = advance(known, of, window, at=context.bounds[0] or 0, design_effect=by_nature)
    rows, sums = after.labelled, np.array([after.sums.sum(), after.squares.sum()])
    if found.windows[0] > 1:
        rows, sums = state.rows + rows, state.sums + sums
    finding = _finding(context, of, found, (rows, sums), by_nature, bound)
    p = finding.evidence.p_value_against(min(levels))
    is_told = (p or 0.0) <= context.config.budget.alpha
    kept = found if is_told else pooling(found, window)
    return Findings([finding]), TrackedLoss(kept, rows, sums)


def _by_nature(losses: LossSteps, bounds: tuple[int | None, int | None]) -> float:
    """By what rows are to be divided because the loss of windows differs by nature, at least 1.

    Pearson's dispersion: of blocks of the reference that are as long as a window, how much more
    than chance among rows their mean losses vary.
    """
    start, end = bounds
    length = 0 if start is None or end is None else end - start
    if not losses.is_timed or losses.step_us > length or not len(losses.starts):
        return 1.0
    places = (losses.starts - losses.starts[0]) // length
    blocks = np.unique(places, return_inverse=True)[1]
    rows, sums = (np.bincount(blocks, one) for one in (losses.rows, losses.sums))
    whole = Sums.of(losses.rows, losses.sums, losses.squares).stretch(0, len(losses.rows))
    if len(rows) < FEWEST or not whole.variance:
        return 1.0
    dispersion = float(((sums - rows * whole.mean) ** 2 / rows).mean() / whole.variance)
    # Two deviations of what chance alone has.
    return dispersion if dispersion > 1.0 + 2.0 * (2.0 / len(rows)) ** 0.5 else 1.0


def _finding(
    context: Context,
    of: Cells,
    found: Detector,
    trailing: tuple[int, FloatArray],
    by_nature: float,
    bound: Bound,
) -> Finding:
    before = _stretch(context.reference.losses)
    loss = context.production.losses
    is_share = loss is not None and loss.loss is Loss.ERROR_RATE
    rows, sums = trailing
    mean, square = sums / rows
    after = Stretch(rows, float(mean), max(float(square - mean**2), 0.0))
    step = Step(
        rows=after.rows,
        aspect="value",
        before=dataclasses.replace(before, rows=divided(before.rows, by_nature)),
        after=dataclasses.replace(after, rows=divided(after.rows, by_nature)),
        p=1.0,
        is_relative=not is_share and before.mean > 0.0,
    )
    value = (after.mean - before.mean) / step.unit
    reach = Z * step.deviation(0.0) / step.unit
    start = None if context.bounds[0] is None else int(found.since[0])
    return Finding(
        LASTING_LOSS,
        value,
        interval=(value - reach, value + reach),
        evidence=Lasting(
            rows=after.rows,
            log_evidence=found.log_evidence(of),
            effect=step,
            alpha=context.config.alpha,
        ),
        window=context.window,
        relative=step.is_relative,
        bound=bound,
        gating=is_gating(context),
        reason=wording.since(start, int(found.windows[0]), after.rows, context.timezone),
    )


def _stretch(losses: LossSteps | None) -> Stretch:
    if losses is None:
        raise TypeError("there are no losses to compare with")
    return Sums.of(losses.rows, losses.sums, losses.squares).stretch(0, len(losses.rows))


def _bound(settings: ModelPerformance, loss: Loss) -> Bound:
    """The levels of a drop, in the unit of the loss."""
    is_share = loss is Loss.ERROR_RATE
    asked = settings.levels("accuracy" if is_share else loss.value).max_drop
    asked = settings.max_drop if asked is None else asked
    usual = DROP if is_share else RELATIVE_DROP
    found = usual if asked is None else asked.bound()
    return Bound("max", found.potential, found.detected)

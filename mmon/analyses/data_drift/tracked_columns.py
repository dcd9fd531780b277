"""Small changes of a column that last: evidence that adds up over the windows of a history."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from mmon import metrics
from mmon.analyses import Context, Findings
from mmon.analyses.data_drift import LASTING_DRIFT, DataDrift, distances, quantity
from mmon.chance.effective_rows import design_effects, thinned
from mmon.chance.sequential.cells import Cells, cells, coarse
from mmon.chance.sequential.detector import Detector, advance, pooling
from mmon.outline import wording
from mmon.profiles.distributions import Distribution
from mmon.profiles.table import ColumnProfile
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence, Lasting
from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import Noise
from mmon.windows.durations import length_us

# Ten bins have nine degrees of freedom.
_KINDS = 9.0
# Of the squares of distances that chance alone made about a tenth is left, on average over 14
# blocks hardly ever three tenths.
_BY_CHANCE = 0.3


@dataclasses.dataclass(frozen=True, slots=True)
class Tracked:
    """What is known after some windows.

    Attributes
    ----------
    columns : mapping of str to Detector
        By the column's name.
    """

    columns: Mapping[str, Detector]


def track(context: Context, state: Tracked | None) -> tuple[Findings, Tracked]:
    """What the columns' evidence has come to with this window, and all of it so far."""
    known = {} if state is None else dict(state.columns)
    options = context.settings(DataDrift).options
    load = functools.cache(lambda name: metrics.load(name, options.get(name)))
    findings = []
    for ref, cur in context.pairs():
        metric = _deciding(context, ref, load)
        if cur is None or not cur.is_tested or metric is None:
            continue
        if context.config.reference.season is not None and _noise(context, metric, ref) is None:
            # Whoever names a season says that windows differ by nature, and nobody how much.
            continue
        finding, known[ref.name] = _tracked(context, metric, (ref, cur), known.get(ref.name))
        findings.append(finding)
    return Findings(findings), Tracked(known)


def _deciding(
    context: Context, column: ColumnProfile, load: Callable[[str], metrics.Metric]
) -> metrics.Metric | None:
    """The metric that decides of a column: the usual one, or the first that has levels."""
    settings, outcome = context.settings(DataDrift), context.config.columns.outcome
    if not column.is_tested or column.name in outcome:
        return None
    of_column = context.config.by_column.get(column.name, {})
    for name in dict.fromkeys((settings.usual, *settings.thresholds, *of_column)):
        if name not in metrics.names():
            continue
        metric = load(name)
        is_judged = not distances.levels(context, name, column).is_empty
        asked = _bound(context, name, column)
        # A level that is learned of single windows says nothing of many of them together.
        is_asked = not asked.is_empty and asked.learned is None
        if is_judged and is_asked and column.kind in metric.kinds:
            return metric
    return None


def _bound(context: Context, name: str, column: ColumnProfile) -> Bound:
    """Its own levels of a column, or else those of the metric that decides."""
    asked = context.config.by_column.get(column.name, {}).get(LASTING_DRIFT.name)
    return distances.levels(context, name, column) if asked is None else asked.bound()


def _tracked(
    context: Context,
    metric: metrics.Metric,
    sides: tuple[ColumnProfile, ColumnProfile],
    before: Detector | None,
) -> tuple[Finding, Detector]:
    """The finding of one column, and its state after the window."""
    ref, cur = sides
    if ref.distribution is None or cur.distribution is None:
        raise TypeError(f"column {ref.name!r} is tested and has no distribution")
    of = cells(ref.distribution)
    window = of.count(cur.distribution)
    if before is None or not before.fits(of):
        before = Detector.start(of)
    by_rows = design_effects(ref, cur)
    thin = thinned(ref.distribution, by_rows.ref), thinned(cur.distribution, by_rows.cur)
    by_nature = _by_nature(_noise(context, metric, ref), metric, thin)
    effect = by_nature * max(by_rows.ref, by_rows.cur)
    after = advance(before, of, window, at=context.bounds[0] or 0, design_effect=effect)
    finding = _finding(context, metric, (ref, cur), of, after, by_nature)
    # What is told to have changed is no part of what is normal: a slow drift is not absorbed.
    levels = (finding.bound.potential, finding.bound.detected)
    lowest = min(one for one in levels if one is not None)
    p_value = finding.evidence.p_value_against(lowest)
    is_told = p_value is not None and p_value <= context.config.budget.alpha
    return finding, after if is_told else pooling(after, window)


def _finding(
    context: Context,
    metric: metrics.Metric,
    sides: tuple[ColumnProfile, ColumnProfile],
    of: Cells,
    state: Detector,
    by_nature: float,
) -> Finding:
    """The effect since the likely change; 0 while there is no evidence of any."""
    ref, cur = sides
    place = state.likeliest(of)
    bound = _bound(context, metric.name, ref)
    is_season = _may_be_season(context, int(state.since[place]))
    evidence = Lasting(
        rows=int(state.trailing[place].sum()),
        # A single bad window must not fail the next one, which is as windows were before.
        log_evidence=-math.inf if is_season or state.is_gone(of) else state.log_evidence(of),
        effect=Evidence(),
        alpha=context.config.alpha,
    )
    if evidence.is_weak or ref.distribution is None:
        return Finding(
            LASTING_DRIFT,
            0.0,
            evidence=evidence,
            window=context.window,
            column=ref.name,
            bound=bound,
            gating=context.settings(DataDrift).gate == "any",
        )
    trailing = coarse(of, state.trailing[place], ref.distribution)
    effect = distances.drift(
        context,
        metric,
        dataclasses.replace(
            ref, distribution=thinned(_coarse_reference(ref.distribution), by_nature)
        ),
        dataclasses.replace(cur, distribution=thinned(trailing, by_nature)),
        bound,
    )
    start = None if context.bounds[0] is None else int(state.since[place])
    told = wording.since(start, int(state.windows[place]), trailing.n, context.timezone)
    return dataclasses.replace(
        effect,
        quantity=LASTING_DRIFT,
        evidence=dataclasses.replace(evidence, effect=effect.evidence),
        reason=told if effect.reason is None else f"{told}; {effect.reason}",
    )


def _may_be_season(context: Context, since_us: int) -> bool:
    """Whether a change is younger than a season, and may be a night or a weekend as any other."""
    season, end_us = context.config.reference.season, context.bounds[1]
    return season is not None and end_us is not None and end_us - since_us < length_us(season)


def _noise(context: Context, metric: metrics.Metric, column: ColumnProfile) -> Noise | None:
    """What blocks of the reference say of the metric that decides of a column, of all hours: the
    windows that add up are not of one."""
    return context.noise_of_all(Finding(quantity(metric.name), 0.0, column=column.name))


def _by_nature(
    noise: Noise | None, metric: metrics.Metric, sides: tuple[Distribution, Distribution]
) -> float:
    """By what rows are to be divided because windows differ by nature, at least 1.

    Blocks of the reference tell how far windows are from the others beyond chance among rows: all
    of that may be of one kind, as a shift, of which chance among rows has one part among many.
    """
    chance = 0.0 if noise is None else metric.by_chance(*sides)
    if noise is None or chance <= 0.0:
        return 1.0
    shares = np.abs(noise.values) / chance
    beyond = float((shares if metric.is_squared else shares**2).mean())
    return 1.0 + _KINDS * beyond if beyond > _BY_CHANCE else 1.0


@functools.lru_cache(maxsize=512)
def _coarse_reference(ref: Distribution) -> Distribution:
    """The reference in its own cells, as the windows are counted."""
    of = cells(ref)
    return coarse(of, of.reference, ref)

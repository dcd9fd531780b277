"""Every metric of every column's two distributions, and what they come to together."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from mmon import metrics
from mmon.analyses import Context, Findings
from mmon.analyses.data_drift import LEVELS, ROWS, SHARE_DRIFTED, DataDrift, quantity
from mmon.chance.effective_rows import Effects, design_effects, thinned
from mmon.chance.multiplicity import benjamini_hochberg
from mmon.config.levels import Thresholds
from mmon.outline.units import about
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind, Metric, Result, Status
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence, Settled
from mmon.verdict.finding import Finding

_GENERAL_DRIFT = "general_drift"
# MLRun's defaults for the mean of total variation and Hellinger distance over all features.
_GENERAL = Bound("max", potential=0.5, detected=0.7)


def analyse(context: Context) -> Findings:
    """One finding for every tested column and every metric defined for its kind.

    What came true and what the model said of it is no feature: `concept_drift` tells its drift.
    """
    settings, outcome = _settings(context), context.config.columns.outcome
    # Of segments, which are many, those that decide unless others are named.
    is_short = context.segment is not None and settings.metrics == "all"
    names = metrics.names() if settings.metrics == "all" else settings.metrics
    chosen = [metrics.load(name, settings.options.get(name)) for name in names]
    findings = [
        drift(context, metric, ref, cur)
        for ref, cur in context.pairs()
        if cur is not None and ref.is_tested and cur.is_tested and ref.name not in outcome
        for metric in chosen
        if ref.kind in metric.kinds
        and not (is_short and levels(context, metric.name, ref).is_empty)
    ]
    return Findings(findings, [Metric(ROWS, float(context.production.rows), context.window)])


def conclude(context: Context, results: Sequence[Result]) -> Findings:
    """The dataset as a whole: the share of columns that drifted, and the mean general drift."""
    found = _share_drifted(context, results), _general_drift(context, results)
    return Findings([one for one in found if one is not None])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Distance(Evidence):
    """How likely two distributions of one column lie so far apart by chance.

    ``score`` is the metric's of the two samples as they are; ``is_tested``, whether it is asked how
    probable that is when nothing changed.
    """

    is_fact, is_dear = False, True
    metric: metrics.Metric
    ref: Ecdf | Counts
    cur: Ecdf | Counts
    score: float | None
    is_tested: bool

    def p_value(self) -> float | None:
        """Of "both samples are of one distribution"."""
        if self.score is None or not self.is_tested:
            return None
        return self.metric.p_value(self.score, self.ref, self.cur)

    def p_value_against(self, level: float) -> float | None:
        """Of "both distributions are no farther apart than the level"."""
        if self.score is None:
            return None
        return self.metric.p_value_against(self.score, level, self.ref, self.cur)

    def is_below(self, level: float) -> bool:
        """Whether they are surely closer than the level."""
        if self.score is None:
            return False
        return self.metric.is_below(self.score, level, self.ref, self.cur)

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether distributions twice as far apart would be told from it."""
        rows = self.cur.n if rows is None else rows
        return self.metric.is_found(level, alpha, self.ref, self.cur, rows)


def drift(
    context: Context,
    metric: metrics.Metric,
    ref: ColumnProfile,
    cur: ColumnProfile,
    bound: Bound | None = None,
) -> Finding:
    """What a metric says of a column that is tested on both sides; its levels are by default those
    of features."""
    settings = _settings(context)
    before, after = ref.distribution, cur.distribution
    if before is None or after is None:
        raise TypeError(f"column {ref.name!r} is tested and has no distribution")
    effects = design_effects(ref, cur)
    thin_ref, thin_cur = thinned(before, effects.ref), thinned(after, effects.cur)
    # With nothing in the reference there is nothing to judge by.
    bound = levels(context, metric.name, ref) if bound is None else bound
    bound = bound if before.n else Bound("max")
    is_tested = not bound.is_empty or settings.p_values == "all"
    score = metric.score(before, after, with_p_value=False)
    value, interval = score.value, None
    # What is only told is the statistic of the samples, as every library has it.
    if value is not None and not bound.is_empty:
        # Segments are many.
        if context.segment is None or metric.has_cheap_interval:
            interval = metric.interval(value, thin_ref, thin_cur)
        value = metric.corrected(value, thin_ref, thin_cur)
    return Finding(
        quantity(metric.name),
        value,
        score.error,
        interval,
        evidence=Distance(
            metric=metric,
            ref=thin_ref,
            cur=thin_cur,
            score=score.value,
            is_tested=is_tested,
            rows=thin_cur.n,
            of_rows=after.n,
            design_effect=effects.cur,
        ),
        window=context.window,
        column=ref.name,
        bound=bound,
        gating=not bound.is_empty and settings.gate == "any",
        reason=score.reason
        if bound.is_empty
        else _worth(score.reason, effects, after.n, thin_cur.n),
    )


def _worth(reason: str | None, effects: Effects, rows: int, effective: int) -> str | None:
    """A reason, and that rows count as fewer where they do."""
    if effective >= rows:
        return reason
    told = f"{effects.why}: {rows:,} count as about {about(effective)}"
    return told if reason is None else f"{reason}; {told}"


def levels(context: Context, name: str, column: ColumnProfile) -> Bound:
    """The levels of a metric on a column; dates are only told, unless they have levels of their
    own."""
    is_date = column.kind is ColumnKind.DATETIME
    of_all = {} if is_date else _settings(context).thresholds
    asked = context.config.levels(column.name, name, of_all)
    if asked is not None:
        return asked.bound()
    return LEVELS if name == _settings(context).usual and not is_date else Bound("max")


def _share_drifted(context: Context, results: Sequence[Result]) -> Finding | None:
    """The share of judged columns with a result that reached ``fail_on``, by importance."""
    settings = _settings(context)
    worst = Status.POTENTIAL_DETECTION if context.config.fail_on == "potential" else Status.DETECTED
    judged = [r for r in results if r.column is not None and r.status is not Status.IRRELEVANT]
    severity: dict[str, int] = {}
    for result in judged:
        before = severity.get(result.column or "", 0)
        severity[result.column or ""] = max(before, result.status.severity)
    if not severity:
        return None
    # Without importances every column counts the same; with them, the unnamed ones count nothing.
    weights = {
        column: settings.importance.get(column, 0.0) if settings.importance else 1.0
        for column in severity
    }
    total = math.fsum(weights.values())
    value, reason = None, f"{len(severity)} columns judged"
    if all(result.status is Status.INCONCLUSIVE for result in judged):
        # No column could show a drift, so their share being 0 would say nothing.
        reason = _commonest_reason(judged)
    elif total == 0.0:
        reason = "no tested column has an importance above 0"
    else:
        drifted = (w for column, w in weights.items() if severity[column] >= worst.severity)
        value = math.fsum(drifted) / total
    decides = settings.gate == "share"
    bound = Bound("max", detected=settings.share if decides else None)
    return Finding(
        SHARE_DRIFTED, value, window=context.window, bound=bound, gating=decides, reason=reason
    )


def _general_drift(context: Context, results: Sequence[Result]) -> Finding | None:
    """The mean over columns; surely a change where any column is, corrected (Simes 1986)."""
    settings = _settings(context)
    asked = settings.thresholds.get(_GENERAL_DRIFT, Thresholds())
    known = [r for r in results if r.name == _GENERAL_DRIFT and r.value is not None]
    if not asked.is_empty:
        # What decides leaves out dates, which move by themselves.
        known = [r for r in known if r.status is not Status.IRRELEVANT]
    if not known:
        return None
    usual = _GENERAL if _GENERAL_DRIFT not in settings.thresholds else asked.bound()
    judged = [r.changed for r in results if r.has_levels]
    told = Finding(
        quantity(_GENERAL_DRIFT),
        math.fsum(r.value or 0.0 for r in known) / len(known),
        math.fsum(r.error for r in known) / len(known),
        window=context.window,
        # Distances of a few rows are large by chance alone.
        bound=usual if any(judged) or not judged else Bound("max"),
        reason=f"mean over {len(known)} columns",
    )
    if asked.is_empty:
        return told
    p_values = [1.0 if r.p_value is None else r.p_value for r in known]
    p_value = float(benjamini_hochberg(p_values).min())
    evidence = Settled(p=p_value, q=p_value)
    gates = settings.gate == "any"
    told = dataclasses.replace(told, bound=usual, evidence=evidence, gating=gates)
    if all(r.status is Status.INCONCLUSIVE for r in known):
        return dataclasses.replace(told, value=None, error=0.0, reason=_commonest_reason(known))
    return told


def _commonest_reason(results: Sequence[Result]) -> str:
    reasons = [result.reason or "" for result in results]
    return max(reasons, key=reasons.count)


def _settings(context: Context) -> DataDrift:
    return context.settings(DataDrift)

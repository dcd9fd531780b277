"""Every metric of every column's two distributions, and what they come to together."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from mmon import metrics
from mmon.analyses import Context, Findings
from mmon.analyses.data_drift import LEVELS, ROWS, SHARE_DRIFTED, USUAL, DataDrift, quantity
from mmon.chance.small_samples import least_p_value
from mmon.config.levels import Thresholds
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind, Metric, Result, Status
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence, Settled
from mmon.verdict.finding import Finding

# All that is asked of a value that was not seen is whether it would be significant, corrected for
# at most `MOST_SUMMARIES` others: how much below that its p-value is does not matter.
_SURELY = 1e-6
_GENERAL_DRIFT = "general_drift"
# MLRun's defaults for the mean of total variation and Hellinger distance over all features.
_GENERAL = Bound("max", potential=0.5, detected=0.7)


def analyse(context: Context) -> Findings:
    """One finding for every tested column and every metric defined for its kind."""
    settings = _settings(context)
    # Of segments, which are many, those that decide unless others are named.
    is_short = context.segment is not None and settings.metrics == "all"
    names = metrics.names() if settings.metrics == "all" else settings.metrics
    chosen = [metrics.load(name, settings.options.get(name)) for name in names]
    findings = [
        _finding(context, settings, metric, ref, cur)
        for ref, cur in context.pairs()
        if cur is not None and ref.is_tested and cur.is_tested
        for metric in chosen
        if ref.kind in metric.kinds
        and not (is_short and _bound(settings, metric.name, ref.kind).is_empty)
    ]
    return Findings(findings, [Metric(ROWS, float(context.production.rows), context.window)])


def conclude(context: Context, results: Sequence[Result]) -> Findings:
    """The dataset as a whole: the share of columns that drifted, and the mean general drift."""
    found = _share_drifted(context, results), _general_drift(context, results)
    return Findings([one for one in found if one is not None])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Distance(Evidence):
    """How likely two distributions of one column lie so far apart by chance.

    ``p`` is the p-value of the distance there is, where it was computed; below ``enough`` how small
    that of another one is does not matter.
    """

    metric: metrics.Metric
    ref: Ecdf | Counts
    cur: Ecdf | Counts
    p: float | None
    enough: float

    @property
    def is_change(self) -> bool:
        """A distance is a change by itself."""
        return True

    def p_value(self) -> float | None:
        """As the metric gave it with its value."""
        return self.p

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        """The metric's own, and never less than so few rows can prove."""
        p_value: float | None
        p_value = self.metric.most_chance(value, self.ref, self.cur, rows=rows)
        if p_value > self.enough:
            p_value = self.metric.p_value(value, self.ref, self.cur, rows=rows)
        # Where all rows are equal no distance is possible, but a few rows still prove nothing.
        size = self.cur.presence.rows if rows is None else rows
        return (
            None if p_value is None else max(p_value, least_p_value(self.ref.presence.rows, size))
        )


def _finding(
    context: Context,
    settings: DataDrift,
    metric: metrics.Metric,
    ref: ColumnProfile,
    cur: ColumnProfile,
) -> Finding:
    before, after = ref.distribution, cur.distribution
    if ref.name == context.config.columns.target:
        # A missing target is a label that has not arrived yet, and no category of its own.
        before, after = _known(before), _known(after)
    if before is None or after is None:
        raise TypeError(f"column {ref.name!r} is tested and has no distribution")
    bound = _bound(settings, metric.name, ref.kind)
    with_p_value = not bound.is_empty or settings.p_values == "all"
    score = metric.score(before, after, with_p_value=with_p_value)
    return Finding(
        quantity(metric.name),
        score.value,
        score.error,
        evidence=Distance(
            metric=metric,
            ref=before,
            cur=after,
            p=score.p_value,
            enough=_SURELY * context.config.alpha,
            rows=after.n,
        ),
        window=context.window,
        column=ref.name,
        bound=bound,
        gating=not bound.is_empty and settings.gate == "any",
        reason=score.reason,
    )


def _bound(settings: DataDrift, name: str, kind: ColumnKind) -> Bound:
    """The levels of a metric on columns of a kind; dates are only told."""
    usual = LEVELS if USUAL.get(kind.value) == name else Bound("max")
    asked = None if kind is ColumnKind.DATETIME else settings.thresholds.get(name)
    return usual if asked is None else asked.bound()


def _known(distribution: Ecdf | Counts | None) -> Ecdf | Counts | None:
    """A distribution of the rows that have a value."""
    if distribution is None:
        return None
    return dataclasses.replace(distribution, presence=Presence(present=distribution.n))


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
    """The mean over columns; significant where any column is, after correction (Simes 1986)."""
    settings = _settings(context)
    asked = settings.thresholds.get(_GENERAL_DRIFT, Thresholds())
    known = [r for r in results if r.name == _GENERAL_DRIFT and r.value is not None]
    if not asked.is_empty:
        # What decides leaves out dates, which move by themselves.
        known = [r for r in known if r.status is not Status.IRRELEVANT]
    if not known:
        return None
    told = Finding(
        quantity(_GENERAL_DRIFT),
        math.fsum(r.value or 0.0 for r in known) / len(known),
        math.fsum(r.error for r in known) / len(known),
        window=context.window,
        bound=_GENERAL if _GENERAL_DRIFT not in settings.thresholds else asked.bound(),
        reason=f"mean over {len(known)} columns",
    )
    if asked.is_empty:
        return told
    p_value = min(1.0 if r.q_value is None else r.q_value for r in known)
    judged = dataclasses.replace(told, evidence=Settled(p=p_value), gating=settings.gate == "any")
    if all(r.status is Status.INCONCLUSIVE for r in known):
        return dataclasses.replace(judged, value=None, error=0.0, reason=_commonest_reason(known))
    return judged


def _commonest_reason(results: Sequence[Result]) -> str:
    reasons = [result.reason or "" for result in results]
    return max(reasons, key=reasons.count)


def _settings(context: Context) -> DataDrift:
    return context.settings(DataDrift)

"""Data drift: has the distribution of any column, or of the dataset as a whole, moved?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from mmon import metrics
from mmon.analyses import Context, Findings
from mmon.analyses._chances import least_p_value
from mmon.candidate import Candidate
from mmon.config_analyses import DataDrift, Thresholds
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind, Metric, Result, ResultKind, Score, Status

APPLICATION = "data-drift"

DEFAULT_THRESHOLDS = {
    ("ks", ColumnKind.NUMERIC): Thresholds(potential=0.1, detected=0.2),
    ("total_variation", ColumnKind.CATEGORICAL): Thresholds(potential=0.1, detected=0.2),
}
"""What decides when the configuration says nothing. Dates move by themselves, so they never do."""

# MLRun's defaults for the mean of total variation and Hellinger distance over all features.
_GENERAL = Thresholds(potential=0.5, detected=0.7)

# All that is asked of a value that was not seen is whether it would be significant, corrected for
# at most `MOST_SUMMARIES` others: how much below that its p-value is does not matter.
_SURELY = 1e-6


def analyse(context: Context) -> Findings:
    """One candidate for every tested column and every metric defined for its kind."""
    settings = _settings(context)
    # Of segments, which are many, those that decide unless others are named.
    is_short = context.segment is not None and settings.metrics == "all"
    names = metrics.names() if settings.metrics == "all" else settings.metrics
    chosen = [metrics.load(name, settings.options.get(name)) for name in names]
    candidates = [
        _candidate(context, settings, metric, ref, cur)
        for ref, cur in context.pairs()
        if cur is not None and ref.is_tested and cur.is_tested
        for metric in chosen
        if ref.kind in metric.kinds
        and not (is_short and _thresholds(settings, metric.name, ref.kind).is_empty)
    ]
    rows = Metric(APPLICATION, "rows", float(context.production.rows), window=context.window)
    return Findings(candidates, [rows])


def _thresholds(settings: DataDrift, name: str, kind: ColumnKind) -> Thresholds:
    """What decides of a metric in a column of a kind."""
    usual = DEFAULT_THRESHOLDS.get((name, kind), Thresholds())
    return usual if kind is ColumnKind.DATETIME else settings.thresholds.get(name, usual)


def conclude(context: Context, results: Sequence[Result]) -> Findings:
    """The dataset as a whole: the share of columns that drifted, and the mean general drift."""
    settings = _settings(context)
    return Findings(
        [
            *_share_drifted(context, settings, results),
            *_general_drift(context, settings, results),
        ]
    )


def _candidate(
    context: Context,
    settings: DataDrift,
    metric: metrics.Metric,
    ref: ColumnProfile,
    cur: ColumnProfile,
) -> Candidate:
    before, after = ref.distribution, cur.distribution
    if ref.name == context.config.columns.target:
        # A missing target is a label that has not arrived yet, and no category of its own.
        before, after = _known(before), _known(after)
    if before is None or after is None:
        raise TypeError(f"column {ref.name!r} is tested and has no distribution")
    thresholds = _thresholds(settings, metric.name, ref.kind)
    has_threshold = not thresholds.is_empty

    def p_value_at(value: float, rows: int | None) -> float | None:
        most = metric.most_chance(value, before, after, rows=rows)
        is_sure = most <= _SURELY * context.config.alpha
        p_value = most if is_sure else metric.p_value(value, before, after, rows=rows)
        # Where all rows are equal no distance is possible, but a few rows still prove nothing.
        size = after.presence.rows if rows is None else rows
        least = least_p_value(before.presence.rows, size)
        return None if p_value is None else max(p_value, least)

    return Candidate(
        application=APPLICATION,
        kind=ResultKind.DATA_DRIFT,
        name=metric.name,
        score=metric.score(before, after, with_p_value=has_threshold or settings.p_values == "all"),
        thresholds=thresholds,
        p_value_at=p_value_at,
        rows=after.n,
        window=context.window,
        column=ref.name,
        gating=has_threshold and settings.gate == "any",
    )


def _known(distribution: Ecdf | Counts | None) -> Ecdf | Counts | None:
    """A distribution of the rows that have a value."""
    if distribution is None:
        return None
    return dataclasses.replace(distribution, presence=Presence(present=distribution.n))


def _share_drifted(
    context: Context, settings: DataDrift, results: Sequence[Result]
) -> list[Candidate]:
    """The share of judged columns with a result that reached ``fail_on``, by importance."""
    worst = Status.POTENTIAL_DETECTION if context.config.fail_on == "potential" else Status.DETECTED
    judged = [r for r in results if r.column is not None and r.status is not Status.IRRELEVANT]
    severity: dict[str, int] = {}
    for result in judged:
        before = severity.get(result.column or "", 0)
        severity[result.column or ""] = max(before, result.status.severity)
    if not severity:
        return []
    # Without importances every column counts the same; with them, the unnamed ones count nothing.
    weights = {
        column: settings.importance.get(column, 0.0) if settings.importance else 1.0
        for column in severity
    }
    total = math.fsum(weights.values())
    if all(result.status is Status.INCONCLUSIVE for result in judged):
        # No column could show a drift, so their share being 0 would say nothing.
        score = Score(None, reason=_commonest_reason(judged))
    elif total == 0.0:
        score = Score(None, reason="no tested column has an importance above 0")
    else:
        drifted = (w for column, w in weights.items() if severity[column] >= worst.severity)
        score = Score(math.fsum(drifted) / total)
    return [
        Candidate(
            application=APPLICATION,
            kind=ResultKind.DATA_DRIFT,
            name="share_drifted",
            score=score,
            thresholds=Thresholds(detected=settings.share)
            if settings.gate == "share"
            else Thresholds(),
            window=context.window,
            gating=settings.gate == "share",
            reason=None if score.value is None else f"{len(severity)} columns judged",
        )
    ]


def _general_drift(
    context: Context, settings: DataDrift, results: Sequence[Result]
) -> list[Candidate]:
    asked = settings.thresholds.get("general_drift")
    known = [r for r in results if r.name == "general_drift" and r.value is not None]
    is_judged = asked not in (None, Thresholds())
    if is_judged:
        # What decides leaves out dates, which move by themselves.
        known = [r for r in known if r.status is not Status.IRRELEVANT]
    if not known:
        return []
    return [
        Candidate(
            application=APPLICATION,
            kind=ResultKind.DATA_DRIFT,
            name="general_drift",
            score=_mean_score(known, is_judged),
            p_value_at=_decided_by_columns if is_judged else None,
            thresholds=asked or _GENERAL,
            window=context.window,
            gating=is_judged and settings.gate == "any",
            reason=f"mean over {len(known)} columns",
        )
    ]


def _mean_score(results: Sequence[Result], is_judged: bool) -> Score:
    """The mean over columns; significant where any column is, after correction (Simes 1986)."""
    value = math.fsum(r.value or 0.0 for r in results) / len(results)
    error = math.fsum(r.error for r in results) / len(results)
    if not is_judged:
        return Score(value, error)
    if all(r.status is Status.INCONCLUSIVE for r in results):
        return Score(None, reason=_commonest_reason(results))
    return Score(value, error, min(1.0 if r.q_value is None else r.q_value for r in results))


def _decided_by_columns(_value: float, _rows: int | None) -> float:
    """No shortage of rows of its own: where every column has one, there is no mean."""
    return 0.0


def _commonest_reason(results: Sequence[Result]) -> str | None:
    reasons = [result.reason for result in results]
    return max(reasons, key=reasons.count)


def _settings(context: Context) -> DataDrift:
    return context.config.analyses.data_drift or DataDrift()

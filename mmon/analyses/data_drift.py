"""Data drift: has the distribution of any column, or of the dataset as a whole, moved?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mmon import metrics
from mmon.analyses import Context, Findings
from mmon.config import DataDrift, Thresholds
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind, Metric, Result, ResultKind, Score, Status
from mmon.verdict import Candidate

APPLICATION = "data-drift"

DEFAULT_THRESHOLDS = {
    ("ks", ColumnKind.NUMERIC): Thresholds(potential=0.1, detected=0.2),
    ("total_variation", ColumnKind.CATEGORICAL): Thresholds(potential=0.1, detected=0.2),
}
"""What decides when the configuration says nothing. Dates move by themselves, so they never do."""

# MLRun's defaults for the mean of total variation and Hellinger distance over all features.
_GENERAL = Thresholds(potential=0.5, detected=0.7)


def analyse(context: Context) -> Findings:
    """One candidate for every tested column and every metric defined for its kind."""
    settings = _settings(context)
    names = metrics.names() if settings.metrics == "all" else settings.metrics
    chosen = [metrics.load(name, settings.options.get(name)) for name in names]
    candidates = [
        _candidate(context, settings, metric, ref, cur)
        for ref, cur in context.pairs()
        if cur is not None and ref.is_tested and cur.is_tested
        for metric in chosen
        if ref.kind in metric.kinds
    ]
    rows = Metric(APPLICATION, "rows", float(context.production.rows), window=context.window)
    return Findings(candidates, [rows])


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
    if before is None or after is None:
        raise TypeError(f"column {ref.name!r} is tested and has no distribution")
    thresholds = DEFAULT_THRESHOLDS.get((metric.name, ref.kind), Thresholds())
    if ref.kind is not ColumnKind.DATETIME:
        thresholds = settings.thresholds.get(metric.name, thresholds)
    has_threshold = thresholds.potential is not None or thresholds.detected is not None

    def p_value_at(value: float, rows: int | None) -> float | None:
        return metric.p_value(value, before, after, rows=rows)

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


def _share_drifted(
    context: Context, settings: DataDrift, results: Sequence[Result]
) -> list[Candidate]:
    """The share of judged columns with a result that reached ``fail_on``, by importance."""
    worst = Status.POTENTIAL_DETECTION if context.config.fail_on == "potential" else Status.DETECTED
    severity: dict[str, int] = {}
    for result in results:
        if result.column is not None and result.status is not Status.IRRELEVANT:
            before = severity.get(result.column, 0)
            severity[result.column] = max(before, result.status.severity)
    if not severity:
        return []
    # Without importances every column counts the same; with them, the unnamed ones count nothing.
    weights = {
        column: settings.importance.get(column, 0.0) if settings.importance else 1.0
        for column in severity
    }
    total = math.fsum(weights.values())
    if total == 0.0:
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
            reason=f"{len(severity)} columns judged",
        )
    ]


def _general_drift(
    context: Context, settings: DataDrift, results: Sequence[Result]
) -> list[Candidate]:
    values = [r.value for r in results if r.name == "general_drift" and r.value is not None]
    if not values:
        return []
    asked = settings.thresholds.get("general_drift")
    return [
        Candidate(
            application=APPLICATION,
            kind=ResultKind.DATA_DRIFT,
            name="general_drift",
            score=Score(math.fsum(values) / len(values)),
            thresholds=asked or _GENERAL,
            window=context.window,
            gating=asked is not None and settings.gate == "any",
            reason=f"mean over {len(values)} columns",
        )
    ]


def _settings(context: Context) -> DataDrift:
    return context.config.analyses.data_drift or DataDrift()

"""How far the mean of a column of vectors moved, on its way to being judged."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context
from mmon.analyses.multivariate_drift import MultivariateDrift
from mmon.analyses.multivariate_drift.compared import content_columns
from mmon.analyses.multivariate_drift.measured_content import CENTROID_SHIFT
from mmon.chance.centroids import FEWEST, Centroids, centroids
from mmon.chance.levels import is_powerful, is_surely_below
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moved(Evidence):
    """Two centroids; None where there are too few rows for it."""

    is_fact, is_dear = False, True
    found: Centroids | None

    def p_value(self) -> float | None:
        """Of "both sides have one centroid"."""
        return None if self.found is None else self.found.p_value()

    def p_value_against(self, level: float) -> float | None:
        """Of "the centroid moved by no more than the level"."""
        return None if self.found is None else self.found.p_value_against(level)

    def is_below(self, level: float) -> bool:
        """Whether it surely moved less."""
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a shift of twice the level would be told from it."""
        rows = self.rows if rows is None else rows
        if self.found is None or rows < FEWEST:
            return False
        return is_powerful(level, self.found.deviation(2.0 * level, rows), alpha)


def findings(context: Context) -> list[Finding]:
    """One finding for each column of vectors that both sides have."""
    columns = content_columns(context, Reading.VECTOR)
    return [_finding(context, ref, cur) for ref, cur in columns]


def _finding(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    settings = context.settings(MultivariateDrift)
    asked = context.config.levels(ref.name, CENTROID_SHIFT.name, settings.thresholds)
    bound = CENTROID_SHIFT.bound("max") if asked is None else asked.bound()
    rows = [0 if one.vectors is None else one.vectors.n for one in (ref, cur)]
    finding = Finding(
        CENTROID_SHIFT,
        None,
        evidence=Moved(rows=rows[1], found=None),
        window=context.window,
        column=ref.name,
        bound=bound,
        gating=settings.gate == "any" and not bound.is_empty,
    )
    if ref.vectors is None or cur.vectors is None or min(rows) < FEWEST:
        side, few = ("production", rows[1]) if rows[1] < FEWEST else ("reference", rows[0])
        why = f"{few:,} {side} vectors of {ref.width:,} numbers are too few: it takes {FEWEST}"
        return dataclasses.replace(finding, reason=why)
    found = centroids(ref.vectors, cur.vectors)
    if found is None:
        why = "the reference's vectors do not vary, so there is nothing to measure by"
        return dataclasses.replace(finding, bound=type(bound)("max"), gating=False, reason=why)
    evidence = Moved(rows=found.m, found=found)
    value, interval = found.shift, found.interval()
    return dataclasses.replace(finding, value=value, interval=interval, evidence=evidence)

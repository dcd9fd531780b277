"""How well a classifier tells the rows of both sides apart, on its way to being judged."""

from __future__ import annotations

import dataclasses
import math

from mmon.analyses import Context
from mmon.analyses.multivariate_drift.compared import Compared, bound_of, is_gating, untold
from mmon.analyses.multivariate_drift.measured import DOMAIN_CLASSIFIER
from mmon.chance.levels import beyond, is_powerful, is_surely_below
from mmon.chance.ranks.areas import Area, exponential_variance
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

_HALF = DOMAIN_CLASSIFIER.harmless


@dataclasses.dataclass(frozen=True, kw_only=True)
class Apart(Evidence):
    """The area of scores that tell two sides apart; ``reference_rows`` is how many it rests on
    there, and ``area`` None where there are too few rows for any."""

    is_fact = False
    reference_rows: int
    fewest: int
    area: Area | None

    def p_value(self) -> float | None:
        """Of "no score tells the sides apart"."""
        return None if self.area is None else self.area.p_value

    def p_value_against(self, level: float) -> float | None:
        """Of "the scores tell them apart no better than the level"."""
        if self.area is None or level <= _HALF:
            return self.p_value()
        return beyond(self.area.value - level, math.sqrt(self.area.variance))

    def is_below(self, level: float) -> bool:
        """Whether the scores surely tell them apart less well."""
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether an area as far again from one half would be told from the level."""
        rows, n = self.rows if rows is None else rows, self.reference_rows
        if min(n, rows) < self.fewest:
            return False
        twice = min(2.0 * level - _HALF, 0.5 * (level + 1.0))
        # Three in four are scored.
        deviation = math.sqrt(exponential_variance(twice, n * 3 // 4, rows * 3 // 4))
        return is_powerful(twice - level, deviation, alpha)


def finding(context: Context, rows: Compared) -> Finding | None:
    """The area of all features together; None where there is no feature."""
    from mmon.models.domain import separation
    from mmon.models.parted import FEWEST
    from mmon.models.rows import rows_of

    if not rows.names:
        return None
    lacks = context.lacks_models
    if rows.frames is None or lacks is not None:
        return untold(context, DOMAIN_CLASSIFIER, lacks or context.lacks_rows)
    bound = bound_of(context, DOMAIN_CLASSIFIER)
    found = Finding(
        DOMAIN_CLASSIFIER,
        None,
        window=context.window,
        bound=bound,
        gating=is_gating(context, DOMAIN_CLASSIFIER),
        reference_value=_HALF,
    )
    n, m = (side.height for side in rows.frames)
    if min(n, m) < FEWEST:
        few = f"{m:,} production" if m < FEWEST else f"{n:,} reference"
        why = f"{few} rows are too few to fit a classifier: it takes {FEWEST}"
        return dataclasses.replace(found, reason=why)
    told = separation(rows_of(*rows.frames), alpha=context.config.alpha)
    evidence = Apart(rows=told.m, reference_rows=told.n, fewest=FEWEST, area=told.area)
    drivers = ", ".join(f"{one.name} ({one.lost:.2f})" for one in told.drivers)
    size = f"{told.n:,} reference and {told.m:,} production rows"
    return dataclasses.replace(
        found,
        value=max(told.area.value, _HALF),
        interval=told.area.interval(),
        evidence=evidence,
        reason=f"most by {drivers}; of {size}" if drivers else f"of {size}",
    )

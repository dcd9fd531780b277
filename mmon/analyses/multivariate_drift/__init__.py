"""Multivariate drift: did rows change in a way that no single column shows?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mmon.analyses.multivariate_drift.measured import APPLICATION as APPLICATION
from mmon.analyses.multivariate_drift.measured import (
    CORRELATION_DRIFT,
    DOMAIN_CLASSIFIER,
    RECONSTRUCTION,
)
from mmon.analyses.multivariate_drift.measured_content import (
    CENTROID_SHIFT,
    CONTENT_CLASSIFIER,
    UNSEEN_WORDS,
)
from mmon.config.fields import Flag, Section
from mmon.config.levels import Thresholds
from mmon.results.quantity import Quantity, by_name

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings, Run
    from mmon.config.sections import Config


class MultivariateDrift(Section):
    """What is looked at in many columns at once, among sampled rows, and what of it decides."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by result, in the place of its own: centroid_shift, of columns of vectors, has by
    itself 0.1 and 0.2, unseen_words, of texts, 0.01 and 0.05, domain_classifier and
    content_classifier 0.60 and 0.75, correlation_drift 0.15 and 0.30. Without levels here all but
    the first two are only told: a column that drifts, by levels of its own, changes them as well.
    With levels set here they decide, too."""
    reconstruction: Flag = False
    """Whether rows are squeezed into principal components and rebuilt, as NannyML does it, and the
    mean error is compared with the reference's: for those who compare."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any result that decides and reaches its level, or nothing (only
    tell)."""


Settings = MultivariateDrift

QUANTITIES = by_name(
    (
        DOMAIN_CLASSIFIER,
        CORRELATION_DRIFT,
        RECONSTRUCTION,
        CENTROID_SHIFT,
        CONTENT_CLASSIFIER,
        UNSEEN_WORDS,
    )
)


def quantities() -> tuple[Quantity, ...]:
    """Everything that is measured."""
    return tuple(QUANTITIES.values())


def reads_rows(config: Config) -> bool:
    """Always: no summary of columns knows what stands beside what."""
    del config
    return True


def analyse(context: Context) -> Findings:
    """What changed in columns of vectors on average, and in the words of texts, from profiles."""
    from mmon.analyses import Findings
    from mmon.analyses.multivariate_drift import centroids, words

    return Findings([*centroids.findings(context), *words.findings(context)])


def analyse_run(run: Run) -> Findings:
    """What changed in many columns at once, in every window that is judged and has rows; what
    takes a classifier, in the newest of them."""
    from mmon.analyses import Findings
    from mmon.analyses.multivariate_drift import content, correlation, rebuilt, told_apart
    from mmon.analyses.multivariate_drift.compared import compared_rows

    there = [one for one in run.windows if one.production.rows]
    judged = [one for one in there if one.is_judged] or there
    if not judged:
        return Findings()
    apart = told_apart.finding(judged[-1], compared_rows(judged[-1]))
    contents, pairs = content.findings(judged[-1]), correlation.findings(judged)
    findings = [*contents, *([] if apart is None else [apart]), *pairs.findings]
    findings += rebuilt.findings(judged)
    return Findings(findings, drawings=pairs.drawings)

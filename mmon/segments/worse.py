"""Which segments really got worse: found, confirmed, corrected for their number, told once."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.multiplicity import benjamini_hochberg
from mmon.records.arrays import FloatArray
from mmon.results import Task
from mmon.segments._evidence import Evidence
from mmon.segments._excess_means import means_p_values
from mmon.segments._excess_odds import odds_p_values
from mmon.segments._rises import variance_at
from mmon.segments._rows import Rows
from mmon.segments._telling_apart import Basis, distinct
from mmon.segments.conditions import Segment, over_runs, words
from mmon.segments.found import Found, WorseSegment
from mmon.segments.pairs import MOST_FEATURES, discover
from mmon.segments.sides import SampledLosses, Side
from mmon.segments.tallies import Tally, tally_pairs

# Labelled rows that a segment and the rest must have on both sides. With 50, an error rate that
# goes from 0.1 to 0.25 has a p-value of 0.03, and a correction for many leaves nothing of it.
_LEAST_ROWS = 50.0
# A mean error, even a trimmed one, is not normal enough in fewer.
_LEAST_ROWS_OF_MEANS = 100.0
# Smaller segments explain little, and testing them costs those that do.
_LEAST_SHARE = 0.01
# So many of the significant segments are told apart: most of them overlap with the first few.
_MOST_TOLD_APART = 300


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Tested:
    """A segment with the sums of its rows and its p-values."""

    segment: Segment
    sums: FloatArray
    p_value: float
    q_value: float = 1.0


def worse_segments(ref: Side, cur: Side, *, task: Task, alpha: float, limit: int = 10) -> Found:
    """The segments in which the model really got worse.

    Every bin of every feature, and runs of bins, are tested on all labelled rows; for a regression,
    whose means must withstand heavy tails, on the sample. Pairs of them are discovered on one half
    of the sample's rows and tested on the other. All p-values are corrected together (Benjamini
    and Hochberg); of segments that overlap, those are told that the others do not explain.

    Parameters
    ----------
    ref, cur : Side
    task : Task
    alpha : float
        Where nothing got worse, or everything alike, the chance that any segment is named is at
        most this.
    limit : int
        The most segments to name.

    Raises
    ------
    ValueError
        When the sides were not counted by the same bins.
    """
    evidence = Evidence.of(ref, cur, is_classified=task is not Task.REGRESSION)
    tested = [*_test_conditions(evidence), *_test_pairs(evidence)]
    q_values = benjamini_hochberg([one.p_value for one in tested]).tolist()
    significant = [
        dataclasses.replace(one, q_value=q_value)
        for one, q_value in zip(tested, q_values, strict=True)
        if q_value <= alpha
    ]
    significant.sort(key=lambda one: (one.p_value, len(one.segment), one.segment))
    told = _told(evidence, significant[:_MOST_TOLD_APART], alpha, limit)
    sizes = [_size(side.sample) for side in (ref, cur)]
    return Found(
        segments=tuple(_describe(evidence, one) for one in told),
        tested=len(tested),
        sample_rows=(sizes[0][0], sizes[1][0]),
        seen=(sizes[0][1], sizes[1][1]),
        paired=min(len(evidence.binnings), MOST_FEATURES),
        features=len(evidence.binnings),
    )


def _size(sample: SampledLosses | None) -> tuple[int, int]:
    return (0, 0) if sample is None else (len(sample), sample.seen)


def _least(evidence: Evidence, n: float, m: float) -> tuple[float, float]:
    """Rows that a segment must have on either side, among ``n`` and ``m``."""
    rows = _least_rows(evidence)
    return max(rows, _LEAST_SHARE * n), max(rows, _LEAST_SHARE * m)


def _least_rows(evidence: Evidence) -> float:
    return _LEAST_ROWS if evidence.is_classified else _LEAST_ROWS_OF_MEANS


def _test(evidence: Evidence, tally: Tally, segments: list[Segment]) -> list[tuple[Segment, float]]:
    """The segments that are large enough, with their p-values."""
    least = _least(evidence, *tally.rows())
    testable = tally.are_at_least(least, _least_rows(evidence))
    tested = _p_values(tally.take(testable), is_classified=evidence.is_classified)
    return [
        (segments[at], p_value)
        for at, p_value in zip(np.flatnonzero(testable).tolist(), tested.tolist(), strict=True)
    ]


def _p_values(tally: Tally, *, is_classified: bool) -> FloatArray:
    """One-sided p-values of the segments.

    The null hypothesis of a segment: its production mean is at most the largest of its reference
    mean, that plus the change of the rest, and that times the relative change of the rest (for
    classes: of the odds). A small p-value so says that the segment got worse, and more so than the
    rest by whichever scale one likes. Each of the three is tested, and the largest p-value counts
    (an intersection-union test: Berger, *Multiparameter hypothesis testing and acceptance
    sampling*, Technometrics 1982).

    Parameters
    ----------
    tally : Tally
        No side of a segment, or of its rest, is empty.
    is_classified : bool
        Whether the loss is 0 or 1.

    Returns
    -------
    (S,) float64 in (0, 1]
    """
    parts = tally.ref, tally.cur, tally.ref_rest, tally.cur_rest
    return odds_p_values(*parts) if is_classified else means_p_values(tally.values, *parts)


def _test_conditions(evidence: Evidence) -> list[_Tested]:
    tally = evidence.tally()
    family = [one for family in evidence.families for one in family]
    if tally is None:
        return []
    sums = dict(
        zip(
            family,
            np.concatenate(list(map(over_runs, evidence.bins, evidence.families))),
            strict=True,
        )
    )
    segments: list[Segment] = [(one,) for one in family]
    return [
        _Tested(segment, sums[segment[0]], p_value)
        for segment, p_value in _test(evidence, tally, segments)
    ]


def _test_pairs(evidence: Evidence) -> list[_Tested]:
    rows = evidence.rows
    if rows is None:
        return []
    discovering, confirming = rows.take(evidence.discovers), rows.take(~evidence.discovers)
    n, m = discovering.weights[:, :2].sum(axis=0).tolist()
    candidates = discover(
        discovering,
        evidence.families,
        [one.size for one in evidence.binnings],
        _least(evidence, n, m),
        variance_at(discovering.cut_loss, is_classified=evidence.is_classified),
    )
    if not candidates:
        return []
    return [
        _Tested(pair, _sums(rows, evidence.scale, pair), p_value)
        for pair, p_value in _test(evidence, tally_pairs(confirming, candidates), candidates)
    ]


def _sums(rows: Rows, scale: FloatArray, pair: Segment) -> FloatArray:
    """The sums of a pair's rows, as far as the sample knows them."""
    sums: FloatArray = rows.totals(rows.within(pair), rows.loss) * scale
    return sums


def _told(
    evidence: Evidence, significant: list[_Tested], alpha: float, limit: int
) -> list[_Tested]:
    if evidence.rows is None:
        # Nothing says which rows segments of different features share: one segment a feature.
        best: dict[int, _Tested] = {}
        for one in significant:
            best.setdefault(one.segment[0].feature, one)
        return list(best.values())[:limit]
    if not significant:
        return []
    rows, segments = evidence.rows, [one.segment for one in significant]
    everywhere = np.ones(len(rows.loss), dtype=np.bool_)
    confirming = Basis.of_rows(rows, segments, ~evidence.discovers)
    full = Basis.of_rows(rows, segments, everywhere)
    if evidence.is_classified:
        inside = np.stack([one.sums for one in significant])
        full = Basis(inside, evidence.everything, everywhere, evidence.scale)
    told = distinct(
        segments,
        rows,
        full,
        confirming,
        variance_at(rows.cut_loss, is_classified=evidence.is_classified),
        alpha=alpha,
        limit=limit,
        least=_least(evidence, *full.everything[:2].tolist()),
    )
    return [significant[at] for at in told]


def _describe(evidence: Evidence, one: _Tested) -> WorseSegment:
    n, m, loss_ref, loss_cur = one.sums.tolist()
    all_n, all_m, all_ref, all_cur = evidence.everything.tolist()
    before, after = loss_ref / n, loss_cur / m
    rest_rise = (all_cur - loss_cur) / (all_m - m) - (all_ref - loss_ref) / (all_n - n)
    excess = after - before - rest_rise
    share, change = m / all_m, all_cur / all_m - all_ref / all_n
    binnings = [evidence.binnings[condition.feature] for condition in one.segment]
    return WorseSegment(
        label=" and ".join(map(words, one.segment, binnings)),
        columns=tuple(binning.column for binning in binnings),
        rows=round(m),
        share=share,
        reference_value=before,
        production_value=after,
        excess=excess,
        p_value=one.p_value,
        q_value=one.q_value,
        explained=max(share * excess / change, 0.0) if change > 0 else None,
    )

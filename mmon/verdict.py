"""From scores to a verdict: thresholds, significance, multiplicity, status, exit status.

A result is *detected* when its value passes the ``detected`` threshold and the change is
significant after correction for the number of columns tested (Benjamini and Hochberg 1995, over
the columns of one metric and window). A threshold inside value ± error, and a threshold that could
not be significant with so few rows, are *inconclusive*: they are never guessed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from mmon.candidate import Candidate, Rule
from mmon.config_analyses import LABEL_RESULTS
from mmon.errors import ExitStatus
from mmon.multiplicity import benjamini_hochberg
from mmon.results import (
    Result,
    Status,
    Verdict,
)

_MAX_ROWS = 1 << 40

# That labels arrived, or that no segment is worse than the rest, says nothing of how good a model
# is: such results may fail a run, and never make it conclusive.
_NO_EVIDENCE = frozenset({*LABEL_RESULTS, "worse_segment"})


def judge(candidates: Sequence[Candidate], rule: Rule) -> list[Result]:
    """Results in the candidates' order, each with its q-value and status."""
    families: dict[tuple[str, str, int, str], list[int]] = defaultdict(list)
    q_values: dict[int, tuple[float, int]] = {}
    for index, one in enumerate(candidates):
        if one.q_value is not None:
            q_values[index] = one.q_value, 1
        elif one.score.p_value is not None:
            families[one.application, one.name, one.window, one.segmentation].append(index)
    for members in families.values():
        adjusted = benjamini_hochberg([candidates[i].score.p_value or 0.0 for i in members])
        for index, q_value in zip(members, adjusted.tolist(), strict=True):
            q_values[index] = q_value, len(members)
    results = []
    for index, one in enumerate(candidates):
        q_value, family = q_values.get(index, (None, 1))
        results.append(_judge_one(one, q_value, family, rule))
    return results


def _judge_one(one: Candidate, q_value: float | None, family: int, rule: Rule) -> Result:
    status, reason = _status(one, q_value, family, rule)
    return Result(
        application=one.application,
        kind=one.kind,
        name=one.name,
        window=one.window,
        segment=one.segment,
        column=one.column,
        value=one.score.value,
        error=one.score.error,
        reference_value=one.reference_value,
        interval=one.interval,
        p_value=one.score.p_value,
        q_value=q_value,
        potential=one.thresholds.potential,
        detected=one.thresholds.detected,
        direction=one.direction,
        gating=one.gating,
        status=status,
        reason=reason or one.reason or one.score.reason,
    )


def _status(
    one: Candidate, q_value: float | None, family: int, rule: Rule
) -> tuple[Status, str | None]:
    if one.thresholds.is_empty:
        return Status.IRRELEVANT, None
    if one.score.value is None:
        return Status.INCONCLUSIVE, one.score.reason or "it could not be computed"
    status, doubt = Status.NO_DETECTION, None
    if one.is_fact or (q_value is not None and q_value <= rule.alpha):
        status, doubt = _level_reached(one, rule.alpha)
    # A doubt about a worse level matters where that level is the one that fails the run.
    if doubt is not None and (status is Status.NO_DETECTION or rule.level == "detected"):
        return Status.INCONCLUSIVE, doubt
    if status is Status.NO_DETECTION:
        shortage = one.too_few or _shortage(one, family, rule)
        if shortage is not None:
            return Status.INCONCLUSIVE, shortage
    return status, None


def _level_reached(one: Candidate, alpha: float) -> tuple[Status, str | None]:
    """The worst level that the value surely passes, and a worse or equal one that it might."""
    doubt: str | None = None
    for threshold, status in (
        (one.thresholds.detected, Status.DETECTED),
        (one.thresholds.potential, Status.POTENTIAL_DETECTION),
    ):
        if threshold is None:
            continue
        passes = _passes(one, threshold)
        if passes and not _is_beyond_chance(one, threshold, alpha):
            doubt = doubt or _within_chance(one, threshold)
            continue
        if passes:
            return status, doubt
        if passes is None and doubt is None:
            doubt = (
                f"the threshold {threshold:g} lies within the summary's error of "
                f"±{one.score.error:.2g}: use --exact, or more points"
            )
    return Status.NO_DETECTION, doubt


def _is_beyond_chance(one: Candidate, threshold: float, alpha: float) -> bool:
    if one.p_value_against is None:
        return True
    p_value = one.p_value_against(threshold)
    return p_value is not None and p_value <= alpha


def _within_chance(one: Candidate, threshold: float) -> str:
    told = f"{one.score.value:.3g} is {one.direction} {threshold:g}, as it may be by chance"
    if one.interval is not None:
        told += f" (95 % interval {one.interval[0]:.3g} to {one.interval[1]:.3g})"
    return f"{told}: it takes more than {one.rows:,} {one.noun}"


def _passes(one: Candidate, threshold: float) -> bool | None:
    """Whether the value passes a threshold; None when the error leaves it open."""
    value, error = one.score.value or 0.0, one.score.error
    if one.direction == "below":
        value, threshold = -value, -threshold
    elif not one.is_signed:
        value = abs(value)
    if threshold == 0.0:
        return value > 0.0 if error == 0.0 or value > error else None
    if value - error >= threshold:
        return True
    return None if value + error >= threshold else False


def _shortage(one: Candidate, family: int, rule: Rule) -> str | None:
    """Why no value at the gating threshold could have been significant, or None if it could."""
    levels = one.thresholds.detected, one.thresholds.potential
    if rule.level == "potential":
        levels = levels[::-1]
    # Where the level that gates has no threshold, the other one decides.
    threshold = levels[1] if levels[0] is None else levels[0]
    if threshold is None or threshold == 0.0 or one.p_value_at is None:
        return None
    needed_p = rule.alpha / family
    if one.score.p_value is not None and one.score.p_value <= needed_p:
        # Less than the threshold is significant already.
        return None
    p_value_at = one.p_value_at

    def suffices(rows: int | None) -> bool:
        p_value = p_value_at(threshold, rows)
        return p_value is not None and p_value <= needed_p

    if suffices(None):
        return None
    noun = one.noun.removesuffix("s") if one.rows == 1 else one.noun
    what = f"a value of {threshold:g} could not be significant with {one.rows:,} {noun}"
    if not suffices(_MAX_ROWS):
        return f"{what}, nor with any number: the reference has too few rows"
    low, high = max(one.rows, 1), max(one.rows, 1) * 2
    # So many rows suffice, whatever rounding makes of some number on the way.
    while high < _MAX_ROWS and not suffices(high):
        low, high = high, high * 2
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return f"{what}: it takes about {_round_up(high):,}"


def _round_up(rows: int) -> int:
    """Two significant digits, never fewer rows than needed."""
    step = int(10 ** max(0, math.floor(math.log10(rows)) - 1))
    return math.ceil(rows / step) * step


def decide(
    results: Iterable[Result], rule: Rule, *, expected: frozenset[str] = frozenset()
) -> Verdict:
    """The verdict of a run.

    A breach when a gating result reached ``fail_on``. Else inconclusive when an analysis that
    gates reached no conclusive result, or when the error of a summary leaves open whether a gating
    result reached it. Else a pass.

    Parameters
    ----------
    results : iterable of Result
    rule : Rule
    expected : frozenset of str
        The applications that are to decide, whether or not they have any result.
    """
    gating = [result for result in results if result.gating]
    if rule.fail_on == "never":
        return Verdict.PASS
    if any(reaches(result, rule) for result in gating):
        return Verdict.BREACH
    by_analysis: dict[str, list[Result]] = {name: [] for name in expected}
    for result in gating:
        if result.name not in _NO_EVIDENCE:
            by_analysis.setdefault(result.application, []).append(result)
    if any(
        all(result.status is Status.INCONCLUSIVE for result in of_one)
        for of_one in by_analysis.values()
    ):
        return Verdict.INCONCLUSIVE
    if any(_is_open(result, rule) for result in gating):
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def reaches(result: Result, rule: Rule) -> bool:
    """Whether a result's status is bad enough to fail the run."""
    worst = Status.POTENTIAL_DETECTION if rule.fail_on == "potential" else Status.DETECTED
    return result.status.severity >= worst.severity


def _is_open(result: Result, rule: Rule) -> bool:
    # What is detected fails a run that fails on potential changes, too.
    only_detected = rule.level == "detected" or result.potential is None
    threshold = result.detected if only_detected else result.potential
    if result.status is not Status.INCONCLUSIVE or result.value is None or threshold is None:
        return False
    value = abs(result.value) if result.direction == "above" else result.value
    return abs(value - threshold) <= result.error


def exit_status(verdict: Verdict, on_inconclusive: Literal["fail", "pass"]) -> ExitStatus:
    """The process exit status of a verdict."""
    if verdict is Verdict.BREACH:
        return ExitStatus.BREACH
    if verdict is Verdict.INCONCLUSIVE and on_inconclusive == "fail":
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.PASS

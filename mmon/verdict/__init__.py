"""From findings to a verdict: levels, significance, multiplicity, status, exit status.

A result is *detected* when its value passes the ``detected`` level and the change is significant
after correction for the number of columns tested (Benjamini and Hochberg 1995, over the columns of
one quantity and window). A level inside value ± error, and a level that could not be significant
with so few rows, are *inconclusive*: they are never guessed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from mmon.chance.multiplicity import benjamini_hochberg
from mmon.errors import ExitStatus
from mmon.results import Result, Status, Verdict
from mmon.results.quantity import Aspect
from mmon.verdict.finding import Finding, Rule


def judge(findings: Sequence[Finding], rule: Rule) -> list[Result]:
    """Results in the findings' order, each with its q-value and status."""
    families: dict[tuple[str, str, Aspect, int], list[int]] = defaultdict(list)
    p_values = [one.evidence.p_value() if one.value is not None else None for one in findings]
    q_values: dict[int, tuple[float, int]] = {}
    for index, (one, p_value) in enumerate(zip(findings, p_values, strict=True)):
        if one.evidence.q_value is not None:
            q_values[index] = one.evidence.q_value, 1
        elif p_value is not None:
            families[*one.quantity.key, one.aspect, one.window].append(index)
    for members in families.values():
        adjusted = benjamini_hochberg([p_values[i] or 0.0 for i in members])
        for index, q_value in zip(members, adjusted.tolist(), strict=True):
            q_values[index] = q_value, len(members)
    none = None, 1
    return [
        _judged(one, p_values[index], q_values.get(index, none), rule)
        for index, one in enumerate(findings)
    ]


def _judged(
    one: Finding, p_value: float | None, corrected: tuple[float | None, int], rule: Rule
) -> Result:
    q_value, family = corrected
    status, reason, needed = _status(one, p_value, q_value, family, rule)
    return Result(
        quantity=one.quantity,
        aspect=one.aspect,
        relative=one.relative,
        window=one.window,
        segment=one.segment,
        column=one.column,
        value=one.value,
        error=one.error,
        interval=one.interval,
        reference_value=one.reference_value,
        reference_interval=one.reference_interval,
        p_value=p_value,
        q_value=q_value,
        potential=one.bound.potential,
        detected=one.bound.detected,
        direction=one.direction,
        gating=one.gating,
        status=status,
        rows_needed=needed,
        reason=reason or one.reason,
    )


def _status(
    one: Finding, p_value: float | None, q_value: float | None, family: int, rule: Rule
) -> tuple[Status, str | None, int | None]:
    """The status, what else explains it, and how many rows it takes where there are too few."""
    if one.bound.is_empty:
        return Status.IRRELEVANT, None, None
    if one.value is None:
        return Status.INCONCLUSIVE, one.reason or "it could not be computed", None
    status, doubt = Status.NO_DETECTION, None
    if not one.evidence.is_change or (q_value is not None and q_value <= rule.alpha):
        status, doubt = _level_reached(one, rule.alpha)
    # A doubt about a worse level matters where that level is the one that fails the run.
    if doubt is not None and (status is Status.NO_DETECTION or rule.level == "detected"):
        return Status.INCONCLUSIVE, doubt, None
    # Less than the level is significant already where its p-value is small enough.
    if status is Status.NO_DETECTION and (p_value is None or p_value > rule.alpha / family):
        level = rule.threshold(one.bound) or 0.0
        needed = one.evidence.rows_needed(level, rule.alpha / family)
        if needed:
            known = None if math.isinf(needed) else int(needed)
            return Status.INCONCLUSIVE, _too_few(one, level, known), known
    return status, None, None


def _level_reached(one: Finding, alpha: float) -> tuple[Status, str | None]:
    """The worst level that the value surely passes, and a worse or equal one that it might."""
    doubt: str | None = None
    for threshold, status in (
        (one.bound.detected, Status.DETECTED),
        (one.bound.potential, Status.POTENTIAL_DETECTION),
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
                f"±{one.error:.2g}: use --exact, or more points"
            )
    return Status.NO_DETECTION, doubt


def _is_beyond_chance(one: Finding, threshold: float, alpha: float) -> bool:
    p_value = one.evidence.p_value_against(threshold)
    return p_value is not None and p_value <= alpha


def _within_chance(one: Finding, threshold: float) -> str:
    told = f"{one.value:.3g} is {one.direction} {threshold:g}, as it may be by chance"
    if one.interval is not None:
        told += f" (95 % interval {one.interval[0]:.3g} to {one.interval[1]:.3g})"
    return f"{told}: it takes more than {one.evidence.rows:,} {one.evidence.noun}"


def _passes(one: Finding, threshold: float) -> bool | None:
    """Whether the value passes a threshold; None when the error leaves it open."""
    value, error = one.value or 0.0, one.error
    if one.direction == "below":
        value, threshold = -value, -threshold
    elif not one.is_signed:
        value = abs(value)
    if threshold == 0.0:
        return value > 0.0 if error == 0.0 or value > error else None
    if value - error >= threshold:
        return True
    return None if value + error >= threshold else False


def _too_few(one: Finding, level: float, needed: int | None) -> str:
    """Why no value at the level that gates could have been conclusive."""
    evidence = one.evidence
    noun = evidence.noun[:-1] if evidence.rows == 1 else evidence.noun
    if not evidence.is_change and one.interval is not None:
        end = one.interval[0 if one.direction == "below" else 1]
        told = f"with {evidence.rows:,} {noun} {one.quantity.name} may be {end:.3g} as well"
        return told if needed is None else f"{told}: it takes about {needed:,}"
    what = f"a value of {level:g} could not be significant with {evidence.rows:,} {noun}"
    if needed is None:
        return f"{what}, nor with any number: the reference has too few rows"
    return f"{what}: it takes about {needed:,}"


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
        if result.quantity.is_evidence:
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

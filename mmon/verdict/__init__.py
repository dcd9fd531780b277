"""From findings to a verdict: levels, significance, multiplicity, status, exit status.

A result is *detected* when its true value is surely beyond the ``detected`` level, and *potential*
when it is surely beyond the ``potential`` one, or beyond ``detected`` by its estimate and surely
not by chance alone. Surely: the p-value of "the value is on the good side of the level" is at most
alpha, corrected over all results of an application that decide: columns, metrics, segments and
windows together (Benjamini and Hochberg 1995). With so few rows that a change of twice the level
would be missed more than one time in five the result is *inconclusive*: it is never guessed.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from mmon.chance.multiplicity import benjamini_hochberg
from mmon.errors import ExitStatus
from mmon.results import Result, Status, Verdict
from mmon.verdict.finding import Finding, Rule


@dataclasses.dataclass(slots=True)
class _Chance:
    """What is known of one finding's noise.

    Attributes
    ----------
    p : float or None
        Of "nothing changed".
    any, potential, detected : float or None
        Corrected p-values of "nothing changed" and of "the value is on the good side" of a level.
    family : int
        How many results it was corrected with.
    """

    p: float | None
    any: float | None = None
    potential: float | None = None
    detected: float | None = None
    family: int = 1


def judge(findings: Sequence[Finding], rule: Rule) -> list[Result]:
    """Results in the findings' order, each with its q-value and status."""
    chance = [_chance(one) for one in findings]
    families: dict[tuple[str, bool], list[_Chance]] = defaultdict(list)
    for one, known in zip(findings, chance, strict=True):
        if one.value is None or one.bound.is_empty or one.evidence.is_fact:
            continue
        settled = one.evidence.q_value
        if settled is None:
            families[one.quantity.application, one.gating].append(known)
        else:
            known.any = known.potential = known.detected = settled
    for members in families.values():
        for known in members:
            # What was not asked for is far from any level.
            known.any, known.family = 1.0 if known.p is None else known.p, len(members)
        for which in ("any", "potential", "detected"):
            there = [known for known in members if getattr(known, which) is not None]
            corrected = benjamini_hochberg([getattr(known, which) for known in there])
            for known, q_value in zip(there, corrected.tolist(), strict=True):
                setattr(known, which, q_value)
    return [_judged(one, known, rule) for one, known in zip(findings, chance, strict=True)]


def _chance(one: Finding) -> _Chance:
    """The p-values of a finding, not yet corrected; none is surer than that anything changed."""
    p_value = one.evidence.p_value() if _asks_for_p(one) else None
    against = [_against(one, level) for level in (one.bound.potential, one.bound.detected)]
    potential, detected = (p if p is None else max(p, p_value or 0.0) for p in against)
    return _Chance(p_value, None, potential, detected)


def _asks_for_p(one: Finding) -> bool:
    """Whether the p-value is worth its time: of segments, which are many, only past a level."""
    levels = one.bound.potential, one.bound.detected
    return one.value is not None and (
        one.segment is None
        or any(level is not None and _passes(one, level) is not False for level in levels)
    )


def _against(one: Finding, level: float | None) -> float | None:
    """The p-value against a level that the value passes; 1 where it does not.

    Where the error of a summary leaves that open, the one that the value would have at best.
    """
    if level is None or one.value is None:
        return None
    passes = _passes(one, level)
    if passes is None:
        level += one.error if one.direction == "below" else -one.error
    if math.isinf(level):
        return 0.0
    return 1.0 if passes is False else one.evidence.p_value_against(level)


def _judged(one: Finding, known: _Chance, rule: Rule) -> Result:
    status, reason, needed = _status(one, known, rule)
    gating = rule.threshold(one.bound)
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
        p_value=known.p,
        q_value=known.detected if gating == one.bound.detected else known.potential,
        changed=None if known.any is None or known.p is None else known.any <= rule.alpha,
        potential=one.bound.potential,
        detected=one.bound.detected,
        direction=one.direction,
        gating=one.gating,
        status=status,
        rows_needed=needed,
        reason=reason or one.reason,
    )


def _status(one: Finding, known: _Chance, rule: Rule) -> tuple[Status, str | None, int | None]:
    """The status, what else explains it, and how many rows it takes where there are too few."""
    if one.bound.is_empty:
        return Status.IRRELEVANT, None, None
    if one.value is None:
        return Status.INCONCLUSIVE, one.reason or "it could not be computed", None
    status, doubt = _level_reached(one, known, rule.alpha)
    # A doubt about a worse level matters where that level is the one that fails the run.
    if doubt is not None and (status is Status.NO_DETECTION or rule.level == "detected"):
        return Status.INCONCLUSIVE, doubt, None
    if status is Status.NO_DETECTION:
        level = rule.threshold(one.bound) or 0.0
        needed = one.evidence.rows_needed(level, rule.alpha / known.family)
        if needed and not one.evidence.is_below(level):
            rows = None if math.isinf(needed) else int(needed)
            return Status.INCONCLUSIVE, _too_few(one, level, rows), rows
    return status, None, None


def _level_reached(one: Finding, known: _Chance, alpha: float) -> tuple[Status, str | None]:
    """The worst level that the value surely passes, and a worse or equal one that it might."""
    doubt: str | None = None
    is_fact, is_change = one.evidence.is_fact, known.any is not None and known.p is not None
    for threshold, status, q_value in (
        (one.bound.detected, Status.DETECTED, known.detected),
        (one.bound.potential, Status.POTENTIAL_DETECTION, known.potential),
    ):
        passes = False if threshold is None else _passes(one, threshold)
        if passes is False or threshold is None:
            continue
        is_sure = is_fact or (q_value is not None and q_value <= alpha)
        if passes and is_sure:
            return status, doubt
        if passes is None and is_sure:
            doubt = doubt or (
                f"the threshold {threshold:g} lies within the summary's error of "
                f"±{one.error:.2g}: use --exact, or more points"
            )
        elif passes and status is Status.DETECTED and known.any is not None and known.any <= alpha:
            return Status.POTENTIAL_DETECTION, doubt
        elif passes and not is_change:
            doubt = doubt or _within_chance(one, threshold)
    return Status.NO_DETECTION, doubt


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
    if one.aspect == "value" and one.interval is not None and one.evidence.p_value() is None:
        end = one.interval[0 if one.direction == "below" else 1]
        told = f"with {evidence.rows:,} {noun} {one.quantity.name} may be {end:.3g} as well"
        return told if needed is None else f"{told}: it takes about {needed:,}"
    what = f"{evidence.rows:,} {noun} are too few to tell a change of {2 * level:g} from {level:g}"
    if needed is None:
        return f"{what}, as any number is: the reference has too few rows"
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
    if result.q_value is not None and result.q_value > rule.alpha:
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

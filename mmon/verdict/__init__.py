"""From findings to a verdict: levels, significance, multiplicity, status, exit status.

A result is *detected* when its true value is surely beyond the ``detected`` level, and *potential*
when it is surely beyond the ``potential`` one, or beyond ``detected`` by its estimate and surely
not by chance alone. Surely: the p-value of "the value is on the good side of the level" is at most
alpha, corrected over all results of an application that decide: columns, metrics, segments and
windows together (Benjamini and Hochberg 1995). With so few rows that a change of twice the level
would be missed more than one time in five the result is *inconclusive*: it is never guessed. What
is surely not zero and below the level has *changed, below the threshold*. Where the reference tells
what windows do by themselves, surely is also beyond that: see `mmon explain reference_blocks`.

p
    How likely so large a value is by chance where nothing changed (``p_value``).
q
    p, corrected for all that was tested beside it (``q_value``): of the results with q at most
    alpha no more than a share of alpha is expected to be by chance.
False alarms
    With a history alpha is what ``false_alarms`` allows: at one in 365 windows a window may spend
    1 / 730 on what it shows by itself, where everything that decides is one family, whatever
    analysis it is of, and 1 / 730 on what adds up over windows (``lasting_drift``,
    ``lasting_loss``), which is a family by itself. Runs that look again and again without a history
    know nothing of each other: told which one it is (``look: N``), the N-th spends
    ``alpha * 6 / (pi * N)^2``, which adds up to ``alpha``; all that decides in it is one family.
Verdict
    *breach* (exit status 1) when a result that decides is detected, or potential with
    ``fail_on: potential``; else *inconclusive* (4) when an analysis that decides could tell
    nothing, or of fewer than a tenth of what it judged; else *pass* (0).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from mmon.chance.multiplicity import benjamini_hochberg
from mmon.errors import ExitStatus
from mmon.outline.units import about, percent
from mmon.results import Result, ResultKind, Status, Verdict
from mmon.results.quantity import APP_FAILED, Unit
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding, Rule
from mmon.verdict.weighing import Weighed, passes, weigh

_DATA_DRIFT = "data-drift"
_UNKNOWN = (Status.INCONCLUSIVE, Status.IRRELEVANT)
# Of very many results on too few rows some are conclusive by luck: a run does not pass by those.
_FEWEST_KNOWN = 0.1


def judge(findings: Iterable[Finding], rule: Rule) -> list[Result]:
    """Results in the findings' order, each with its q-value and status."""
    return conclude([weigh(one, rule.threshold(one.bound)) for one in findings], rule)


def conclude(weighed: Sequence[Weighed], rule: Rule) -> list[Result]:
    """The results of weighed findings, corrected together."""
    families: dict[tuple[str, bool, bool], list[Weighed]] = defaultdict(list)
    for one in filter(lambda one: one.is_tested, weighed):
        finding, settled = one.finding, one.finding.evidence.q_value
        if settled is not None:
            one.any = one.potential = one.detected = settled
        if settled is None or (rule.is_budget and finding.gating):
            application = "" if rule.is_budget else finding.quantity.application
            families[application, finding.gating, finding.evidence.adds_up].append(one)
    for members in families.values():
        for which in ("any", "potential", "detected"):
            there = [one for one in members if getattr(one, which) is not None]
            corrected = benjamini_hochberg([getattr(one, which) for one in there])
            for one, q_value in zip(there, corrected.tolist(), strict=True):
                setattr(one, which, q_value)
                one.family = len(members)
    return [_judged(one, rule) for one in weighed]


def _judged(known: Weighed, rule: Rule) -> Result:
    one = known.finding
    given = one.evidence.status
    status, reason, needed = _status(known, rule) if given is None else (given, None, None)
    # Of the level that its status names; of none, of the one that decides.
    is_potential = status is Status.POTENTIAL_DETECTION and known.potential is not None
    is_of_worse = rule.threshold(one.bound) == one.bound.detected and not is_potential
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
        q_value=known.detected if is_of_worse else known.potential,
        changed=known.changed(rule.alpha),
        potential=one.bound.potential,
        detected=one.bound.detected,
        direction=one.direction,
        gating=one.gating,
        status=status,
        rows_needed=needed,
        reason=reason or _usual(known, status, rule.alpha) or one.reason,
    )


def _usual(known: Weighed, status: Status, alpha: float) -> str | None:
    """Why a value beyond its level is none that fails: windows go as far by themselves."""
    one = known.finding
    if known.noise is None or status is not Status.NO_DETECTION or not known.is_usual(alpha):
        return None
    return "; ".join(filter(None, (known.noise.told(one), one.reason)))


def _status(known: Weighed, rule: Rule) -> tuple[Status, str | None, int | None]:
    """The status, what else explains it, and how many rows it takes where there are too few."""
    one = known.finding
    if one.bound.is_empty:
        return Status.IRRELEVANT, None, None
    if one.value is None:
        return Status.INCONCLUSIVE, one.reason or "it could not be computed", None
    if one.doubt is not None:
        return Status.INCONCLUSIVE, one.doubt, None
    status, doubt = _level_reached(known, rule.alpha)
    # A doubt about a worse level matters where that level is the one that fails the run.
    if doubt is not None and (status is Status.NO_DETECTION or rule.level == "detected"):
        return Status.INCONCLUSIVE, doubt, None
    if status is Status.NO_DETECTION and not known.is_below:
        level = rule.threshold(one.bound) or 0.0
        needed = one.evidence.rows_needed(level, rule.alpha / known.family)
        if needed:
            rows = None if math.isinf(needed) else int(needed)
            return Status.INCONCLUSIVE, _too_few(one, level, rows), rows
    return status, None, None


def _level_reached(known: Weighed, alpha: float) -> tuple[Status, str | None]:
    """The worst level that the value surely passes, and a worse or equal one that it might."""
    doubt: str | None = None
    one = known.finding
    is_fact, is_change = one.evidence.is_fact, known.p is not None or one.evidence.is_dear
    did_change = known.any is not None and known.any <= alpha
    for threshold, status, q_value in (
        (one.bound.detected, Status.DETECTED, known.detected),
        (one.bound.potential, Status.POTENTIAL_DETECTION, known.potential),
    ):
        is_passed = False if threshold is None else passes(one, threshold)
        if is_passed is False or threshold is None:
            continue
        is_sure = is_fact or (q_value is not None and q_value <= alpha)
        if is_passed and is_sure:
            return status, doubt
        if is_passed is None and is_sure:
            doubt = doubt or (
                f"the threshold {threshold:g} lies within the summary's error of "
                f"±{one.error:.2g}: use --exact, or more points"
            )
        elif is_passed and status is Status.DETECTED and did_change:
            return Status.POTENTIAL_DETECTION, doubt
        elif is_passed and not is_change:
            doubt = doubt or _within_chance(one, threshold)
    return Status.NO_DETECTION, doubt


def _within_chance(one: Finding, threshold: float) -> str:
    told = f"{one.value:.3g} is {one.direction} {threshold:g}, as it may be by chance"
    if one.interval is not None:
        told += f" (95 % interval {one.interval[0]:.3g} to {one.interval[1]:.3g})"
    return f"{told}: it takes more than {_rows(one.evidence)}"


def _too_few(one: Finding, level: float, needed: int | None) -> str:
    """Why no value at the level that gates could have been conclusive."""
    evidence = one.evidence
    rows = _rows(evidence)
    # The comma that ends what they count as.
    rows += "," * (evidence.of_rows > evidence.rows)
    if one.aspect == "value" and one.interval is not None and one.evidence.p_value() is None:
        end = one.interval[0 if one.direction == "below" else 1]
        told = f"with {rows} {one.quantity.name} may be {end:.3g} as well"
        return told if needed is None else f"{told}: it takes about {needed:,}"
    are = "is" if max(evidence.rows, evidence.of_rows) == 1 else "are"
    in_percent = one.quantity.unit is Unit.SHARE
    twice, once = (percent(at) if in_percent else f"{at:g}" for at in (2 * level, level))
    what = f"{rows} {are} too few to tell {twice} from {once}"
    if needed is None:
        return f"{what}, and no number is enough with so few of the reference"
    return f"{what}: it takes about {needed:,}"


def _rows(evidence: Evidence) -> str:
    """The rows that there are, and as how many they count where that is fewer."""
    there = max(evidence.rows, evidence.of_rows)
    told = f"{there:,} {evidence.noun[:-1] if there == 1 else evidence.noun}"
    fewer = f", which count as about {about(evidence.rows)}"
    return told if evidence.rows == there else told + fewer


def decide(
    results: Iterable[Result],
    rule: Rule,
    *,
    expected: frozenset[str] = frozenset(),
    waiting: frozenset[str] = frozenset(),
) -> Verdict:
    """The verdict of a run.

    A breach when a gating result reached ``fail_on``. Else inconclusive when an analysis that
    gates reached no conclusive result, or fewer than one in ten, or none did where nothing gates,
    or when the error of a summary leaves open whether a gating result reached it. Else a pass.

    Parameters
    ----------
    results : iterable of Result
    rule : Rule
    expected : frozenset of str
        The applications that are to decide, whether or not they have any result.
    waiting : frozenset of str
        Those that need no conclusive result, where another application has one.
    """
    results = list(results)
    gating = [result for result in results if result.gating]
    if rule.fail_on == "never":
        return Verdict.PASS
    if any(reaches(result, rule) for result in gating):
        return Verdict.BREACH
    by_analysis: dict[str, list[Result]] = {name: [] for name in expected}
    for result in gating:
        if result.quantity.is_evidence:
            # Of data without any feature what came true, or was said of it, tells of drift.
            is_concept = result.kind is ResultKind.CONCEPT_DRIFT
            told_of = _DATA_DRIFT if is_concept else result.application
            by_analysis.setdefault(told_of, []).append(result)
    open_ = {
        name
        for name, of_one in by_analysis.items()
        if sum(result.status is not Status.INCONCLUSIVE for result in of_one)
        < max(1.0, _FEWEST_KNOWN * len(of_one))
    }
    evidence = [r for r in results if r.quantity.is_evidence and r.quantity.estimates is None]
    known = [result for result in evidence if result.gating] or evidence
    if all(result.status in _UNKNOWN for result in known):
        return Verdict.INCONCLUSIVE
    if open_ - waiting:
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


def exit_status(
    verdict: Verdict, on_inconclusive: Literal["fail", "pass"], results: Iterable[Result] = ()
) -> ExitStatus:
    """The process exit status of a verdict, and of applications that failed without a breach."""
    if verdict is Verdict.BREACH:
        return ExitStatus.BREACH
    # One that is optional has no such level.
    if any(one.name == APP_FAILED and one.status is Status.DETECTED for one in results):
        return ExitStatus.FAILURE
    if verdict is Verdict.INCONCLUSIVE and on_inconclusive == "fail":
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.PASS

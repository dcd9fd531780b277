"""Outcomes that cannot be used, as results that say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mmon.analyses import Context
from mmon.analyses.model_performance import FACTS, FAULTS, ROLES
from mmon.performance import PerformanceMetric
from mmon.profiles.outcomes.class_codes import MOST_CLASSES
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcomes import Fault
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Performance, Profile
from mmon.results import Task
from mmon.results.quantity import Quantity
from mmon.verdict.finding import Finding

_OF_SCORES = "left out of the metrics of scores"
_WORDS = {
    Fault.SCORE_OUTSIDE: ("a score outside [0, 1]", _OF_SCORES),
    Fault.UNREADABLE_SCORE: ("a score that is not a number", _OF_SCORES),
    Fault.UNKNOWN_PREDICTION: ("a prediction that is {}", "left out"),
    Fault.UNKNOWN_TARGET: ("a target that is {}", "taken as unlabelled"),
}
# A metric of fewer rows may be that of another model: one that is wrong in all that are left out
# moves a share by as much, half of the usual potential level.
_MOST_LEFT_OUT = 0.01
# A prediction that is constant for so few rows may be so by chance.
_FEW_ROWS = 30


def fault_findings(context: Context) -> list[Finding]:
    """A told result for each kind of trouble that production's outcomes have."""
    cur = context.production.performance
    if cur is None:
        return []
    found = _missing(context) if context.segment is None else []
    for fault, rows in sorted(context.production.faults.items()):
        what, taken = _WORDS[fault]
        of = f"{rows:,} of {context.production.rows:,} production rows"
        reason = f"{of} have {what.format(_unlike(cur))}: {taken}"
        if fault is Fault.UNKNOWN_PREDICTION and rows == context.production.rows:
            reason += "; probabilities belong under columns.score"
        found.append(_told(context, FAULTS[fault.name.lower()], float(rows), reason))
    if isinstance(cur, ClassificationTables):
        found += _one_sided(context, cur)
    return found


def too_many_faults(
    context: Context, side: Profile, tables: Performance, metric: PerformanceMetric
) -> str | None:
    """Why a metric says nothing of one side: too many of its rows had to be left out."""
    has_answers = context.config.columns.prediction is not None
    lost = {
        fault: rows
        for fault, rows in side.faults.items()
        if fault >= Fault.UNKNOWN_PREDICTION or metric.reads != "answers" or not has_answers
    }
    left_out = sum(lost.values())
    known = min(tables.labelled, side.rows - left_out)
    if left_out > _MOST_LEFT_OUT * (left_out + known):
        return _lost_words(lost, side, tables)
    return _too_many_unanswered(context.reference.performance, tables, metric)


def _too_many_unanswered(
    ref: Performance | None, tables: Performance, metric: PerformanceMetric
) -> str | None:
    """Why a metric says nothing of production: more of its labelled rows lack an answer.

    What the reference lacks of answers is how this model is; and of no answer at all the metric
    itself says why.
    """
    lost = _unanswered(tables, metric)
    if lost in (0, tables.labelled):
        return None
    usual = 0.0 if ref is None or not ref.labelled else _unanswered(ref, metric) / ref.labelled
    if lost / tables.labelled - usual <= _MOST_LEFT_OUT:
        return None
    is_scored = isinstance(tables, ClassificationTables) and metric.reads != "answers"
    what = "score" if is_scored else "prediction"
    return f"{lost:,} of {tables.labelled:,} labelled rows have no {what}: too many to leave out"


def _unanswered(tables: Performance, metric: PerformanceMetric) -> int:
    """Labelled rows without what the metric reads."""
    if not isinstance(tables, ClassificationTables):
        return tables.unpredicted
    known = tables.confusion.sum() if metric.reads == "answers" else tables.sums.rows
    return tables.labelled - int(known)


def too_many_lost(side: Profile, tables: Performance) -> str | None:
    """Why nothing can be estimated of a side: too many of its scores or answers are no use."""
    lost: dict[Fault, int] = {**side.faults}
    lost.pop(Fault.UNKNOWN_TARGET, None)
    if sum(lost.values()) <= _MOST_LEFT_OUT * side.rows:
        return None
    return _lost_words(lost, side, tables)


def _lost_words(lost: dict[Fault, int], side: Profile, tables: Performance) -> str:
    worst = max(lost, key=lambda fault: lost[fault])
    words = _WORDS[worst][0].format(_unlike(tables))
    return f"{lost[worst]:,} of {side.rows:,} rows have {words}: too many to leave out"


def left_out_unevenly(
    context: Context, production: Sequence[Profile], used: tuple[int, int]
) -> str | None:
    """Why what labels say of both sides is not of the same rows; None where it is.

    ``used`` are the rows of the reference and of production that went into a result. Where one side
    lacks more of those with a target, others than chance would take may be missing.
    """
    sides = [("the reference", [context.reference]), ("production", production)]
    told = []
    for (name, profiles), rows in zip(sides, used, strict=True):
        known = sum(with_target(one) for one in profiles)
        told.append((1.0 - rows / known if known else 0.0, name, profiles, known, known - rows))
    least, most = sorted(told, key=lambda one: one[0])
    if most[0] - least[0] <= _MOST_LEFT_OUT:
        return None
    _, name, profiles, known, lost = most
    lacking = Counter[str]()
    for one in profiles:
        lacking.update(_lacking(context, one))
    column = max(lacking, key=lambda column: lacking[column])
    return f"{lost:,} of {known:,} rows of {name} with a target are left out because of {column!r}"


def with_target(side: Profile) -> int:
    """Rows with a target, also one that cannot be used."""
    labelled = 0 if side.performance is None else side.performance.labelled
    return labelled + side.faults.get(Fault.UNKNOWN_TARGET, 0)


def _lacking(context: Context, side: Profile) -> dict[str, int]:
    """Rows with a target that cannot be used, by the column of the outcome that is to blame."""
    roles, tables = context.config.columns, side.performance
    lost = {roles.target or "": side.faults.get(Fault.UNKNOWN_TARGET, 0)}
    if isinstance(tables, RegressionTables):
        lost[roles.prediction or ""] = tables.unpredicted
        target = side.column(roles.target or "")
        is_infinite = target is not None and target.presence.inf > 0
        to_blame = roles.target if is_infinite else roles.prediction
        lost[to_blame or ""] += tables.infinite
    elif tables is not None:
        score = roles.score or next(iter(roles.scores.values()), None)
        if score is not None:
            lost[score] = tables.labelled - tables.sums.rows
        if roles.prediction is not None:
            lost[roles.prediction] = tables.labelled - int(tables.confusion.sum())
    return lost


def shares_no_class(ref: Performance | None, cur: Performance) -> str | None:
    """Why answers are neither right nor wrong: they, or the truths, are of classes of their own.

    A class is written otherwise where one side has only classes that the reference does not know,
    and the other side none of these.
    """
    if not isinstance(ref, ClassificationTables) or not isinstance(cur, ClassificationTables):
        return None
    sides = [
        {cur.classes[code] for code in np.flatnonzero(cur.confusion.sum(axis=axis)).tolist()}
        for axis in (1, 0)
    ]
    is_new = any(side and side.isdisjoint(ref.classes) for side in sides)
    if not is_new or sides[0] & sides[1]:
        return None
    truths, answers = (", ".join(map(repr, sorted(side)[:5])) for side in sides)
    return f"the targets ({truths}) and the answers ({answers}) share no class"


def _missing(context: Context) -> list[Finding]:
    """That production lacks a column of the outcome that the reference has."""
    roles = context.config.columns
    named = [(role, getattr(roles, role)) for role in ROLES]
    named += [("score", name) for name in roles.scores.values()]
    found = []
    for role, name in named:
        if name is None or context.reference.column(name) is None:
            continue
        if context.production.column(name) is None:
            reason = f"production has no column {name!r}, the {role}"
            if role == "prediction" and (roles.score or roles.scores):
                reason += ": the answers are read off the scores"
            found.append(_told(context, FACTS[f"missing_{role}"], 1.0, reason))
    return found


def _unlike(cur: Performance) -> str:
    if not isinstance(cur, ClassificationTables):
        return "not a number"
    if cur.task is Task.BINARY:
        shown = " nor ".join(repr(name) for name in reversed(cur.classes) if name)
        return f"neither {shown}" if " nor " in shown else f"not {shown}"
    return f"none of the first {MOST_CLASSES} classes"


def _one_sided(context: Context, cur: ClassificationTables) -> list[Finding]:
    """That all targets, or all predictions, are one class, where that is remarkable."""
    rows = int(cur.confusion.sum())
    if rows < _FEW_ROWS or len(cur.classes) < 2:
        return []
    found = []
    for axis, name, what in ((1, "single_target", "target"), (0, "constant_prediction", "answer")):
        by_class = cur.confusion.sum(axis=axis)
        if np.count_nonzero(by_class) == 1:
            only = cur.classes[int(by_class.argmax())]
            reason = f"all {rows:,} labelled rows have the same {what}, {only!r}"
            found.append(_told(context, FACTS[name], 1.0, reason))
    return found


def _told(context: Context, quantity: Quantity, value: float, reason: str) -> Finding:
    return Finding(quantity, value, window=context.window, reason=reason)

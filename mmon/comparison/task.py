"""Decides what the model does, and which columns tell how well it does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import polars as pl

from mmon.config.sections import Columns, Config
from mmon.errors import ConfigError
from mmon.profiles.outcomes.class_codes import class_names
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.table import Profile, task_of
from mmon.results import Task

if TYPE_CHECKING:
    from mmon.analyses.model_performance import ModelPerformance


def reference_outcome(config: Config, schema: Mapping[str, pl.DataType]) -> OutcomePlan | None:
    """Where the reference's outcomes stand; None where performance is not asked for.

    Raises
    ------
    ConfigError
        When the columns do not suffice for the task.
    """
    settings, roles = config.analyses.model_performance, config.columns
    if settings is None or not is_asked(config):
        return None
    return _plan(_task(config, str(schema[roles.target or ""].base_type())), roles, settings)


def production_outcome(config: Config, reference: Profile) -> OutcomePlan | None:
    """Where production's outcomes stand: as the reference's, with the classes that it has.

    Raises
    ------
    ConfigError
        When the reference was summarised for another task, or the columns do not suffice.
    """
    settings, roles = config.analyses.model_performance, config.columns
    before = reference.performance
    if settings is None or before is None or not is_asked(config):
        return None
    task = task_of(before)
    if config.task is not None and config.task != task:
        raise _otherwise(f"task: {config.task}", f"for {task}")
    plan = _plan(task, roles, settings)
    _check_alike(plan, reference.outcome)
    if isinstance(before, ClassificationTables):
        plan = dataclasses.replace(plan, classes=before.classes)
        if task is Task.BINARY:
            known = before.classes[1]
            if plan.positive is not None and known not in class_names(plan.positive):
                what = f"analyses.model_performance.positive: {plan.positive!r}"
                raise _otherwise(what, f"for {known!r}")
            plan = dataclasses.replace(plan, positive=known)
    return plan


def _check_alike(asked: OutcomePlan, stored: OutcomePlan | None) -> None:
    """See that production's outcomes are read as those of the reference were."""
    if stored is None:
        return
    for key, role in (("target", "target"), ("prediction", "prediction"), ("scores", "score")):
        before, after = getattr(stored, key), getattr(asked, key)
        if before != after:
            raise _otherwise(f"columns.{role}: {_named(after)}", f"with {_named(before)}")
    decides = asked.task is Task.BINARY and asked.prediction is None
    if decides and asked.threshold != stored.threshold:
        what = f"analyses.model_performance.decision_threshold: {asked.threshold:g}"
        raise _otherwise(what, f"with {stored.threshold:g}")


def _named(columns: str | tuple[str, ...] | None) -> str:
    if not columns:
        return "none"
    return ", ".join(map(repr, (columns,) if isinstance(columns, str) else columns))


def _otherwise(asked: str, how: str) -> ConfigError:
    return ConfigError(
        f"{asked} is asked for and the reference was summarised {how}",
        hint="make the baseline again with this configuration",
    )


def is_asked(config: Config) -> bool:
    """Whether the configuration names an outcome.

    Raises
    ------
    ConfigError
        When it names a task and no outcome.
    """
    roles = config.columns
    has_answer = roles.prediction is not None or roles.score is not None or bool(roles.scores)
    if config.task is None:
        is_asked = roles.target is not None and has_answer
        settings = config.analyses.model_performance
        named = settings.thresholds if settings is not None else {}
        if named and not is_asked:
            missing = "target" if roles.target is None else "prediction or score"
            raise ConfigError(
                f"analyses.model_performance.thresholds.{next(iter(named))}: "
                f"performance needs columns.{missing}",
                hint="name the columns of the true outcome and of the answer",
            )
        return is_asked
    if roles.target is None:
        raise ConfigError(
            f"task: {config.task} needs columns.target, the true outcome",
            hint="name it, or set analyses.model_performance to null",
        )
    if not has_answer:
        or_score = "" if config.task == "regression" else " or a score"
        raise ConfigError(
            f"task: {config.task} needs columns.prediction{or_score}",
            hint="name it, or set analyses.model_performance to null",
        )
    return True


def _task(config: Config, dtype: str) -> Task:
    """The configured task, or the only one that the columns allow."""
    if config.task is not None:
        return Task(config.task)
    if config.columns.scores:
        return Task.MULTICLASS
    if config.columns.score is not None or dtype == "Boolean":
        return Task.BINARY
    if dtype.startswith(("Float", "Decimal")):
        return Task.REGRESSION
    raise ConfigError(
        f"task: it cannot be told from columns.target, which is {dtype}",
        hint="set task to binary, multiclass or regression; or, to measure no performance, "
        "analyses.model_performance to null",
    )


def _check_columns(task: Task, roles: Columns) -> None:
    """See that the named columns are those of the task: none is left out silently."""
    trouble = _trouble(task, roles)
    if trouble is not None:
        what, hint = trouble
        raise ConfigError(what, hint=hint)


def _trouble(task: Task, roles: Columns) -> tuple[str, str] | None:
    there, lacking = ("lower", "upper") if roles.upper is None else ("upper", "lower")
    has_ends = [end is not None for end in (roles.lower, roles.upper)]
    is_number, is_binary = task is Task.REGRESSION, task is Task.BINARY
    found = None
    if is_number and roles.prediction is None:
        found = "task: regression needs columns.prediction", "name the column of the answer"
    elif is_number and (roles.score is not None or roles.scores):
        what = "columns.score is for task: binary or multiclass"
        found = what, "a regression has columns.prediction alone"
    elif is_number and has_ends[0] != has_ends[1]:
        what = f"columns.{there} needs columns.{lacking}, the other end of the interval"
        found = what, "name both, or none"
    elif not is_number and any(has_ends):
        found = "columns.lower and columns.upper are for task: regression", "remove them"
    elif is_binary and roles.scores:
        found = "columns.scores are for task: multiclass", "name one column under score"
    elif task is Task.MULTICLASS and roles.score is not None:
        hint = "write columns.scores: {class: column, …} in the place of score"
        found = "task: multiclass needs a score column for each class", hint
    return found


def _plan(task: Task, roles: Columns, settings: ModelPerformance) -> OutcomePlan:
    _check_columns(task, roles)
    scores: Collection[str] = ()
    if task is Task.MULTICLASS:
        scores = roles.scores.values()
    elif task is Task.BINARY and roles.score is not None:
        scores = (roles.score,)
    positive = settings.positive
    if isinstance(positive, bool):
        positive = str(positive).lower()
    return OutcomePlan(
        task=task,
        target=roles.target or "",
        prediction=roles.prediction,
        scores=tuple(scores),
        lower=roles.lower if task is Task.REGRESSION else None,
        upper=roles.upper if task is Task.REGRESSION else None,
        classes=tuple(roles.scores) if task is Task.MULTICLASS else (),
        positive=None if positive is None else str(positive),
        threshold=settings.decision_threshold,
        identity=roles.id,
    )

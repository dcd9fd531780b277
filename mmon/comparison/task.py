"""Decides what the model does, and which columns tell how well it does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import polars as pl

from mmon.config.columns import Columns
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.profiles.outcomes.class_codes import class_names
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.table import Profile, task_of
from mmon.results import Task


def reference_outcome(config: Config, schema: Mapping[str, pl.DataType]) -> OutcomePlan | None:
    """Where the reference's outcomes stand; None where performance is not asked for.

    `ConfigError` where the columns do not suffice for the task; so `production_outcome`.
    """
    if not is_asked(config):
        return None
    return _plan(config, _task(config, str(schema[config.columns.target or ""].base_type())))


def production_outcome(config: Config, reference: Profile) -> OutcomePlan | None:
    """Where production's outcomes stand: as the reference's, with the classes that it has."""
    before = reference.performance
    if before is None or not is_asked(config):
        return None
    task = task_of(before)
    if config.task is not None and config.task != task:
        raise _otherwise(f"task: {config.task}", f"for {task}")
    plan = _plan(config, task)
    if reference.outcome is not None:
        plan = dataclasses.replace(plan, score_edges=reference.outcome.score_edges)
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
    if asked.spellings != stored.spellings:
        shown = [
            f"{{{', '.join(f'{k}: {v}' for k, v in one.items())}}}"
            for one in (asked.spellings, stored.spellings)
        ]
        raise _otherwise(f"columns.classes: {shown[0]}", f"with {shown[1]}")
    decides = asked.task is Task.BINARY and asked.prediction is None
    if decides and asked.decides_from != stored.decides_from:
        what = f"analyses.model_performance.decision_threshold: {_number(asked.decides_from)}"
        raise _otherwise(what, f"with {_number(stored.decides_from)}")


def _number(threshold: float | None) -> str:
    return "none" if threshold is None else f"{threshold:g}"


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
    """Whether performance is to be measured, of outcomes that the configuration names."""
    return config.analyses.model_performance is not None and config.columns.lacks is None


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
    if found is not None:
        raise ConfigError(found[0], hint=found[1])


def _plan(config: Config, task: Task) -> OutcomePlan:
    settings, roles = config.analyses.model_performance, config.columns
    _check_columns(task, roles)
    # `_check_columns` saw that each of these is there for its task alone.
    scores = roles.scores.values() if roles.score is None else (roles.score,)
    return OutcomePlan(
        task=task,
        target=roles.target or "",
        prediction=roles.prediction,
        scores=tuple(scores),
        lower=roles.lower,
        upper=roles.upper,
        classes=tuple(roles.scores),
        positive=None if settings.positive is None else _label(settings.positive),
        threshold=settings.decision_threshold,
        identity=roles.id,
        spellings={label: _label(name) for label, name in roles.classes.items()},
    )


def _label(name: str | bool | int) -> str:
    """A class as data would write it."""
    return str(name).lower() if isinstance(name, bool) else str(name)

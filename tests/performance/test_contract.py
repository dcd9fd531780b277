"""What every performance metric promises, checked on every metric that discovery finds."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import itertools
import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from mmon.performance import Estimate, Tables, metric_class, names
from mmon.profiles.merging import merge
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results import Task
from tests.performance.class_samples import Rows, binary, multiclass
from tests.performance.regression_samples import gridded

SECTIONS = ("Measures", "Misleads when", "Options", "Example", "References")
# Where a metric says nothing without its options.
OPTIONS = {"business_value": {"true_positive": 50.0, "false_negative": -200.0}}
# One row decides: its sampling variance cannot be told from the other rows.
EXTREMES = {"max_error"}


def _classified(rows: Rows) -> Callable[[slice, int | None], Tables]:
    return lambda part, points: ClassificationTables.of(rows.outcome(part), points)


def _numbers(seed: int) -> Callable[[slice, int | None], Tables]:
    rng = np.random.default_rng([22, seed])
    target = rng.gamma(9.0, 5.0, 900)
    prediction = target * (1.0 + rng.uniform(-0.1, 0.15, 900)) + rng.normal(0.0, 3.0, 900)
    whole = gridded(target, prediction)

    def tables(part: slice, points: int | None) -> Tables:
        return RegressionTables.of(
            target[part],
            prediction[part],
            lower=prediction[part] - 12.0,
            upper=prediction[part] + 12.0,
            points=points,
            grid=whole.grid,
        )

    return tables


SAMPLES: dict[Task, list[Callable[[slice, int | None], Tables]]] = {
    Task.BINARY: [
        _classified(binary(1, n=900)),
        _classified(binary(2, n=900, prevalence=0.1, gap=2.5, digits=2)),
        _classified(binary(3, n=900, gap=0.2, missing=0.1)),
    ],
    Task.MULTICLASS: [
        _classified(multiclass(1, n=900)),
        _classified(multiclass(2, n=900, classes=5, gap=2.5, digits=2)),
        _classified(multiclass(3, n=900, classes=4, gap=0.8, missing=0.1)),
    ],
    Task.REGRESSION: [_numbers(1), _numbers(2), _numbers(3)],
}
ALL = slice(None)
CASES = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name in names()
    for task in sorted(metric_class(name).tasks)
]


def said(name: str, tables: Tables) -> dict[str, Estimate]:
    return dict(metric_class(name)(**OPTIONS.get(name, {})).estimates(tables))


def near(expected: float | tuple[float, float] | None, rel: float) -> object:
    """What equals a number or an interval to rounding, and None exactly."""
    return None if expected is None else pytest.approx(expected, rel=rel, abs=1e-12)


def is_sound(name: str, found: Estimate) -> None:
    """A finite value inside its interval inside the bounds, or a reason."""
    low, high = metric_class(name).bounds
    assert found.rows >= 0
    if found.value is None:
        assert found.reason
        assert (found.interval, found.variance, found.trials) == (None, None, None)
        return
    assert isinstance(found.value, float)
    assert math.isfinite(found.value)
    assert low <= found.value <= high
    assert found.error >= 0.0
    if found.interval is not None:
        assert all(isinstance(end, float) and not math.isnan(end) for end in found.interval)
        assert low <= found.interval[0] <= found.value <= found.interval[1] <= high
    if found.variance is not None:
        assert isinstance(found.variance, float)
        assert math.isfinite(found.variance)
        assert found.variance >= 0.0
    if found.trials is not None:
        assert found.value == pytest.approx(found.trials[0] / found.trials[1], rel=1e-12)
        assert found.trials[1] == found.rows


@pytest.mark.parametrize("name", names())
def test_a_metric_is_a_frozen_dataclass_that_says_what_it_is(name: str) -> None:
    kind = metric_class(name)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.name == name
    assert kind.tasks
    assert kind.tasks <= set(Task)
    assert (Task.REGRESSION in kind.tasks) <= (len(kind.tasks) == 1)
    assert kind.better in {"higher", "lower", "zero"}
    assert kind.bounds[0] < kind.bounds[1]
    assert (inspect.getmodule(kind).__doc__ or "").strip()


@pytest.mark.parametrize("name", names())
def test_the_manual_page_has_every_section_in_order(name: str) -> None:
    page = inspect.getdoc(metric_class(name)) or ""
    lines = page.splitlines()
    found = [line for line, under in itertools.pairwise(lines) if under == "-" * len(line) and line]
    assert tuple(found) == SECTIONS
    for option in dataclasses.fields(metric_class(name)):  # type: ignore[arg-type]  # a dataclass by contract
        assert f"{option.name} :" in page, f"option {option.name} is not documented"


@pytest.mark.parametrize("name", names())
def test_the_manual_page_has_an_example_that_runs(name: str) -> None:
    module = importlib.import_module(f"mmon.performance.{name}")
    finder = doctest.DocTestFinder(recurse=False)
    examples = [
        test for test in finder.find(metric_class(name), name, module=module) if test.examples
    ]
    assert len(examples) == 1
    shown = [example for example in examples[0].examples if example.want]
    assert shown
    assert not any("..." in example.want for example in shown)
    assert doctest.DocTestRunner(verbose=False).run(examples[0]).failed == 0


@pytest.mark.parametrize(("name", "task"), CASES)
def test_estimates_are_sound_and_named_after_the_metric(name: str, task: Task) -> None:
    for sample in SAMPLES[task]:
        found = said(name, sample(ALL, None))
        main = metric_class(name).main if task is Task.MULTICLASS else name
        assert main in found
        if task is not Task.MULTICLASS:
            assert list(found) == [name]
        for full_name, one in found.items():
            is_sound(name, one)
            if name != "top_k_accuracy":
                assert full_name.startswith(name)
        assert found[main].value is not None
        if name not in EXTREMES:
            assert found[main].interval is not None
            assert found[main].variance is not None


@pytest.mark.parametrize(("name", "task"), CASES)
def test_estimates_are_the_same_on_every_call(name: str, task: Task) -> None:
    for sample in SAMPLES[task][:1]:
        assert said(name, sample(ALL, None)) == said(name, sample(ALL, None))


@pytest.mark.parametrize(("name", "task"), CASES)
def test_merging_parts_gives_the_estimates_of_all_rows(name: str, task: Task) -> None:
    cuts = [slice(0, 200), slice(200, 210), slice(210, 900)]
    for sample in SAMPLES[task]:
        whole = sample(ALL, None)
        merged = merge([sample(cut, None) for cut in cuts]).compress(None)
        backwards = merge([sample(cut, None) for cut in cuts[::-1]]).compress(None)
        one, other, reversed_ = said(name, whole), said(name, merged), said(name, backwards)
        assert one.keys() == other.keys()
        for full_name, found in one.items():
            for again in (other[full_name], reversed_[full_name]):
                assert again.value == near(found.value, 1e-9)
                assert again.interval == near(found.interval, 1e-6)
                assert again.variance == near(found.variance, 1e-6)
                assert (again.rows, again.trials, again.reason) == (
                    found.rows,
                    found.trials,
                    found.reason,
                )


@pytest.mark.parametrize(("name", "task"), CASES)
def test_the_error_bounds_what_compression_changes(name: str, task: Task) -> None:
    for sample in SAMPLES[task]:
        exact = said(name, sample(ALL, None))
        parts = [sample(cut, 200) for cut in (slice(0, 500), slice(500, 900))]
        for rough in (sample(ALL, 32), merge(parts).compress(48)):
            for full_name, found in said(name, rough).items():
                true = exact[full_name]
                is_sound(name, found)
                assert true.error == 0.0
                if true.value is not None:
                    assert found.value is not None
                    assert abs(found.value - true.value) <= found.error * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize(
    ("name", "task"), [case for case in CASES if case.values[0] not in EXTREMES]
)
def test_four_times_the_rows_make_the_variance_about_a_quarter(name: str, task: Task) -> None:
    ratios = []
    for sample in SAMPLES[task]:
        few, many = said(name, sample(slice(225), None)), said(name, sample(ALL, None))
        main = metric_class(name).main if task is Task.MULTICLASS else name
        assert few[main].variance
        assert many[main].variance
        ratios.append(few[main].variance / many[main].variance)
    # Variances of other rows, some from 32 groups; heavy tails make them vary more.
    assert 2.0 < float(np.exp(np.mean(np.log(ratios)))) < 8.0


def odd(task: Task) -> dict[str, Tables]:
    """Tables of rows that leave metrics undefined."""
    if task is Task.REGRESSION:
        some = np.array([1.0, 2.0, 5.0])
        lost = np.full(3, np.nan)
        return {
            "no rows": RegressionTables.of(some[:0], some[:0]),
            "no targets": RegressionTables.of(lost, some),
            "no predictions": RegressionTables.of(some, lost),
            "one row": RegressionTables.of(some[:1], some[1:2]),
            "no error": RegressionTables.of(some, some),
            "constant target": RegressionTables.of(some[:1].repeat(5), np.arange(5.0)),
        }
    classes = ("no", "yes") if task is Task.BINARY else ("a", "b", "c")
    size = 1 if task is Task.BINARY else 3

    def tables(target: list[int], prediction: list[int], scores: object = None) -> Tables:
        array = None if scores is None else np.array(scores, dtype=float).reshape(-1, size)
        return ClassificationTables.of_rows(target, prediction, array, classes=classes, task=task)

    sure = np.eye(3)[[0, 1, 1]] if task is Task.MULTICLASS else [0.0, 1.0, 1.0]
    half = np.full((4, size), 0.5)
    return {
        "no rows": tables([], [], np.empty((0, size))),
        "no targets": tables([-1] * 4, [0, 1, 1, 0], half),
        "no predictions": tables([0, 1, 1, 0], [-1] * 4, half),
        "no scores": tables([0, 1, 1, 0], [1, 1, 0, 0]),
        "no usable scores": tables([0, 1, 1, 0], [1, 1, 0, 0], half * np.nan),
        "one row": tables([1], [1], half[:1]),
        "one class": tables([1] * 4, [1] * 4, half),
        "the other class": tables([0] * 4, [0] * 4, half),
        "constant prediction": tables([0, 1, 1, 0], [0] * 4, half),
        "constant score": tables([0, 1, 1, 0], [1, 1, 0, 0], half),
        "no mistake": tables([0, 1, 1], [0, 1, 1], sure),
        "only mistakes": tables([1, 0, 0], [0, 1, 1], sure),
        "one of each": tables([0, 1], [0, 1], half[:2]),
    }


@pytest.mark.parametrize(("name", "task"), CASES)
def test_odd_rows_give_a_value_or_a_reason(name: str, task: Task) -> None:
    for case, tables in odd(task).items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = said(name, tables)
                for one in found.values():
                    is_sound(name, one)
            # Whatever it is, it is raised again, with the rows it was about.
            except Exception as error:
                error.add_note(f"{name}: {case}")
                raise
        if case in ("no rows", "no targets"):
            assert all(one.value is None for one in found.values()), case


@pytest.mark.parametrize("name", names())
def test_tables_of_another_task_are_refused(name: str) -> None:
    task = Task.BINARY if Task.REGRESSION in metric_class(name).tasks else Task.REGRESSION
    with pytest.raises(TypeError):
        said(name, SAMPLES[task][0](ALL, None))

"""The mergeable summary of a classifier's labelled rows."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.merging import CellsError, same
from mmon.profiles.outcomes.classification import MOST_SCORED, ClassificationTables
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.results import Task
from tests.performance.class_samples import Rows, binary, multiclass

SAMPLES = [
    binary(1, missing=0.1),
    binary(2, digits=1),
    multiclass(1, missing=0.1),
    multiclass(2, classes=6, digits=1),
]


def agree(one: ClassificationTables, other: ClassificationTables) -> None:
    """Equal counts, sums and score curves."""
    assert (one.rows, one.labelled, one.classes) == (other.rows, other.labelled, other.classes)
    assert np.array_equal(one.confusion, other.confusion)
    assert np.array_equal(one.groups, other.groups)
    assert one.sums.rows == other.sums.rows
    assert np.array_equal(one.sums.bins, other.sums.bins)
    assert np.array_equal(one.sums.ranks, other.sums.ranks)
    assert np.array_equal(one.sums.parts, other.sums.parts)
    for ours, theirs in zip(one.scores, other.scores, strict=True):
        assert ours.label == theirs.label
        for side in ("inside", "outside"):
            mine, yours = getattr(ours, side), getattr(theirs, side)
            assert np.array_equal(mine.values, yours.values)
            assert np.array_equal(mine.mass, yours.mass)
    for ours, theirs in zip(one.answers, other.answers, strict=True):
        assert ours.label == theirs.label
        for part in ("said", "other", "silent"):
            mine, yours = getattr(ours, part), getattr(theirs, part)
            assert np.array_equal(mine.values, yours.values)
            assert np.array_equal(mine.mass, yours.mass)


def parts_of(rows: Rows, pieces: int = 5) -> list[ClassificationTables]:
    cuts = np.array_split(np.arange(len(rows.target)), pieces)
    return [ClassificationTables.of(rows.outcome(cut), 50) for cut in cuts]


@pytest.mark.parametrize("rows", SAMPLES)
def test_merging_gives_the_summary_of_all_rows(rows: Rows) -> None:
    whole = rows.tables()
    cuts = np.array_split(np.arange(len(rows.target)), 7)
    merged = ClassificationTables.merge(
        [ClassificationTables.of(rows.outcome(cut), None) for cut in cuts]
    ).compress(None)
    agree(merged, whole)


@pytest.mark.parametrize("rows", SAMPLES)
def test_merging_is_commutative(rows: Rows) -> None:
    parts = parts_of(rows, 4)
    results = [
        ClassificationTables.merge(list(order)).compress(40)
        for order in itertools.islice(itertools.permutations(parts), 0, 24, 5)
    ]
    assert all(same(results[0], result) for result in results[1:])


@pytest.mark.parametrize("rows", SAMPLES)
def test_merging_is_associative(rows: Rows) -> None:
    parts = parts_of(rows)
    flat = ClassificationTables.merge(parts).compress(40)
    left = ClassificationTables.merge([ClassificationTables.merge(parts[:3]), *parts[3:]])
    right = ClassificationTables.merge([*parts[:1], ClassificationTables.merge(parts[1:])])
    assert same(flat, left.compress(40))
    assert same(flat, right.compress(40))


def relabelled(rows: Rows, order: list[int]) -> Rows:
    """The same rows with the classes in another order."""
    code = np.argsort(order).astype(np.int16)
    assert rows.scores is not None
    return dataclasses.replace(
        rows,
        classes=tuple(rows.classes[place] for place in order),
        target=np.where(rows.target < 0, -1, code[rows.target]).astype(np.int16),
        prediction=np.where(rows.prediction < 0, -1, code[rows.prediction]).astype(np.int16),
        scores=rows.scores[:, order],
    )


def test_parts_with_another_order_of_classes_are_aligned_by_label() -> None:
    rows = multiclass(3, classes=4, digits=1)
    other = relabelled(rows, [2, 0, 3, 1])
    merged = ClassificationTables.merge([rows.tables(), other.tables()])
    twice = ClassificationTables.merge([rows.tables(), rows.tables()])
    assert set(merged.classes) == set(twice.classes)
    place = [twice.classes.index(label) for label in merged.classes]
    assert np.array_equal(merged.confusion, twice.confusion[np.ix_(place, place)])
    assert np.array_equal(merged.groups, twice.groups[:, place])
    assert np.array_equal(merged.sums.ranks, twice.sums.ranks)
    for one in merged.scores:
        (same_class,) = (scores for scores in twice.scores if scores.label == one.label)
        assert same(one.inside.compress(None), same_class.inside.compress(None))


def test_a_class_that_a_part_never_met_had_probability_zero_there() -> None:
    early = multiclass(1, n=300, classes=3)
    late = multiclass(2, n=200, classes=4)
    merged = ClassificationTables.merge([early.tables(), late.tables()])
    assert early.scores is not None
    padded = dataclasses.replace(
        early,
        classes=late.classes,
        scores=np.column_stack([early.scores, np.zeros(len(early.target))]),
    )
    expected = ClassificationTables.merge([padded.tables(), late.tables()])
    assert merged.classes == late.classes
    assert same(merged, expected)


def test_the_negative_class_may_become_known_later() -> None:
    known = binary(1, n=100)
    unknown = dataclasses.replace(binary(2, n=50, prevalence=0.99), classes=("", "yes"))
    for parts in ([known, unknown], [unknown, known]):
        merged = ClassificationTables.merge([rows.tables() for rows in parts])
        assert merged.classes == ("no", "yes")
        assert merged.confusion.sum() == 150
    only = ClassificationTables.merge([unknown.tables(), unknown.tables()])
    assert only.classes == ("", "yes")
    nothing = ClassificationTables.of_rows([], [], classes=("", ""))
    assert ClassificationTables.merge([nothing, unknown.tables()]).classes == ("", "yes")


def test_rows_are_counted_by_what_they_lack() -> None:
    target = np.array([-1, 0, 1, 1, 0, 1])
    prediction = np.array([1, -1, 1, 0, 0, -1])
    score = np.array([0.5, 0.1, np.nan, 0.9, np.nan, 0.3])
    tables = ClassificationTables.of_rows(target, prediction, score)
    assert (tables.rows, tables.labelled) == (6, 5)
    assert (tables.labelled - tables.confusion.sum(), tables.labelled - tables.sums.rows) == (2, 2)
    assert tables.confusion.tolist() == [[1, 0], [1, 1]]
    assert tables.scores[0].inside.values.tolist() == [0.3, 0.9]
    assert tables.scores[0].outside.values.tolist() == [0.1]


def test_a_row_that_lacks_one_of_its_scores_has_none() -> None:
    scores = np.array([[0.2, 0.3, 0.5], [0.2, np.nan, 0.8]])
    tables = ClassificationTables.of_rows([0, 2], [2, 2], scores, classes=("a", "b", "c"))
    assert tables.labelled - tables.sums.rows == 1
    assert tables.sums.rows == 1
    assert tables.groups.sum() == 3


def test_without_scores_there_are_only_decisions() -> None:
    tables = ClassificationTables.of_rows([0, 1, 1], [0, 1, 0], classes=("no", "yes"))
    assert not tables.has_scores
    assert tables.scores == ()
    assert tables.labelled - tables.sums.rows == 3
    merged = ClassificationTables.merge([tables, binary(1, n=20).tables()])
    assert merged.has_scores
    assert merged.sums.rows == 20


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_no_rows_are_a_summary_too(task: Task) -> None:
    classes = ("", "yes") if task is Task.BINARY else ()
    empty = ClassificationTables.of_rows(
        [], [], np.empty((0, len(classes) // 2)), classes=classes, task=task
    )
    assert (empty.rows, empty.labelled) == (0, 0)
    rows = binary(1) if task is Task.BINARY else multiclass(1)
    merged = ClassificationTables.merge([empty, rows.tables()]).compress(None)
    agree(merged, rows.tables())


def test_many_classes_keep_a_bounded_number_of_score_curves() -> None:
    rng = np.random.default_rng(5)
    size = MOST_SCORED + 5
    classes = tuple(f"class {code:02d}" for code in range(size))
    target = rng.integers(0, size, 500)
    scores = rng.dirichlet(np.ones(size), 500)
    tables = ClassificationTables.of_rows(target, scores.argmax(axis=1), scores, classes=classes)
    assert len(tables.scores) == MOST_SCORED
    assert tables.groups.shape[1] == MOST_SCORED
    assert len(tables.sums.ranks) == size
    merged = ClassificationTables.merge([tables, tables])
    assert [one.label for one in merged.scores] == list(classes[:MOST_SCORED])


def test_parts_of_different_tasks_do_not_merge() -> None:
    with pytest.raises(CellsError, match="differ in task"):
        ClassificationTables.merge([binary(1).tables(), multiclass(1).tables()])
    other = dataclasses.replace(binary(1), classes=("bad", "good"))
    with pytest.raises(CellsError, match="differ in classes"):
        ClassificationTables.merge([binary(1).tables(), other.tables()])


def test_compressing_keeps_the_points_that_were_asked_for() -> None:
    tables = binary(1, n=5000).tables()
    small = tables.compress(64)
    assert len(small.scores[0].inside.values) < 200
    assert small.scores[0].inside.rank_error < 1 / 50
    assert len(tables.scores[0].inside.values) > 1000


def test_fields_are_of_types_that_a_baseline_file_can_hold() -> None:
    allowed = (str, int, float, bool, type(None), np.ndarray, Ecdf)

    def check(value: object) -> None:
        if isinstance(value, tuple):
            for item in value:
                check(item)
        elif isinstance(value, allowed):
            return
        else:
            assert dataclasses.is_dataclass(value)
            assert value.__dataclass_params__.frozen
            for field in dataclasses.fields(value):
                check(getattr(value, field.name))

    for rows in SAMPLES:
        check(rows.tables())


def test_group_and_score_cells_add_up_to_the_scored_rows() -> None:
    tables = multiclass(4, n=1000, missing=0.1).tables()
    per_class = tables.groups.sum(axis=(0, 2, 3))
    assert (per_class == tables.sums.rows).all()
    inside = tables.groups[:, :, 1].sum(axis=(0, 2))
    assert inside.tolist() == [one.inside.n for one in tables.scores]


def test_an_outcome_is_not_changed() -> None:
    rows = binary(1, missing=0.1)
    outcome: Outcome = rows.outcome()
    before = [outcome.target.copy(), outcome.prediction.copy(), outcome.scores.copy()]
    ClassificationTables.of(outcome, 10)
    for one, other in zip(
        before, [outcome.target, outcome.prediction, outcome.scores], strict=True
    ):
        assert np.array_equal(one, other, equal_nan=True)

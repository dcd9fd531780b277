"""Labels of any type get codes that do not depend on type, order or batches."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from mmon.errors import ConfigError
from mmon.profiles.outcomes.class_codes import MOST_CLASSES, ClassCodes
from mmon.profiles.outcomes.outcomes import UNKNOWN
from mmon.results import Task


def binary(positive: str | None = None, classes: tuple[str, ...] = ()) -> ClassCodes:
    return ClassCodes(Task.BINARY, classes, positive)


def codes(reader: ClassCodes, values: list[object] | pl.Series) -> list[int]:
    return reader.read(pl.Series("y", values), is_target=True)[0].tolist()


@pytest.mark.parametrize(
    "values",
    [
        [0, 1, 1, None],
        [0.0, 1.0, 1.0, float("nan")],
        ["0", "1", " 1 ", None],
        [False, True, True, None],
        ["false", "true", "true", None],
        ["False", "True", "True", None],
        ["No", "Yes", "Yes", None],
        ["N", "Y", "Y", None],
        [-1, 1, 1, None],
    ],
)
def test_the_usual_names_of_two_classes_need_no_positive_class(values: list[object]) -> None:
    assert codes(binary(), values) == [0, 1, 1, UNKNOWN]


@pytest.mark.parametrize("text", [pl.Categorical(), pl.Enum(["no", "yes"]), pl.String()])
def test_categories_are_read_by_their_text(text: pl.DataType) -> None:
    assert codes(binary(), pl.Series(["yes", "no", "yes"], dtype=text)) == [1, 0, 1]


@pytest.mark.parametrize("positive", ["1", "true", "True"])
@pytest.mark.parametrize("values", [[0, 1], [0.0, 1.0], ["0", "1"], [False, True], ["F", "T"]])
def test_true_is_1_whatever_both_are_written_as(positive: str, values: list[object]) -> None:
    if values == ["F", "T"]:
        with pytest.raises(ConfigError, match="has no class"):
            codes(binary(positive), values)
    else:
        assert codes(binary(positive), values) == [0, 1]


def test_the_configured_positive_class_has_code_1_and_the_other_one_0() -> None:
    reader = binary("a")
    assert codes(reader, ["b", "a", "b"]) == [0, 1, 0]
    assert reader.names == ("b", "a")


def test_production_of_another_type_gets_the_codes_of_the_reference() -> None:
    for values in ([1, 0], [1.0, 0.0], ["1", "0"], [True, False], ["True", "False"]):
        assert codes(binary("1", ("0", "1")), values) == [1, 0]
        assert codes(binary("true", ("false", "true")), values) == [1, 0]


@pytest.mark.parametrize("batches", [[["No"], ["Yes"]], [["Yes"], ["No"]], [["Yes", "No"]]])
def test_a_class_that_comes_late_is_the_one_that_it_would_have_been(
    batches: list[list[str]],
) -> None:
    reader = binary()
    found = {
        label: code
        for batch in batches
        for label, code in zip(batch, codes(reader, batch), strict=True)
    }
    assert found == {"No": 0, "Yes": 1}
    assert reader.names == ("No", "Yes")


def test_other_spellings_of_a_class_are_that_class() -> None:
    reader = ClassCodes(Task.BINARY, (), "1", {"approved": "1", "rejected": "0"})
    assert codes(reader, ["rejected", " approved ", None]) == [0, 1, UNKNOWN]
    answers, unknown = reader.read(pl.Series("yhat", [1, 0]), is_target=False)
    assert (answers.tolist(), unknown.any()) == ([1, 0], False)
    assert reader.names == ("0", "1")


@pytest.mark.parametrize("values", [[1, 0], [1.0, 0.0], ["1", "0"], [Decimal("1.00"), Decimal(0)]])
def test_whole_numbers_are_one_class_whatever_their_type(values: list[object]) -> None:
    assert codes(binary("1", ("0", "1")), values) == [1, 0]


def test_predictions_before_any_target_settle_the_usual_names() -> None:
    reader = binary()
    answers, unknown = reader.read(pl.Series("yhat", [1, 0, 1]), is_target=False)
    assert (answers.tolist(), unknown.any()) == ([1, 0, 1], False)
    assert codes(reader, [0, 1]) == [0, 1]


def test_predictions_before_any_target_take_no_code_where_the_names_say_nothing() -> None:
    reader = binary()
    answers, unknown = reader.read(pl.Series("yhat", ["a", "b"]), is_target=False)
    assert (answers.tolist(), unknown.any()) == ([UNKNOWN, UNKNOWN], False)
    assert reader.names == ("", "")


@pytest.mark.parametrize(
    ("batches", "says"),
    [
        ([["a", "b"]], r"which class of 'y' is positive\? It has 'a' and 'b' \("),
        ([["a", "b", "c", "d"]], r"It has 'a' and 'b', and 2 more \("),
        ([["f"], ["m"]], r"It has 'f' and 'm' \("),
        ([[0, 0], [0, 2]], r"It has '0' and '2' \("),
    ],
)
def test_two_classes_of_which_neither_is_known_to_be_positive_are_refused(
    batches: list[list[object]], says: str
) -> None:
    reader = binary()
    for batch in batches[:-1]:
        codes(reader, batch)
    with pytest.raises(ConfigError, match=says):
        codes(reader, batches[-1])


def test_more_than_two_classes_ask_for_another_task() -> None:
    with pytest.raises(ConfigError) as caught:
        codes(binary(), ["a", "b", "c"])
    assert caught.value.hint == "set task to multiclass or regression"


def test_a_positive_class_that_no_row_has_is_refused_with_the_classes_there_are() -> None:
    with pytest.raises(ConfigError, match="'y' has no class 'c'") as caught:
        codes(binary("c"), ["a", "b"])
    assert caught.value.hint == "it has 'a', 'b'"


def test_a_third_label_is_marked_as_unknown() -> None:
    reader = binary("1", ("0", "1"))
    values, unknown = reader.read(pl.Series("y", [0, 1, 2, None]), is_target=True)
    assert values.tolist() == [0, 1, UNKNOWN, UNKNOWN]
    assert unknown.tolist() == [False, False, True, False]


def test_a_probability_is_never_taken_for_a_class() -> None:
    reader = binary("1")
    values, unknown = reader.read(pl.Series("yhat", [0.25, 1.0, 0.75]), is_target=False)
    assert values.tolist() == [UNKNOWN, 1, UNKNOWN]
    assert unknown.tolist() == [True, False, True]
    assert reader.names == ("", "1")


def test_nested_values_are_no_classes() -> None:
    values, unknown = binary("1").read(pl.Series("y", [[1], None, [0]]), is_target=True)
    assert values.tolist() == [UNKNOWN] * 3
    assert unknown.tolist() == [True, False, True]


def test_several_classes_keep_the_codes_of_their_first_appearance() -> None:
    reader = ClassCodes(Task.MULTICLASS, ("b",), None)
    assert codes(reader, ["c", "a", "b"]) == [2, 1, 0]
    assert codes(reader, ["d", "b", None]) == [3, 0, UNKNOWN]
    assert reader.names == ("b", "a", "c", "d")


def test_classes_beyond_the_most_that_are_kept_are_unknown() -> None:
    reader = ClassCodes(Task.MULTICLASS, (), None)
    labels = pl.Series("y", [f"{i:03}" for i in range(MOST_CLASSES + 3)])
    values, unknown = reader.read(labels, is_target=True)
    assert values.tolist() == [*range(MOST_CLASSES), UNKNOWN, UNKNOWN, UNKNOWN]
    assert int(unknown.sum()) == 3
    assert len(reader.names) == MOST_CLASSES

"""Full names of performance metrics: made and recognised in one place."""

from __future__ import annotations

import pytest

from mmon.performance import PLAIN, Variant, metric_class, names, of_name
from mmon.results import Task
from tests.performance.class_samples import multiclass

VARIANTS = [
    PLAIN,
    Variant("macro"),
    Variant("micro"),
    Variant("weighted"),
    Variant(label="BR"),
    Variant(label=""),
    Variant(label="of_macro:f1\n"),
]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_full_name_tells_its_metric_and_variant(name: str, variant: Variant) -> None:
    assert of_name(variant.of(name)) == (name, variant)


def test_the_k_of_a_full_name_is_a_number() -> None:
    assert of_name("top_12_accuracy") == ("top_k_accuracy", Variant(k=12))
    assert metric_class("top_k_accuracy").main == "top_2_accuracy"


@pytest.mark.parametrize(
    "name", ["", "psi", "f", "f1_", "f1_mean", "_macro", ":f1", "top_0_accuracy", "top_02_accuracy"]
)
def test_other_names_are_of_no_metric(name: str) -> None:
    assert of_name(name) is None


@pytest.mark.parametrize("name", [n for n in names() if Task.MULTICLASS in metric_class(n).tasks])
def test_the_variant_that_stands_for_a_metric_is_among_its_values(name: str) -> None:
    kind = metric_class(name)
    found = kind().by_variant(multiclass(1, n=90).tables())
    assert kind.main_variant in found
    assert kind().estimates(multiclass(1, n=90).tables()) == {
        variant.of(name): one for variant, one in found.items()
    }

"""Terminal, Markdown and HTML say one word for one value, whatever the quantity."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmon import performance, reports
from mmon.analyses import model_performance
from mmon.comparison import assessment
from mmon.outline import units
from mmon.results import Result, Status
from mmon.results.quantity import Aspect, Quantity, Unit
from tests import quantities
from tests.reports.html_page import Page, document

FORMATS = ("terminal", "markdown", "html")
COLUMNS = [one for one in assessment.quantities() if one.about == "column" and not one.part_of]
METRICS = [
    *(one for one in assessment.quantities() if one.about == "window" and not one.is_check),
    model_performance.quantity("f1", performance.Variant(average="macro")),
]
MEASURED = [one for one in METRICS if one.kind in ("model_performance", "system_performance")]
VALUES = st.floats(1e-4, 1e6).flatmap(lambda size: st.sampled_from([size, -size, 0.0]))
LEVELS = st.sampled_from([(0.1, 0.2), (None, 0.05), (0.02, None), (0.5, 12.0)])


def words(name: str, result: Result, *others: Result) -> str:
    """A document of some results in one format, as a reader sees it."""
    text = reports.render(name, document(*others, result))
    if name == "html":
        return " ".join(Page(text).text)
    if name == "terminal":
        return re.sub(r"\s+", " ", text)
    return html.unescape(re.sub(r"\\(.)", r"\1", text.replace("<!-- -->", "")))


def judged(
    quantity: Quantity, value: float, levels: tuple[float | None, float | None], **more: object
) -> Result:
    return quantities.result(
        quantity.name, value, kind=quantity.kind, potential=levels[0], detected=levels[1],
        status=Status.DETECTED, gating=True, **more,
    )  # fmt: skip


@pytest.mark.parametrize("quantity", COLUMNS, ids=lambda one: one.name)
@settings(max_examples=4, deadline=None)
@given(value=VALUES, levels=LEVELS, aspect=st.sampled_from(["value", "increase"]))
def test_a_column_is_told_in_the_same_words(
    quantity: Quantity, value: float, levels: tuple[float | None, float | None], aspect: Aspect
) -> None:
    if quantity.unit is Unit.YES_NO:
        value, aspect = 1.0, "value"
    result = judged(quantity, value, levels, aspect=aspect, column="age")
    expected = units.value_word(result), units.limits_word(result), quantity.words
    for name in FORMATS:
        told = words(name, result)
        for word in expected:
            assert word in told, name


@pytest.mark.parametrize("quantity", MEASURED, ids=lambda one: one.name)
@settings(max_examples=4, deadline=None)
@given(
    value=VALUES, levels=LEVELS, aspect=st.sampled_from(["drop", "rise"]), relative=st.booleans()
)
def test_a_metric_and_its_change_are_told_in_the_same_words(
    quantity: Quantity,
    value: float,
    levels: tuple[float | None, float | None],
    aspect: Aspect,
    relative: bool,
) -> None:
    if quantity.part_of is not None or quantity.unit is Unit.YES_NO:
        return
    plain = quantities.result(quantity.name, 0.75, kind=quantity.kind, reference_value=0.5)
    change = judged(quantity, value, levels, aspect=aspect, relative=relative, reference_value=0.5)
    expected = (
        quantity.words,
        units.amount(quantity, 0.75),
        units.amount(quantity, 0.5),
        units.value_word(change),
        units.limits_word(change),
    )
    for name in FORMATS:
        told = words(name, change, plain)
        for word in expected:
            assert word in told, name

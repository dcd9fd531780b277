"""Templates and conditions of users end, and whatever they raise is told as theirs."""

from __future__ import annotations

import sys

import pytest

from mmon.texts.templates import TemplateError, check_condition, check_template, holds, rendered

TOLD = {"title": "BREACH: credit", "results": [{"value": 0.5}], "verdict": "breach"}
MACRO = "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"
LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ cycler() }}", "at least one item"),
        (MACRO, "recursion"),
        ("{{ title.center(10**14) }}", "MemoryError"),
        ("{{ title * 10**9 }}", "makes too much with *"),
        ("{{ 10**(10**8) }}", "makes too much with **"),
        (LOOPS, "takes more than 2,000,000 steps"),
        ("{{ results[0].no_such }}", "no_such"),
    ],
)
def test_whatever_a_template_raises_is_told_as_its_own(text: str, words: str) -> None:
    check_template(text)
    before = sys.gettrace()
    with pytest.raises(TemplateError) as raised:
        rendered(text, TOLD)
    assert words in str(raised.value)
    assert sys.gettrace() is before


def test_a_long_template_over_many_results_is_rendered() -> None:
    text = "{% for one in results %}{{ one.value }}\n{% endfor %}"
    many = {"results": [{"value": number} for number in range(20_000)]}
    assert rendered(text, many).count("\n") == 20_000


@pytest.mark.parametrize("expression", ["cycler()", "title.center(10**14)", "document.verdict"])
def test_whatever_a_condition_raises_is_told_as_its_own(expression: str) -> None:
    check_condition(expression)
    with pytest.raises(TemplateError):
        holds(expression, TOLD)


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        ("verdict == 'breach' and results | length > 0", True),
        ("results | selectattr('value', 'gt', 0.9) | list", False),
        ("results\n| length", True),
        ("2 * 3 ** 2 == 18 and 'a' * 3 == 'aaa'", True),
    ],
)
def test_a_condition_is_an_expression(expression: str, truth: bool) -> None:
    check_condition(expression)
    assert holds(expression, TOLD) is truth


@pytest.mark.parametrize(
    "expression", ["1) }}{{ (2", "1 }}{{ 2", "1 %}", "true, false", "(" * 5000 + "1" + ")" * 5000]
)
def test_what_is_more_or_less_than_an_expression_is_no_condition(expression: str) -> None:
    with pytest.raises(TemplateError, match="is no valid condition"):
        check_condition(expression)

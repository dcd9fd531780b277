"""YAML text to plain data: what is read as what, where it stood, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import given

from mmon.config.text import Expanded, read, retype


def body_of(text: str, **environment: str) -> Any:
    found = read(text, environment)
    assert found.problems == ()
    return found.body


def messages(text: str, **environment: str) -> list[str]:
    return [problem.message for problem in read(text, environment).problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0x1f", 31),
        ("0o17", 15),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("12:30", "12:30"),
        ("2024-01-31", "2024-01-31"),
        ("'12'", "12"),
        ("1_000", "1_000"),
        ("s3://a/b*.parquet", "s3://a/b*.parquet"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    found = body_of(f"key: {written}")["key"]
    assert found == value
    assert type(found) is type(value)


def test_infinities_and_nan_are_numbers() -> None:
    found = body_of("a: [.inf, -.inf, .nan]")["a"]
    assert found[:2] == [float("inf"), float("-inf")]
    assert found[2] != found[2]


def test_keys_are_always_text() -> None:
    assert body_of("{2020: a, true: b, on: c}") == {"2020": "a", "true": "b", "on": "c"}


def test_anchors_repeat_a_value() -> None:
    assert body_of("a: &x [1]\nb: *x") == {"a": [1], "b": [1]}


@pytest.mark.slow
@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text("abc $:#-'\"é\n", max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner)
            ),
            max_leaves=8,
        ),
        min_size=1,
    )
)
def test_what_pyyaml_writes_is_read_back(body: dict[str, Any]) -> None:
    def escaped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: escaped(item) for key, item in value.items()}
        if isinstance(value, list):
            return [escaped(item) for item in value]
        return value.replace("$", "$$") if isinstance(value, str) else value

    assert body_of(yaml.safe_dump(escaped(body), allow_unicode=True)) == body


def test_every_key_and_item_has_its_line() -> None:
    found = read("a: 1\nb:\n  c:\n    - x\n    - y: 2\n", {})
    assert found.lines == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", 0): 4,
        ("b", "c", 1): 5,
        ("b", "c", 1, "y"): 5,
    }


def test_variables_are_expanded_in_values() -> None:
    text = (
        "a: ${ONE}\nb: ${ONE}/${TWO}\nc: ['${ONE}']\nd: ${THREE:-3}\ne: ${EMPTY:-full}\nf: ${EMPTY}"
    )
    body = body_of(text, ONE="1", TWO="2", EMPTY="")
    assert body == {"a": "1", "b": "1/2", "c": ["1"], "d": "3", "e": "full", "f": ""}


def test_an_expanded_text_remembers_what_was_written() -> None:
    found = body_of("a: pre-${SECRET}", SECRET="hunter2")["a"]
    assert isinstance(found, Expanded)
    assert found.written == "pre-${SECRET}"


def test_two_dollars_are_one_and_one_is_left_alone() -> None:
    assert body_of("a: $$5\nb: $5\nc: $${HOME}\nd: a$") == {
        "a": "$5",
        "b": "$5",
        "c": "${HOME}",
        "d": "a$",
    }


def test_the_value_of_a_variable_is_not_expanded_again() -> None:
    assert body_of("a: ${A}", A="${B} $$")["a"] == "${B} $$"


def test_a_variable_that_is_not_set_is_named_with_its_line() -> None:
    (problem,) = read("a: 1\nb:\n  - ${NOWHERE}", {}).problems
    assert (problem.path, problem.line) == (("b", 0), 3)
    assert "NOWHERE" in problem.message
    assert problem.hint == "set it, or give a default: ${NOWHERE:-…}"


@pytest.mark.parametrize("written", ["${", "${1A}", "${A-b}", "${A", "${}", "${A:b}"])
def test_a_malformed_variable_is_refused(written: str) -> None:
    assert messages(f"a: {written}", A="x") == ["has a ${ that names no variable"]


def test_duplicate_keys_are_refused_with_both_lines() -> None:
    (problem,) = read("a:\n  b: 1\n  c: 2\n  b: 3", {}).problems
    assert (problem.path, problem.line) == (("a", "b"), 4)
    assert problem.message == "is given twice, first on line 2"


def test_a_key_without_a_value_is_refused_but_null_is_not() -> None:
    assert messages("a:\n  # b: 1\nc: null") == ["has no value"]


def test_several_problems_are_found_at_once() -> None:
    assert len(messages("a: ${X}\na: 2\nb:\nc: !!python/name:os.system x")) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no configuration"),
        ("# nothing\n", "holds no configuration"),
        ("- a", "must be `key: value` lines"),
        ("just words", "must be `key: value` lines"),
        ("a: [1", "is not YAML"),
        ("a: 1\n---\nb: 2", "is not YAML"),
        ("a: \x01", "is not YAML"),
        ("a: &x [*x]", "contains itself"),
        ("[a, b]: 1", "has a key that is not a text"),
        ("a: !thing 1", "has a YAML tag (!)"),
        ("a: !!int x", "is not a YAML int"),
        ("a: " + "[" * 5000, "is nested too deeply"),
    ],
)
def test_what_is_no_configuration_is_refused(text: str, message: str) -> None:
    (found,) = messages(text)
    assert found.startswith(message)


def test_a_variable_in_a_flow_needs_quotes_and_the_hint_says_so() -> None:
    (problem,) = read("a: {b: ${C}}", {"C": "1"}).problems
    assert problem.hint == 'inside { } and [ ], put it in quotes: "${NAME}"'
    assert body_of('a: {b: "${C}"}', C="1") == {"a": {"b": "1"}}


def test_a_tab_is_named_as_the_trouble() -> None:
    (problem,) = read("a:\n\tb: 1", {}).problems
    assert (problem.line, problem.hint) == (2, "indent with spaces, not tabs")


def test_retyping_gives_plain_texts() -> None:
    assert type(retype(Expanded("abc", "${A}"))) is str


@pytest.mark.slow
def test_expanding_variables_takes_time_that_is_linear_in_the_text() -> None:
    begin = time.process_time()
    read("a: '" + "${a:- " * 20_000 + "'", {})
    # A quadratic search would take minutes; a busy machine may take its time.
    assert time.process_time() - begin < 10

"""Templates and conditions that users write: Jinja, in a sandbox, checked before anything runs.

What a template names must be there: a name that is not is an error, never an empty text. A
condition is an expression, such as ``verdict == "breach" and results | length > 2``.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import jinja2
    from jinja2.runtime import Context

_T = TypeVar("_T")
_MOST_STEPS = 2_000_000
"""Ten for each of 200,000 results: about a second."""
_MOST_SIZE = 1_000_000

NAMES = (
    *("alert", "document", "endpoint", "key", "link", "project", "reason", "results", "sentence"),
    *("severity", "text", "title", "verdict", "window"),
)
"""What a template or a condition may name; ``document`` is the whole result document."""


class TemplateError(ValueError):
    """A template or a condition that means nothing, or nothing of what is told."""


def check_template(text: str) -> None:
    """Raise `TemplateError` where a template is none, or names what there is not."""
    _check("template", text, text)


def check_condition(expression: str) -> None:
    """Raise `TemplateError` where a condition is none, or names what there is not."""
    if not expression.strip():
        raise TemplateError("is an empty condition")
    _check("condition", expression, f"{{{{ ({expression}) }}}}")


def rendered(text: str, told: Mapping[str, Any]) -> str:
    """A template with what is told of; raises `TemplateError` where that lacks what it names."""
    return _done(lambda: _environment().from_string(text).render, told)


def holds(expression: str, told: Mapping[str, Any]) -> bool:
    """Whether a condition is true of what is told; raises `TemplateError` as `rendered` does."""
    return _done(lambda: _condition(expression), told)


def _condition(expression: str) -> Callable[[Mapping[str, Any]], bool]:
    # Not a text around it: an expression that closes its parentheses would leave it.
    compiled = _environment().compile_expression(expression, undefined_to_none=False)
    return lambda told: bool(compiled(told))


def _done(made: Callable[[], Callable[[Mapping[str, Any]], _T]], told: Mapping[str, Any]) -> _T:
    try:
        work = made()
        with _bounded():
            return work(told)
    except Exception as error:  # whatever is written there; memory and recursion end, too
        raise TemplateError(_words(error)) from None


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """End what takes too many steps: lines of the template and calls, however they are nested.

    Counted, and not timed, so that what is valid here is valid on a slower machine.
    """
    left = _MOST_STEPS

    def step(frame: FrameType, event: str, _told: object) -> Any:
        nonlocal left
        left -= event in ("call", "line")
        if left < 0:
            raise RuntimeError(f"takes more than {_MOST_STEPS:,} steps")
        return step if frame.f_code.co_filename == "<template>" else None

    before = sys.gettrace()
    sys.settrace(step)
    try:
        yield
    finally:
        sys.settrace(before)


def _check(what: str, written: str, text: str) -> None:
    import jinja2
    from jinja2 import meta

    try:
        if what == "condition":
            _condition(written)
        tree = _environment().parse(text)
        _environment().compile(tree)
        unknown = sorted(meta.find_undeclared_variables(_environment().parse(text)) - {*NAMES})
    except Exception as error:  # also what is nested too deeply to be read
        is_placed = isinstance(error, jinja2.TemplateSyntaxError) and "\n" in written
        line = f" (line {getattr(error, 'lineno', 1)} of it)" if is_placed else ""
        raise TemplateError(f"is no valid {what}: {_words(error)}{line}") from None
    if unknown:
        from difflib import get_close_matches

        close = get_close_matches(unknown[0], NAMES, n=1)
        meant = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(NAMES)}"
        raise TemplateError(f"names {unknown[0]!r}, which it is not given; {meant}")


def _words(error: Exception) -> str:
    said = (str(error) or type(error).__name__).strip().rstrip(".").replace("\n", " ")
    return "there is more after its end" if said == "chunk after expression" else said


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Bounded(ImmutableSandboxedEnvironment):
        """A sandbox in which one operation cannot take all memory and time, either."""

        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
            if _size(operator, left, right) > _MOST_SIZE:
                raise OverflowError(f"makes too much with {operator}")
            return super().call_binop(context, operator, left, right)

    # Texts and JSON, not HTML: a template that makes HTML says `| e`.
    return Bounded(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)


def _size(operator: str, left: Any, right: Any) -> int:
    """How long a text or list will be, or of how many bits a whole number."""
    match operator, left, right:
        case "**", int(), int():
            return left.bit_length() * abs(right)
        case "*", int(), int():
            return left.bit_length() + right.bit_length()
        case ("*", int(times), str() | list() | tuple() as some) | (
            "*",
            str() | list() | tuple() as some,
            int(times),
        ):
            return len(some) * times
    return 0

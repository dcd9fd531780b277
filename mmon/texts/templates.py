"""Templates and conditions that users write: Jinja, in a sandbox, checked before anything runs.

What a template names must be there: a name that is not is an error, never an empty text. A
condition is an expression, such as ``verdict == "breach" and results | length > 2``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2

NAMES = (
    *("alert", "document", "endpoint", "key", "link", "project", "reason", "results", "sentence"),
    *("severity", "text", "title", "verdict", "window"),
)
"""What a template or a condition may name; ``document`` is the whole result document."""


class TemplateError(ValueError):
    """A template or a condition that means nothing, or nothing of what is told."""


def check_template(text: str) -> None:
    """Raise `TemplateError` where a template is none, or names what there is not."""
    _check(text, text)


def check_condition(expression: str) -> None:
    """Raise `TemplateError` where a condition is none, or names what there is not."""
    if not expression.strip():
        raise TemplateError("is an empty condition")
    _check(f"{{{{ ({expression}) }}}}", expression)


def rendered(text: str, told: Mapping[str, Any]) -> str:
    """A template with what is told of; raises `TemplateError` where that lacks what it names."""
    import jinja2

    try:
        return _environment().from_string(text).render(told)
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise TemplateError(_words(error)) from None


def holds(expression: str, told: Mapping[str, Any]) -> bool:
    """Whether a condition is true of what is told; raises `TemplateError` as `rendered` does."""
    return rendered(f"{{{{ 1 if ({expression}) else 0 }}}}", told) == "1"


def _check(text: str, written: str) -> None:
    import jinja2
    from jinja2 import meta

    try:
        tree = _environment().parse(text)
        _environment().compile(tree)
        unknown = sorted(meta.find_undeclared_variables(_environment().parse(text)) - {*NAMES})
    except jinja2.TemplateSyntaxError as error:
        line = f" (line {error.lineno} of it)" if "\n" in written else ""
        raise TemplateError(f"is no valid template: {_words(error)}{line}") from None
    if unknown:
        from difflib import get_close_matches

        close = get_close_matches(unknown[0], NAMES, n=1)
        meant = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(NAMES)}"
        raise TemplateError(f"names {unknown[0]!r}, which it is not given; {meant}")


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().rstrip(".").replace("\n", " ")


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Texts and JSON, not HTML: a template that makes HTML says `| e`.
    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
    )

"""Makes text from data and files harmless: it shows what it holds and does nothing else."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans(
    {
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{INFINITY}": "inf",
        "\N{PLUS-MINUS SIGN}": "+/-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{MIDDLE DOT}": "-",
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
    }
)
# Controls, formats (among them those that turn the direction of writing), surrogates, line ends.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# A line end with two spaces behind it, as lists of problems have them, is layout.
_FOREIGN_LINE_END = re.compile(r"\n(?!  )")


def safe(text: str, *, unicode: bool) -> str:
    r"""A text from data or files that cannot disturb a terminal; in ASCII where it must be.

    Examples
    --------
    >>> safe("line\nline\x1b[31m", unicode=True)
    'line\\nline\\x1b[31m'
    >>> safe("0 → 60 % größer", unicode=False)
    '0 -> 60 % gr\\xf6\\xdfer'
    """
    shown = text if text.isprintable() else "".join(map(_shown, text))
    return (
        shown if unicode else shown.translate(_PLAIN).encode("ascii", "backslashreplace").decode()
    )


def safe_lines(text: str) -> str:
    """`safe` for a text whose lines are ours."""
    return text if text.isprintable() else "\n".join(map(_safe, text.split("\n")))


def safe_message(text: str) -> str:
    """`safe` for a message, which may list problems below its first line."""
    return safe_lines(_FOREIGN_LINE_END.sub(r"\\n", text))


def _safe(text: str) -> str:
    return safe(text, unicode=True)


def _shown(char: str) -> str:
    if unicodedata.category(char) in _UNSAFE:
        return char.encode("unicode_escape").decode()
    return char

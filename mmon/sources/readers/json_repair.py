"""Counts the objects of an NDJSON file, and writes again what only tolerant readers understand."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmon.errors import DataError
from mmon.sources.formats import BOM
from mmon.sources.readers.csv_lines import numbered_lines
from mmon.sources.spool import temporary

# A whole number of more digits fits no integer type.
_MOST_DIGITS = 38


def count_objects(path: Path, name: str) -> int:
    """Lines that are not blank.

    Raises
    ------
    DataError
        When a line does not end.
    """
    return sum(1 for _, line in numbered_lines(path, name) if not line.isspace())


def repaired(path: Path, name: str) -> Path:
    """A copy with NaN as null, and with whatever is nested as an object or list of its text.

    Nothing but the presence of nested values is compared, whatever their fields.

    Raises
    ------
    DataError
        When a line is no JSON object, or holds what has no meaning in JSON.
    """
    nested: dict[str, bool] = {}
    for _, row in _objects(path, name):
        for key, value in row.items():
            if isinstance(value, dict | list):
                nested[key] = nested.get(key, True) and isinstance(value, dict)
    copy = temporary(path.name)
    with copy.open("w", encoding="ascii") as file:
        for _, row in _objects(path, name):
            texts = {k: json.dumps(v) for k, v in row.items() if k in nested and v is not None}
            held = {k: {"json": text} if nested[k] else [text] for k, text in texts.items()}
            file.write(json.dumps(row | held) + "\n")
    return copy


class _NotJsonError(ValueError):
    """A value that JSON cannot hold."""


def _objects(path: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in numbered_lines(path, name):
        if line.isspace():
            continue
        try:
            row = json.loads(
                line.removeprefix(BOM if number == 1 else b"").decode(),
                parse_constant=_constant,
                parse_float=_number,
                parse_int=_number,
            )
        except UnicodeDecodeError as error:
            raise DataError(
                f"line {number} of {name!r} is not UTF-8 text",
                hint="convert it, for example with: iconv -f windows-1252 -t utf-8",
            ) from error
        except _NotJsonError as error:
            raise DataError(
                f"line {number} of {name!r} holds {error}, which JSON numbers cannot be",
                hint="write null, or a number",
            ) from error
        except RecursionError as error:
            raise DataError(
                f"line {number} of {name!r} is nested too deeply", hint="leave that value out"
            ) from error
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            raise DataError(
                f"line {number} of {name!r} is not a JSON object",
                hint="NDJSON has one complete object a line",
            )
        yield number, row


def _number(text: str) -> float:
    if len(text) <= _MOST_DIGITS and text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    if math.isinf(number):
        shown = text if len(text) <= 20 else f"{text[:10]}… ({len(text):,} characters)"
        raise _NotJsonError(f"the number {shown}")
    return number


def _constant(text: str) -> None:
    if text == "NaN":
        return
    raise _NotJsonError(text)

"""The result document as JSON: what the other formats show, for programs; and its way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mmon.errors import DataError
from mmon.records import MisfitError
from mmon.reports.json.schema import schema
from mmon.results import SCHEMA_VERSION, Document

__all__ = ["SUFFIXES", "parse", "read", "render", "schema", "schema_text"]

SUFFIXES = (".json",)


def render(document: Document) -> str:
    """The document as JSON text, with one row of each list a line; it ends in a line break.

    The same document always gives the same text. Numbers are finite or null.
    """
    fields = []
    for key, value in document.to_dict().items():
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(map(_written, value)) + "\n ]"
        else:
            text = _written(value)
        fields.append(f"{_written(key)}: {text}")
    return "{\n " + ",\n ".join(fields) + "\n}\n"


def schema_text() -> str:
    """The JSON Schema of the document as indented JSON."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def read(path: str | Path) -> Document:
    """The document in a JSON file.

    Raises
    ------
    DataError
        When the file cannot be read, is not a result of mmon, or comes from a newer mmon.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "`mmon run` and `mmon compare` write one with --json"
        raise DataError(f"there is no file {str(path)!r}", hint=hint) from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not JSON: it is not a text in UTF-8") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {(error.strerror or '').lower()}") from None
    return parse(text, str(path))


def parse(text: str, source_name: str = "the result") -> Document:
    """The document in a JSON text.

    Raises
    ------
    DataError
        When the text is not a result of mmon, or comes from a newer mmon.
    """
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise DataError(f"{source_name} is not JSON: it is nested too deeply") from None
    except ValueError as error:
        raise DataError(f"{source_name} is not JSON: {error}") from None
    version = body.get("schema_version") if isinstance(body, dict) else None
    if type(version) is not int:
        hint = "`mmon run` and `mmon compare` write one with --json"
        raise DataError(f"{source_name} is not a result of mmon", hint=hint)
    if version != SCHEMA_VERSION:
        is_newer = version > SCHEMA_VERSION
        again = "make it again with this mmon, or draw it with the one that wrote it"
        raise DataError(
            f"{source_name} is a result of version {version}, and this mmon reads "
            f"{'up to' if is_newer else 'version'} {SCHEMA_VERSION}",
            hint="it was written by a newer mmon: upgrade this one" if is_newer else again,
        )
    try:
        return Document.from_dict(body)
    except MisfitError as misfit:
        raise DataError(f"{source_name} is not a whole result of mmon: {misfit}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"it has no {name}")


def _written(value: Any) -> str:
    """A value in one line; what a terminal would not show as it is has an escape."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_char, text))


def _char(char: str) -> str:
    return char if char.isprintable() else json.dumps(char)[1:-1]

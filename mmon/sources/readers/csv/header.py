"""Tells a header from a first row of data, which must not become the names of columns."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Sequence

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources.readers.csv.records import Record

_INTEGER = re.compile(r"[+-]?\d+")


def check_is_header(
    names: Sequence[str], rows: Sequence[Record], name: str, dataset: Dataset
) -> None:
    """See that a header is not a row like the first ones below it.

    Raises
    ------
    DataError
        When every name could be a value of its column, and some hardly can be anything else; where
        the configuration says ``has_header: true``, there is no doubt.
    """
    if "has_header" in dataset.model_fields_set or not rows or len(names) < 2:
        return
    columns = [_texts(rows, place) for place in range(len(names))]
    evidence = [_fits(name, texts) for name, texts in zip(names, columns, strict=True) if texts]
    numbers = [int(name) for name in names if _INTEGER.fullmatch(name)]
    # Columns that are named by numbers come in their order.
    is_sure = _SURELY in evidence or any(a >= b for a, b in itertools.pairwise(numbers))
    if is_sure and all(evidence):
        raise DataError(
            f"the header of {name!r} looks like a row of data: {', '.join(names)[:60]!r}",
            hint="for files without a header, set has_header: false (or true, if these are names)",
        )


_NOT, _PERHAPS, _SURELY = 0, 1, 2


def _texts(rows: Sequence[Record], place: int) -> list[str]:
    """The values of a column that are not missing."""
    fields = (row.fields[place] for row in rows if row.fields and place < len(row.fields))
    return [text for field in fields if (text := field.decode(errors="replace").strip())]


def _fits(name: str, texts: list[str]) -> int:
    """Whether a name could be, or must be, one of the values of its column."""
    text = name.strip()
    for parse in (float, datetime.datetime.fromisoformat):
        if _is_all(texts, parse):
            if not _is_all([text], parse):
                return _NOT
            # Years, and numbers of classes or bins, are names too.
            return _PERHAPS if _INTEGER.fullmatch(text) else _SURELY
    if texts.count(text) > 1:
        return _SURELY
    return _PERHAPS if text in texts or len(set(texts)) > len(texts) / 2 else _NOT


def _is_all(texts: list[str], parse: Callable[[str], object]) -> bool:
    try:
        return [parse(text) for text in texts] != []
    except ValueError:
        return False

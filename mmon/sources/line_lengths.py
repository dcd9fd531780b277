"""Refuses text files with a line so long that reading it as one row would take all memory."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO

from mmon.errors import DataError

MOST_LINE_BYTES = 1 << 26
"""A row of 64 MiB: a thousand times what the longest of documents take."""

_BLOCK_BYTES = 1 << 16


def check_line_lengths(path: str, name: str, *, most: int = MOST_LINE_BYTES) -> None:
    """See that no line of a local text file is too long.

    A longer line covers a whole stretch of half that length, so of a plain file only the begin of
    each such stretch is read. Gzip is read through; what is damaged is left to its reader to tell.

    Parameters
    ----------
    path : str
        Of a local file, plain or ``.gz``; any other is let pass.
    name : str
        What messages call it.
    most : int
        Bytes of the longest line allowed.

    Raises
    ------
    DataError
        When a line is longer.
    """
    if not Path(path).is_file():
        return
    if path.endswith(".gz"):
        with gzip.open(path, "rb") as unpacked:
            line = _first_longer(unpacked, most)
    elif not path.endswith(".zst"):
        with Path(path).open("rb") as file:
            # Only where there may be one, lines are counted, from the first on.
            line = _first_longer(file, most) if _may_have_longer(file, path, most) else None
    else:
        return
    if line is not None:
        raise DataError(
            f"line {line:,} of {name!r} is longer than {most / (1 << 20):,.4g} MiB",
            hint="a line is one row: check that lines end with a line feed, and quotes are closed",
        )


def _may_have_longer(file: BinaryIO, path: str, most: int) -> bool:
    """Whether some whole stretch of half the length allowed has no line end."""
    size, stretch = Path(path).stat().st_size, max(1, most // 2)
    has_end = (_has_line_end(file, at, stretch) for at in range(0, size - stretch, stretch))
    return size > most and not all(has_end)


def _has_line_end(file: BinaryIO, at: int, length: int) -> bool:
    file.seek(at)
    left = length
    while left > 0 and (block := file.read(min(left, _BLOCK_BYTES))):
        if b"\n" in block:
            return True
        left -= len(block)
    return False


def _first_longer(file: BinaryIO | gzip.GzipFile, most: int) -> int | None:
    """Number of the first line that is longer, from 1."""
    line, length = 1, 0
    try:
        file.seek(0)
        # A line inside of a block is shorter than that.
        while block := file.read(min(_BLOCK_BYTES, most)):
            first = block.find(b"\n")
            length += len(block) if first < 0 else first
            if length > most:
                return line
            if first >= 0:
                line += block.count(b"\n")
                length = len(block) - 1 - block.rfind(b"\n")
    except (OSError, EOFError, zlib.error):
        return None
    return None

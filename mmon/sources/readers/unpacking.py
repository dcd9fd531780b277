"""Makes a plain local file of text that is compressed or stands on an object store.

Types are found and rows are counted in several passes, which then read the same bytes.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mmon.errors import DataError
from mmon.sources.errors import reading
from mmon.sources.formats import PACKED, UNPACKING_ERRORS, packing
from mmon.sources.listing import Part
from mmon.sources.spool import kept, temporary


def as_plain_file(part: Part, storage_options: Mapping[str, Any]) -> Part:
    """The part itself when it is a plain local file, or a local copy of it.

    Raises
    ------
    DataError
        When it cannot be read, is damaged, or the copy has no room.
    """
    if not part.is_local:
        return _lines_copied(part, storage_options)
    path = Path(part.uri)
    with reading(part.name), path.open("rb") as file:
        head = file.read(6)
    packed = packing(head)
    if packed is None:
        return part
    opener = PACKED[packed]
    if opener is None:
        return _lines_copied(part, {})
    try:
        with opener(path) as source:
            return _local(part, kept(source, path.stem))
    except UNPACKING_ERRORS as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DataError(
                f"{part.name!r} cannot be unpacked: the disk is full", hint="free some space"
            ) from error
        raise DataError(
            f"{part.name!r} is compressed and cut off or damaged",
            hint="the file may have been written or copied only in part",
        ) from error


def _lines_copied(part: Part, storage_options: Mapping[str, Any]) -> Part:
    path = temporary(Path(part.uri).stem)
    with reading(part.name):
        lines = pl.scan_lines(part.uri, glob=False, storage_options=dict(storage_options) or None)
        lines.sink_csv(path, include_header=False, quote_style="never")
    return _local(part, path)


def _local(part: Part, path: Path) -> Part:
    return dataclasses.replace(part, uri=str(path), is_local=True)

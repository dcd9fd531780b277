"""Tells a file's format from its name, or from its first bytes."""

from __future__ import annotations

import bz2
import enum
import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mmon.errors import DataError


class Format(enum.StrEnum):
    """The formats of a dataset; the values are those of the ``format`` option."""

    PARQUET = "parquet"
    CSV = "csv"
    TSV = "tsv"
    NDJSON = "ndjson"
    IPC = "ipc"
    DELTA = "delta"
    """A folder with a log; found out, never an option."""


_SUFFIXES = {
    Format.PARQUET: (".parquet", ".pq"),
    Format.CSV: (".csv",),
    Format.TSV: (".tsv", ".tab"),
    Format.NDJSON: (".ndjson", ".jsonl", ".json"),
    Format.IPC: (".arrow", ".ipc", ".feather"),
}
_COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz")
TEXT_FORMATS = frozenset({Format.CSV, Format.TSV, Format.NDJSON})
READABLE = "mmon reads Parquet, CSV, TSV, NDJSON and Arrow IPC files"

# What compressed text begins with, and what opens it; None where only Polars does.
PACKED: Mapping[bytes, Callable[[Path], Any] | None] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": None,
}
UNPACKING_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError)
BOM = b"\xef\xbb\xbf"
_MAGIC = {b"PAR1": Format.PARQUET, b"PARE": Format.PARQUET, b"ARROW1": Format.IPC}
_ZIP, _UTF_16 = b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
_HINTS = {
    _ZIP: "save the sheet as CSV (UTF-8), or unpack the archive, for example with: unzip",
    **dict.fromkeys(_UTF_16, "convert it, for example with: iconv -f utf-16 -t utf-8"),
}
_FOREIGN = {
    _ZIP: "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"\x89HDF": "an HDF5 file",
    b"\xff\xff\xff\xff": "an Arrow IPC stream, not a file",
    b"FEA1": "a Feather file of version 1, not 2",
    **dict.fromkeys(_UTF_16, "UTF-16 text, not UTF-8"),
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml")
_HEAD_BYTES = 4096


def format_of_name(name: str) -> Format | None:
    """The format that a file name or URI announces, or None."""
    lowered = name.lower().split("?", 1)[0] if "://" in name else name.lower()
    for suffix in _COMPRESSIONS:
        lowered = lowered.removesuffix(suffix)
    return next((known for known, ends in _SUFFIXES.items() if lowered.endswith(ends)), None)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is about the data, such as _SUCCESS, _metadata or a checksum."""
    return name.startswith((".", "_")) or name.endswith(".crc")


def is_empty(path: Path) -> bool:
    """Whether a file holds nothing, or compressed nothing."""
    with path.open("rb") as file:
        return _unpacked(path, file.read(_HEAD_BYTES)) == b""


def packing(head: bytes) -> bytes | None:
    """What compressed data begins with, one of `PACKED`; None for what is not compressed."""
    return next((magic for magic in PACKED if head.startswith(magic)), None)


def format_of_file(path: Path, name: str, announced: Format | None, *, is_option: bool) -> Format:
    """The format of a local file: as announced when the content does not contradict it.

    Parameters
    ----------
    path : Path
        Where the file is.
    name : str
        What the user calls it.
    announced : Format or None
        The format by option or suffix.
    is_option : bool
        Whether the user named the format.

    Raises
    ------
    DataError
        When the file is empty, of a foreign format, or of another format than announced.
    """
    with path.open("rb") as file:
        raw = file.read(_HEAD_BYTES)
    if not raw:
        raise DataError(f"{name!r} is empty (0 bytes)", hint="was it written to the end?")
    packed, head = packing(raw), _unpacked(path, raw) or b""
    found = next((known for magic, known in _MAGIC.items() if head.startswith(magic)), None)
    if found is None:
        _check_is_known(head, name)
    elif packed is not None:
        raise DataError(
            f"{name!r} is a compressed {_TITLES[found]} file",
            hint="unpack it: the format compresses its columns itself",
        )
    if announced is None:
        return found or _text_format(head, name)
    is_binary = announced not in TEXT_FORMATS
    if (found is not None and found != announced) or (found is None and is_binary):
        actual = f"it is {_TITLES[found]}" if found else "its first bytes say otherwise"
        raise DataError(
            f"{name!r} is not {_TITLES[announced]}: {actual}",
            hint="correct the format option" if is_option else "rename it or set the format option",
        )
    if packed is not None and head.startswith(tuple(PACKED)):
        raise DataError(f"{name!r} is compressed twice", hint="unpack it once")
    if announced in (Format.CSV, Format.TSV) and head.lstrip().startswith((b'{"', b"[{")):
        raise DataError(
            f"{name!r} is not {_TITLES[announced]}: it is JSON",
            hint="set the format option to ndjson, or turn an array into lines with: jq -c '.[]'",
        )
    if not is_binary and b"\0" in head:
        raise DataError(
            f"{name!r} holds NUL bytes: it is UTF-16 text, not UTF-8, or damaged",
            hint="convert it, for example with: iconv -f utf-16le -t utf-8",
        )
    if announced == Format.NDJSON and head.removeprefix(BOM).lstrip().startswith(b"["):
        raise DataError(
            f"{name!r} is one JSON array, not an object a line",
            hint="turn it into lines with: jq -c '.[]'",
        )
    return announced


_TITLES = {
    Format.PARQUET: "Parquet",
    Format.CSV: "CSV",
    Format.TSV: "TSV",
    Format.NDJSON: "NDJSON",
    Format.IPC: "Arrow IPC",
    Format.DELTA: "a Delta table",
}


def _check_is_known(head: bytes, name: str) -> None:
    if head.lstrip()[:9].lower().startswith(_MARKUP):
        raise DataError(
            f"{name!r} is an HTML or XML page, not data", hint="was it saved from an error page?"
        )
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise DataError(f"{name!r} is {what}", hint=_HINTS.get(magic, READABLE))


def _unpacked(path: Path, raw: bytes) -> bytes | None:
    """The first bytes, of a compressed file those of what it holds; None where that is unknown."""
    packed = packing(raw)
    opener = None if packed is None else PACKED[packed]
    try:
        if opener is not None:
            with opener(path) as file:
                return bytes(file.read(_HEAD_BYTES))
    except UNPACKING_ERRORS:
        return None
    return raw if packed is None else None


def _text_format(head: bytes, name: str) -> Format:
    text = head.removeprefix(BOM).lstrip()
    if b"\x00" not in text:
        if text.startswith(b"{"):
            return Format.NDJSON
        first = text.split(b"\n", 1)[0]
        if b"\t" in first and b"," not in first:
            return Format.TSV
        if b"," in first:
            return Format.CSV
    raise DataError(f"the format of {name!r} is not recognised", hint="set the format option")

"""Tells a file's format from its name, or from its first bytes."""

from __future__ import annotations

import enum
import gzip
import zlib
from pathlib import Path

from mmon.errors import DataError


class Format(enum.StrEnum):
    """The formats of a dataset; the values are those of the ``format`` option."""

    PARQUET = "parquet"
    CSV = "csv"
    TSV = "tsv"
    NDJSON = "ndjson"
    IPC = "ipc"


SUFFIXES = {
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".json": Format.NDJSON,
    ".arrow": Format.IPC,
    ".ipc": Format.IPC,
    ".feather": Format.IPC,
}
COMPRESSIONS = (".gz", ".zst")
TEXT_FORMATS = frozenset({Format.CSV, Format.TSV, Format.NDJSON})
READABLE = "mmon reads Parquet, CSV, TSV, NDJSON and Arrow IPC files"

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BOM = b"\xef\xbb\xbf"
_MAGIC = {b"PAR1": Format.PARQUET, b"PARE": Format.PARQUET, b"ARROW1": Format.IPC}
_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"\x89HDF": "an HDF5 file",
    b"\xff\xff\xff\xff": "an Arrow IPC stream, not a file",
    b"FEA1": "a Feather file of version 1, not 2",
    b"\xff\xfe": "UTF-16 text, not UTF-8",
    b"\xfe\xff": "UTF-16 text, not UTF-8",
}
_HEAD_BYTES = 4096


def format_of_name(name: str) -> Format | None:
    """The format that a file name or URI announces, or None."""
    lowered = name.lower().split("?", 1)[0] if "://" in name else name.lower()
    for suffix in COMPRESSIONS:
        lowered = lowered.removesuffix(suffix)
    return next((known for suffix, known in SUFFIXES.items() if lowered.endswith(suffix)), None)


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
    raw = _head(path)
    if not raw:
        raise DataError(f"{name!r} is empty (0 bytes)", hint="was it written to the end?")
    is_compressed = raw.startswith((_GZIP, _ZSTD))
    head = _decompressed(raw)
    found = next((known for magic, known in _MAGIC.items() if head.startswith(magic)), None)
    if found is None:
        foreign = next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None)
        if foreign is not None:
            raise DataError(f"{name!r} is {foreign}", hint=READABLE)
    if found is not None and is_compressed:
        raise DataError(
            f"{name!r} is a compressed {_TITLES[found]} file",
            hint="unpack it: the format compresses its columns itself",
        )
    if announced is None:
        return found or _text_format(head, name, is_readable=not raw.startswith(_ZSTD))
    is_binary = announced not in TEXT_FORMATS
    if (found is not None and found != announced) or (found is None and is_binary):
        actual = f"it is {_TITLES[found]}" if found else "its first bytes say otherwise"
        raise DataError(
            f"{name!r} is not {_TITLES[announced]}: {actual}",
            hint="correct the format option" if is_option else "rename it or set the format option",
        )
    if announced == Format.NDJSON:
        _check_ndjson(head, name)
    return announced


_TITLES = {
    Format.PARQUET: "Parquet",
    Format.CSV: "CSV",
    Format.TSV: "TSV",
    Format.NDJSON: "NDJSON",
    Format.IPC: "Arrow IPC",
}


def _check_ndjson(head: bytes, name: str) -> None:
    if head.lstrip().startswith(b"["):
        raise DataError(
            f"{name!r} is one JSON array, not an object a line",
            hint="turn it into lines with: jq -c '.[]'",
        )
    if head.startswith(_BOM):
        raise DataError(
            f"{name!r} begins with a byte order mark, which JSON does not allow",
            hint="remove its first three bytes: tail -c +4",
        )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _decompressed(head: bytes) -> bytes:
    """The first bytes of what a gzip holds, or of what is not a gzip as they are."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(head)
    except (zlib.error, gzip.BadGzipFile):
        return head


def _text_format(head: bytes, name: str, *, is_readable: bool) -> Format:
    text = head.removeprefix(_BOM).lstrip()
    if is_readable and b"\x00" not in text:
        if text.startswith(b"{"):
            return Format.NDJSON
        first = text.split(b"\n", 1)[0]
        if b"\t" in first and b"," not in first:
            return Format.TSV
        if b"," in first:
            return Format.CSV
    raise DataError(f"the format of {name!r} is not recognised", hint="set the format option")

"""Tells a local file's format from its first bytes, and what no format of mmon is."""

from __future__ import annotations

from pathlib import Path

from mmon.errors import DataError
from mmon.sources.formats import Format, known, readable
from mmon.sources.packing import head_of, is_packed

BOM = b"\xef\xbb\xbf"
_UTF_16 = ("UTF-16 text, not UTF-8", "convert it, for example with: iconv -f utf-16 -t utf-8")
# What files of no use begin with, what they are, and what to do with them.
_FOREIGN: dict[bytes, tuple[str, str | None]] = {
    b"PK\x03\x04": (
        "an Excel workbook or a ZIP archive",
        "save the sheet as CSV (UTF-8), or unpack the archive, for example with: unzip",
    ),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", None),
    b"%PDF": ("a PDF document", None),
    b"SQLite format 3": ("a SQLite database", None),
    b"Obj\x01": ("an Avro file", None),
    b"ORC": ("an ORC file", None),
    b"\x89HDF": ("an HDF5 file", None),
    b"\xff\xff\xff\xff": ("an Arrow IPC stream, not a file", None),
    b"FEA1": ("a Feather file of version 1, not 2", None),
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml")


def is_empty(path: Path) -> bool:
    """Whether a file holds nothing, or compressed nothing."""
    return head_of(path)[1] == b""


def format_of_file(path: Path, name: str, announced: Format | None, *, is_option: bool) -> Format:
    """The format of a local file: as announced, by its name or by the user's option, when the
    content does not contradict that.

    Raises
    ------
    DataError
        When the file is empty, of a foreign format, or of another format than announced.
    """
    raw, inner = head_of(path)
    if not raw:
        raise DataError(f"{name!r} is empty (0 bytes)", hint="was it written to the end?")
    head = inner or b""
    found = next((one for one in known().values() if head.startswith(one.MAGIC)), None)
    if found is None:
        _check_is_known(head, name)
    elif is_packed(raw):
        raise DataError(
            f"{name!r} is a compressed {found.TITLE} file",
            hint="unpack it: the format compresses its columns itself",
        )
    if announced is None:
        return found or _text_format(head, name)
    if found is not announced and (found is not None or not announced.is_text):
        actual = f"it is {found.TITLE}" if found else "its first bytes say otherwise"
        raise DataError(
            f"{name!r} is not {announced.TITLE}: {actual}",
            hint="correct the format option" if is_option else "rename it or set the format option",
        )
    if announced.is_text:
        _check_text(head, name, announced, is_packed_once=is_packed(raw))
    return announced


def _check_text(head: bytes, name: str, announced: Format, *, is_packed_once: bool) -> None:
    if is_packed_once and is_packed(head):
        raise DataError(f"{name!r} is compressed twice", hint="unpack it once")
    refusal = announced.refusal(head, name)
    if refusal is not None:
        raise refusal
    if b"\0" in head:
        raise DataError(
            f"{name!r} holds NUL bytes: it is UTF-16 text, not UTF-8, or damaged",
            hint="convert it, for example with: iconv -f utf-16le -t utf-8",
        )


def _check_is_known(head: bytes, name: str) -> None:
    if head.lstrip()[:9].lower().startswith(_MARKUP):
        raise DataError(
            f"{name!r} is an HTML or XML page, not data", hint="was it saved from an error page?"
        )
    for magic, (what, hint) in _FOREIGN.items():
        if head.startswith(magic):
            raise DataError(f"{name!r} is {what}", hint=hint or readable())


def _text_format(head: bytes, name: str) -> Format:
    text = head.removeprefix(BOM).lstrip()
    found = next((one for one in known().values() if one.resembles(text)), None)
    if found is None or b"\0" in text:
        raise DataError(f"the format of {name!r} is not recognised", hint="set the format option")
    return found

"""What a working process leaves for the one that watches it, which has to explain its end.

The command line works in a process of its own (see `mmon.cli.supervision`). In any other process,
such as a notebook, there is no witness, and all of this does nothing but remember what to clean up.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER_PREFIX = "mmon-"
"""How the name of a temporary folder begins; no other folder is ever removed."""

_PAGE_BYTES = 1 << 16
_NAME = slice(2, 2050)
_LENGTH = slice(2050, 2052)
_LEFTOVERS = slice(2052, _PAGE_BYTES)

# Shared with the other process: the exit status plus one, whether a breach was found, the name of
# what is being read, and paths to remove with the number of their bytes.
_page: memoryview | None = None
# What libraries write to standard error: the end to read from, and what came out of it.
_voices: int | None = None
_heard = bytearray()
# Files and folders that are of no use once the process has ended.
_leftovers: list[Path] = []


def open_page() -> int:
    """Begin to share, before the fork; the descriptor to be the worker's standard error.

    Libraries write to it. It never blocks: what nobody has read by then is lost.
    """
    import mmap  # here, because a process without a witness needs none

    global _page, _voices  # noqa: PLW0603  # one process has one witness
    _page = memoryview(mmap.mmap(-1, _PAGE_BYTES))
    _voices, voice = os.pipe()
    for descriptor in (_voices, voice):
        os.set_blocking(descriptor, False)
    return voice


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Leave word of what is being read."""
    before = what()
    _write(_NAME, name.encode("utf-8", "replace"))
    try:
        yield
    finally:
        _write(_NAME, before.encode())


def what() -> str:
    """The name of what is, or was last, being read; empty when it is nothing."""
    return _read(_NAME).split(b"\0", 1)[0].decode("utf-8", "ignore")


def find_breach() -> None:
    """Leave word that a breach was found, which no later failure changes."""
    if _page is not None:
        _page[1] = 1


def has_breach() -> bool:
    return _page is not None and _page[1] == 1


def confirm(status: int) -> None:
    """Leave word that the process ends as it means to."""
    if _page is not None:
        _page[0] = status + 1


def confirmed() -> int | None:
    """The exit status that the process meant to end with, if it came to that."""
    return None if _page is None or _page[0] == 0 else _page[0] - 1


def hears_panic() -> bool:
    """Whether a thread of a library panicked since this was asked last: Polars then goes on as if
    the data had ended."""
    _heard.clear()
    return b"panicked at" in heard()


def heard() -> bytes:
    """What libraries wrote to standard error; shown as well when MMON_DEBUG asks for it."""
    if _voices is not None:
        with contextlib.suppress(OSError):
            new = os.read(_voices, _PAGE_BYTES)
            _heard.extend(new)
            if new and is_debugging() and sys.stderr is not None:
                sys.stderr.write(new.decode("utf-8", "replace"))
    return bytes(_heard)


def is_debugging() -> bool:
    """Whether whoever runs this wants to see what only a developer understands."""
    return bool(os.environ.get("MMON_DEBUG"))


def owe(path: Path) -> None:
    """Have a file or folder removed when the process ends, however it ends."""
    _leftovers.append(path)
    _share_leftovers()


def settle(path: Path) -> None:
    """A file or folder is removed, or in its place."""
    with contextlib.suppress(ValueError):
        _leftovers.remove(path)
    _share_leftovers()


def clean_up() -> None:
    """Remove what this process, or the one it watched, has not removed itself."""
    for path in dict.fromkeys((*_leftovers, *_shared_leftovers())):
        if path.is_dir() and path.name.startswith(FOLDER_PREFIX):
            import shutil  # here, because `mmon --help` leaves nothing behind

            shutil.rmtree(path, ignore_errors=True)
            continue
        with contextlib.suppress(OSError):
            path.unlink()
    _leftovers.clear()
    _share_leftovers()


def _share_leftovers() -> None:
    # Absolute: the other process may be in another folder by then. Whole paths or none: the
    # beginning of a path is another path.
    names = b""
    for path in _leftovers:
        name = os.fsencode(path.absolute()) + b"\0"
        if len(names) + len(name) < _LEFTOVERS.stop - _LEFTOVERS.start:
            names += name
    _write(_LENGTH, b"")  # nothing counts that a crash leaves half-written
    _write(_LEFTOVERS, names)
    _write(_LENGTH, len(names).to_bytes(2, "little"))


def _shared_leftovers() -> list[Path]:
    names = _read(_LEFTOVERS)[: int.from_bytes(_read(_LENGTH), "little")]
    return [Path(os.fsdecode(name)) for name in names.split(b"\0") if name]


def _write(place: slice, data: bytes) -> None:
    if _page is not None:
        # All of the place: what stood there before may have been longer.
        room = place.stop - place.start
        _page[place] = data[:room].ljust(room, b"\0")


def _read(place: slice) -> bytes:
    return b"" if _page is None else bytes(_page[place])

"""Sees that files stay as they are while a run reads them, which takes it several passes."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from pathlib import Path

from mmon.errors import DataError, MmonError

_Stamp = tuple[int, int, int] | None
_watched: contextvars.ContextVar[dict[Path, tuple[str, _Stamp]] | None] = contextvars.ContextVar(
    "watched", default=None
)


def watch(path: Path, name: str) -> None:
    """Have the `unchanged` around this see that a file stays as it is now."""
    watched = _watched.get()
    if watched is not None:
        watched.setdefault(path, (name, _stamp(path)))


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """What is read inside must be the same at the end.

    Raises
    ------
    DataError
        When a file has changed, also in the place of what went wrong because of that.
    """
    watched: dict[Path, tuple[str, _Stamp]] = {}
    before = _watched.set(watched)
    try:
        yield
    except MmonError as error:
        _check(watched, error)
        raise
    finally:
        _watched.reset(before)
    _check(watched, None)


def _check(watched: dict[Path, tuple[str, _Stamp]], cause: MmonError | None) -> None:
    for path, (name, stamp) in watched.items():
        if _stamp(path) != stamp:
            raise DataError(
                f"{name!r} changed while it was read",
                hint="run again when nobody writes it, or with a copy of it",
            ) from cause


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

"""Sees that files stay as they are while a run reads them, which takes it several passes."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from pathlib import Path

from mmon.errors import DataError, MmonError
from mmon.sources.spool import own_downloads

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
    """What is read inside must be the same at the end; web servers are asked once.

    Raises
    ------
    DataError
        When a file has changed, also in the place of what went wrong because of that.
    """
    if _watched.get() is not None:
        yield  # a part of a run: its end is the run's
        return
    watched: dict[Path, tuple[str, _Stamp]] = {}
    before = _watched.set(watched)
    with own_downloads():
        try:
            yield
            _check(watched, None)
        except MmonError as error:
            _check(watched, error)
            raise
        finally:
            _watched.reset(before)


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

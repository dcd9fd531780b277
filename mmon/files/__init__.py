"""Writes files whole or not at all: an interrupted run leaves no half-written output."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from mmon.errors import MmonError, OutputError
from mmon.files import witness

_DESCRIPTORS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")
_PROCESSES = "/proc/"
# Systems follow no more links than this.
_LONGEST_CHAIN = 40


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well.

    A link stays a link: what it names is replaced.

    Raises
    ------
    OutputError
        When the file cannot be written there.
    """
    import tempfile  # here, because `mmon --help` imports this file and writes nothing

    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if _is_kept(path):
            raise OSError(errno.EINVAL, "it is no file, and cannot be replaced")
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name[:64]}.", delete=False
        ) as file:
            temporary = Path(file.name)
        witness.owe(temporary)
        try:
            yield temporary
            # The mode that the user's umask gives, not the private one of a temporary file.
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
            witness.settle(temporary)
    except MmonError:
        raise
    except Exception as error:  # of any renderer's library; what is unknown is raised again
        why = _why(error)
        if why is None:
            raise
        raise _unwritable(path, why) from error


def check_place(path: Path) -> None:
    """See that a file could be written, before the work of which it is the result.

    Raises
    ------
    OutputError
        When its folder is not there or may not be written, or the path is that of a folder.
    """
    if descriptor(path) is not None or _is_kept(path):
        return
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not stat.S_ISDIR(target.parent.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _unwritable(path, _why(error)) from error


def make_folder(path: Path) -> None:
    """See that a folder is there, in one that is; `OutputError` where it cannot be made."""
    try:
        path.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise _unwritable(path, _why(error) or "that is no path") from error


def _unwritable(path: Path, why: str | None) -> OutputError:
    hint = "check that the folder exists, may be written and has room"
    return OutputError(f"cannot write {path}: {why}", hint=hint)


def write(path: Path, content: str | bytes) -> None:
    """Write bytes or UTF-8 text, whole or not at all; what is no file, such as a pipe, is written
    to.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    data = encoded(content)
    try:
        number = descriptor(path)
        if number is not None:
            pour(opened(number), data)
        elif _is_kept(path):
            with path.open("ab") as file:  # another process may have written to it before
                file.write(data)
        else:
            with replacing(path) as temporary:
                temporary.write_bytes(data)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_why(error)}") from error


def descriptor(path: str | Path) -> int | None:
    """The open descriptor that a path names: 1 for /dev/stdout, and for every link to it.

    Such a path leads on to the file that is open, if it is one, which must not be replaced: whoever
    opened it would not see what is written.
    """
    known = {os.path.realpath(folder) for folder in _DESCRIPTORS}
    named = (name for folder, name in _ways(path) if name.isdigit() and folder in known)
    return next(map(int, named), None)


def _ways(path: str | Path) -> Iterator[tuple[str, str]]:
    """The folder and the name of a path, and of every link that it leads through."""
    place = os.path.abspath(path)  # noqa: PTH100  # resolves no link
    for _ in range(_LONGEST_CHAIN):
        folder, name = os.path.split(place)
        folder = os.path.realpath(folder)
        yield folder, name
        try:
            place = os.path.join(folder, os.readlink(os.path.join(folder, name)))  # noqa: PTH115, PTH118
        except (OSError, ValueError):  # it is no link, or no path
            return


def opened(number: int) -> int:
    """The descriptor to use for one that a path names; an OSError when whoever started the process
    opened none of that number."""
    is_closed = number == 2 and sys.stderr is None
    if is_closed or not os.get_inheritable(number):  # what Python opens is not inheritable
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if number == 2:  # standard error may be kept apart from that of libraries
        with contextlib.suppress(OSError, ValueError):  # in a notebook, it is no file
            return sys.stderr.fileno()
    return number


def pour(number: int, data: bytes) -> None:
    """Write all of the data to a descriptor, which may take it in parts and have one wait."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(number, rest) :]
        except BlockingIOError:
            import select  # here, because few descriptors do not block

            room = select.poll()
            room.register(number, select.POLLOUT)
            room.poll()


def is_path(text: str) -> bool:
    """Whether a text can be a path at all."""
    try:
        return b"\0" not in os.fsencode(text) and text != ""
    except UnicodeEncodeError:
        return False


def is_file_or_new(path: str) -> bool:
    """Whether a path can be that of a file: it is one, or nothing is there yet."""
    if not is_path(path) or not Path(path).name:
        return False
    return not (os.path.isdir(path) or _is_kept(Path(path)))  # noqa: PTH112  # of a path that is too long, too


def encoded(content: str | bytes) -> bytes:
    """Text as UTF-8; bytes of file names that are no text become escapes."""
    return content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")


def remove(path: Path) -> None:
    """Remove an old output, so that nobody reads it as the result of a run that failed.

    Raises
    ------
    OutputError
        When it is there and cannot be removed.
    """
    try:
        if not _is_kept(path):
            Path(os.path.realpath(path)).unlink(missing_ok=True)
    except NotADirectoryError:
        pass
    except OSError as error:
        what = f"cannot replace {path}: {_why(error)}"
        raise OutputError(what, hint="name another file") from error


def _is_kept(path: Path) -> bool:
    """Whether a path is there to be written to, and never to be removed or replaced.

    It is neither file nor folder, such as /dev/null or a pipe, or it leads to what a process has
    opened, which that process would go on using.
    """
    if any(f"{folder}/".startswith(_PROCESSES) for folder, _ in _ways(path)):
        return True
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        return False


def _why(error: Exception) -> str | None:
    """What the system said, to Python or to a library; None when it was not the system."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    said = re.search(r"\(os error (\d+)\)", str(error))
    return os.strerror(int(said[1])).lower() if said else None

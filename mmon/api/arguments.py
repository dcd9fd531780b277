"""What Python users hand over in the place of paths and sections, of the right type or not."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mmon import sources
from mmon.comparison import sides
from mmon.errors import DataError, MmonError
from mmon.profiles.table import Profile

IN_MEMORY = "(in memory)"
_POLARS = str(Path(pl.__file__).parent)


def inputs(reference: Any, production: Any) -> sides.Inputs:
    """Both sides of a comparison, as far as they are in memory."""
    given = reference if isinstance(reference, Profile) else data_of(reference)
    return sides.Inputs(given, data_of(production))


def path(data: Any) -> Any:
    """The configuration's ``path`` of an argument; frames have none."""
    if isinstance(data, str | Path):
        return str(data)
    if isinstance(data, Sequence):
        wrong = next((one for one in data if not isinstance(one, str | Path)), None)
        if wrong is not None:
            raise DataError(f"a list of data holds a {type(wrong).__name__}, which is no path")
        return [str(path) for path in data]
    return IN_MEMORY


def given(keys: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that are not None, their mappings and sequences as a file would give them.

    What is of a wrong type is handed on as it is: the configuration says what belongs there.
    """
    return {key: _plain(value) for key, value in keys.items() if value is not None}


def _plain(argument: Any) -> Any:
    if isinstance(argument, Mapping):
        return dict(argument)
    is_list = isinstance(argument, Sequence) and not isinstance(argument, str)
    return list(argument) if is_list else argument


def data_of(data: Any) -> sources.Data | None:
    """An in-memory argument as data; None for paths, which the pipeline opens."""
    if isinstance(data, str | Path | Sequence):
        return None
    try:
        return sources.open_table(data)
    except (MmonError, MemoryError):
        raise
    except Exception as error:  # of any library whose table it is
        raise _unreadable(f"the {type(data).__name__}", error) from error


@contextlib.contextmanager
def reading(*given: Any) -> Iterator[None]:
    """Code of the caller's runs where Polars reads a LazyFrame: its failures are the data's."""
    try:
        yield
    except (MmonError, MemoryError):
        raise
    except Exception as error:  # of the caller's code, else raised again
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        is_read = any(file.startswith(_POLARS) for file in files)
        if not (is_read and any(isinstance(one, pl.LazyFrame) for one in given)):
            raise
        raise _unreadable("a Polars LazyFrame", error) from error


def _unreadable(what: str, error: Exception) -> DataError:
    words = f"{type(error).__name__}: {error}".partition("\n")[0]
    return DataError(f"{what} cannot be read: {words}")

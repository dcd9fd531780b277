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
from mmon.config.keys import options
from mmon.config_file.settable import Setting, in_lower_case, levels_of, put
from mmon.errors import ConfigError, DataError, MmonError
from mmon.profiles.table import Profile

IN_MEMORY = "(in memory)"
_SIDES = ("reference", "production", "labels")
_POLARS = str(Path(pl.__file__).parent)


def body_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that arguments stand for; those that are None are not given.

    An argument is the key of its name: of the configuration itself, or the one of a section that
    an option of the command line sets. What is of a wrong type is handed on as it is: the
    configuration says what belongs there.
    """
    keys = [key for of_option in options().values() for key in of_option]
    body: dict[str, Any] = {}
    # Sections first: what an argument sets in one is put into it.
    given = {
        name: _plain(value)
        for name, value in arguments.items()
        # Nothing in the place of data is no data.
        if value is not None or name in _SIDES[:2]
    }
    inner = {key.name for key in keys if len(key.path) > 1 and key.name not in _SIDES}
    for name in sorted(given, key=lambda name: name in inner):
        if name == "thresholds":
            _put_levels(body, given[name])
            continue
        named = [key for key in keys if key.name == name and name in inner]
        value = given[name]
        if isinstance(value, list) and any(key.option and key.option.is_metric for key in named):
            value = [in_lower_case(one) for one in value]
        for path in [key.path for key in named] or [(name,)]:
            if name in _section(body, path[:-1]):
                hint = f"leave one of them out: {path[0]} has a {name}, too"
                raise ConfigError(f"{name} is given twice", hint=hint)
            put(body, path, value)
    return body


def _put_levels(body: dict[str, Any], thresholds: Any) -> None:
    if not isinstance(thresholds, Mapping):
        put(body, ("analyses", "data_drift", "thresholds"), thresholds)
        return
    for name, levels in thresholds.items():
        put(body, *levels_of(name, _plain(levels)))


def _section(body: Any, path: Sequence[str]) -> Mapping[str, Any]:
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body if path and isinstance(body, Mapping) else {}


def over(given: Mapping[str, Any]) -> list[Setting]:
    """What datasets that are given beside a configuration set in it."""
    return [
        Setting((name,) if isinstance(data, Mapping) else (name, "path"), data, "argument")
        for name, data in given.items()
        if data is not None
    ]


def parted(body: Mapping[str, Any]) -> tuple[dict[str, Any], sides.Inputs]:
    """A configuration with paths alone, and the data in memory that stands in it instead of some.

    `DataError` where what should be a dataset is none.
    """
    plain = dict(body)
    found: dict[str, Any] = {}
    for name in _SIDES:
        section = body.get(name)
        if name not in body or (section is None and name == "labels"):
            continue
        section = dict(section) if isinstance(section, Mapping) else {"path": section}
        if "path" in section:
            data = section["path"]
            is_profile = name == "reference" and isinstance(data, Profile)
            found[name] = data if is_profile else _data_of(data)
            section["path"] = _path(data)
        plain[name] = section
    return plain, sides.Inputs(**found)


def _path(data: Any) -> Any:
    """The configuration's ``path`` of an argument; frames have none."""
    if isinstance(data, str | Path):
        return str(data)
    if isinstance(data, Sequence):
        wrong = next((one for one in data if not isinstance(one, str | Path)), None)
        if wrong is not None:
            raise DataError(f"a list of data holds a {type(wrong).__name__}, which is no path")
        return [str(path) for path in data]
    return IN_MEMORY


def _plain(argument: Any) -> Any:
    if isinstance(argument, Mapping):
        return dict(argument)
    is_list = isinstance(argument, Sequence) and not isinstance(argument, str)
    return list(argument) if is_list else argument


def _data_of(data: Any) -> sources.Data | None:
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
def reading(given: Mapping[str, Any]) -> Iterator[None]:
    """Code of the caller's runs where Polars reads a LazyFrame: its failures are the data's."""
    parts = (one.values() if isinstance(one, Mapping) else (one,) for one in given.values())
    is_lazy = any(isinstance(data, pl.LazyFrame) for part in parts for data in part)
    try:
        yield
    except (MmonError, MemoryError):
        raise
    except Exception as error:  # of the caller's code, else raised again
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        is_read = any(file.startswith(_POLARS) for file in files)
        if not (is_read and is_lazy):
            raise
        raise _unreadable("a Polars LazyFrame", error) from error


def _unreadable(what: str, error: Exception) -> DataError:
    words = f"{type(error).__name__}: {error}".partition("\n")[0]
    return DataError(f"{what} cannot be read: {words}")

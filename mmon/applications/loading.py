"""Finds the application that a configuration names: in a file, a package, or by its short name."""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from mmon import discovery
from mmon.applications.tracking import Application, FunctionApplication, named_as, page_of
from mmon.errors import INTERRUPTS, ConfigError, closest
from mmon.texts.redaction import masked

_READY = "mmon.applications.ready"
_HOW = "write pkg.module:MyApp, or apps/my_app.py:MyApp"


def ready() -> tuple[str, ...]:
    """The names of the applications that need no place: mmon's own and those of packages."""
    return discovery.names_in(_READY)


def name_in(place: str) -> str:
    """The name of an application whose configuration says only where it is.

    Examples
    --------
    >>> name_in("apps/refunds.py:RefundRate"), name_in("histogram_data_drift")
    ('refund-rate', 'histogram-data-drift')
    """
    return named_as(place.rpartition(":")[2].rpartition("/")[2].removesuffix(".py"))


def load(place: str, args: Mapping[str, Any] | None = None) -> Application:
    """The application at a place, made with its arguments.

    Raises
    ------
    ConfigError
        When there is none, it cannot be imported, or does not take the arguments.
    """
    found, given = _found(place), dict(args or {})
    if isinstance(found, Application):
        if given:
            raise ConfigError(f"{place!r} is a function, which takes no args")
        return found
    if inspect.isabstract(found):
        lacks = ", ".join(sorted(found.__abstractmethods__))
        raise ConfigError(f"{place!r} has no {lacks}", hint="define do_tracking(self, context)")
    try:
        inspect.signature(found).bind(**given)
    except TypeError as error:
        known = ", ".join(inspect.signature(found).parameters) or "none"
        raise ConfigError(f"{place!r}: args: {error}", hint=f"it takes: {known}") from None
    try:
        return found(**given)
    except INTERRUPTS:
        raise
    except BaseException as error:  # whatever the code of a user does
        raise ConfigError(f"{place!r} cannot be made: {_told(error)}") from error


def manual(name: str) -> str | None:
    """The manual page of an application by its short name; None where there is none."""
    if name not in ready():
        return None
    found = _found(name)
    return page_of(found) if isinstance(found, Application) else inspect.getdoc(found)


def _found(place: str) -> type[Application] | FunctionApplication:
    if place.endswith(".py"):
        return _only(_of_file(place), place)
    where, colon, name = place.rpartition(":")
    if not colon:
        return _ready(place)
    module = _of_file(where) if where.endswith(".py") else _of_package(where)
    found = getattr(module, name, None)
    if found is None:
        known = [one for one, value in vars(module).items() if _is_application(value)]
        raise ConfigError(f"{where} has no {name!r}", hint=closest(name, known))
    if not _is_application(found):
        raise ConfigError(
            f"{place!r} is no application",
            hint="derive the class from mmon.Application, or decorate the function with"
            " @mmon.application",
        )
    return found  # type: ignore[no-any-return]  # as was just looked at


def _is_application(value: object) -> bool:
    if isinstance(value, type):
        return issubclass(value, Application) and value not in (Application, FunctionApplication)
    return isinstance(value, FunctionApplication)


def _ready(name: str) -> type[Application] | FunctionApplication:
    if name not in ready():
        raise ConfigError(f"there is no application {name!r}", hint=closest(name, ready(), _HOW))
    module = discovery.module(_READY, name)
    return _only(module, module.__name__)


def _only(module: ModuleType, where: str) -> type[Application] | FunctionApplication:
    own = {
        name: value
        for name, value in vars(module).items()
        if _is_application(value) and value.__module__ == module.__name__
    }
    if len(own) != 1:
        told = f"{len(own)} applications" if own else "no application"
        hint = f"name one: {where}:{next(iter(own))}" if own else "see mmon app new"
        raise ConfigError(f"{where} holds {told}", hint=hint)
    found: type[Application] | FunctionApplication = next(iter(own.values()))
    return found


def _of_package(where: str) -> ModuleType:
    _look_in(Path.cwd())
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{where}.".startswith(f"{error.name}."):
            raise ConfigError(f"there is no module {where!r}", hint=_HOW) from None
        raise _broken(where, error) from error
    except INTERRUPTS:
        raise
    except BaseException as error:  # whatever the code of a user does
        raise _broken(where, error) from error


@functools.cache
def _of_file(where: str) -> ModuleType:
    path = Path(where).resolve()
    if not path.is_file():
        raise ConfigError(f"there is no file {where!r}", hint=_HOW)
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    # Two files of the same name are two modules.
    name = f"mmon_application_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{where!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    # What stands beside it can be imported, as from a script.
    _look_in(path.parent)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except INTERRUPTS:
        raise
    except BaseException as error:  # whatever the code of a user does
        del sys.modules[name]
        raise _broken(where, error) from error
    return module


def _look_in(folder: Path) -> None:
    """Import from a folder, too, after all others: it must not hide a library."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _broken(where: str, error: BaseException) -> ConfigError:
    return ConfigError(f"{where} cannot be imported: {_told(error)}", hint=f"try: python {where}")


def _told(error: BaseException) -> str:
    """An exception of a user's code in one line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return masked(f"{name}: {text}" if text else name)[:500]

"""Finds the folders that are data and not code, in a checkout as in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mmon.errors import MmonError

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["templates", "configs"]) -> Path:
    """The folder ``name``: inside the package when installed, beside it in a checkout.

    Raises
    ------
    MmonError
        When neither exists: the installation is not whole.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise MmonError(
        f"the folder {name!r} of mmon is missing",
        hint="the installation is damaged: install mmon again",
    )

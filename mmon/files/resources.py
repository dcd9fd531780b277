"""Finds the folder of the HTML report's templates, in a checkout as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from mmon.errors import MmonError

_PACKAGE = Path(__file__).resolve().parents[1]


def templates() -> Path:
    """Their folder: inside the package when installed, beside it in a checkout.

    Raises
    ------
    MmonError
        When neither exists: the installation is not whole.
    """
    for place in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if place.is_dir():
            return place
    raise MmonError(
        "the folder 'templates' of mmon is missing",
        hint="the installation is damaged: install mmon again",
    )

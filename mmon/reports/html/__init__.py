"""The HTML report: one file that needs no network, no server and no JavaScript to be read."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from mmon.errors import MmonError
from mmon.reports.html.page import page as laid_out
from mmon.results import Document
from mmon.texts.screen import safe_lines

if TYPE_CHECKING:
    import jinja2

SUFFIXES = (".html", ".htm")
_PACKAGE = Path(__file__).resolve().parents[2]


def render(document: Document) -> str:
    """The report of a document as one HTML page; the same document always gives the same text.

    Raises
    ------
    MmonError
        When the templates are missing from the installation.
    """
    environment = _environment()
    # Only this script may run: a name or label that smuggled in another one would be refused.
    script = environment.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        page=laid_out(document), script=script, script_digest=digest
    )


def templates() -> Path:
    """The folder of templates: inside the package when installed, beside it in a checkout.

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


def _harmless(piece: object) -> object:
    """A text without invisible characters, which could turn what stands around it."""
    return safe_lines(piece) if type(piece) is str else piece


@functools.cache
def _environment() -> jinja2.Environment:
    # Imported here because a run without an HTML report must not pay for it.
    import jinja2

    folder = templates()

    def source(name: str) -> str | None:
        path = folder / name
        if not path.is_file():
            return None
        # Indentation is for those who edit templates; without it pages are a third smaller.
        lines = path.read_text(encoding="utf-8").splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        keep_trailing_newline=False,
    )

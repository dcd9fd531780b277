"""The HTML report: one file that needs no network, no server and no JavaScript to be read."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmon.errors import MmonError
from mmon.reports.html.packing import packed
from mmon.reports.html.page import page as laid_out
from mmon.results import Document
from mmon.texts.screen import safe_lines

if TYPE_CHECKING:
    import jinja2

SUFFIXES = (".html", ".htm")
_PACKAGE = Path(__file__).resolve().parents[2]


PARTS = (
    "now",
    "windows",
    "tally",
    "performance",
    "concept",
    "together",
    "operations",
    "applications",
    "segments",
    "sections",
)
"""What differs from window to window, besides the rows of columns: each is a template."""


def render(document: Document) -> str:
    """The report of a document as one HTML page; the same document always gives the same text.

    Raises
    ------
    MmonError
        When the templates are missing from the installation.
    """
    environment, page = _environment(), laid_out(document)
    views = [_parts(page, view) for view in page["views"]]
    shown = views[page["strip"].first]
    # Only this script may run: a name or label that smuggled in another one would be refused.
    script = environment.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rest = [one for one in views if one is not shown]
    names = {name: f"p-{name}" if name in PARTS else name for name in shown}
    # What is the same in all windows stands in the page itself.
    others = {
        identity: [one[name] for one in rest]
        for name, identity in names.items()
        if any(one[name] != shown[name] for one in rest)
    }
    return environment.get_template("report.html").render(
        page=page,
        parts=shown,
        rows=[text for name, text in shown.items() if name not in PARTS],
        packed=packed(others) if rest else "",
        script=script,
        script_digest=digest,
    )


def _parts(page: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, str]:
    """What the page shows of one window: each part's markup, and each column's, the worst first."""
    from markupsafe import Markup

    environment, names = _environment(), page["columns"]
    found = {
        name: environment.get_template(f"{name}.html").render(page=page, view=view)
        for name in PARTS
    }
    module: Any = environment.get_template("row.html").make_module({"page": page, "view": view})
    for rank, row in enumerate(view["columns"]):
        found[f"c{names[row.name]}"] = str(module.row(row, names[row.name], rank))
    for n in names.values():
        found.setdefault(f"c{n}", str(module.gone(n)))
    return {name: Markup(text.strip()) for name, text in found.items()}  # noqa: S704 - escaped


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

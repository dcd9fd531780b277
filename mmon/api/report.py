"""What a run returns to Python users: the verdict, frames of numbers, and the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from mmon.comparison import overlap
from mmon.config.sections import Config
from mmon.errors import ExitStatus, OutputError
from mmon.results import Document, Verdict
from mmon.texts.screen import safe


class Report:
    """The outcome of a run; ``document`` is everything that it said, in JSON its plain form."""

    def __init__(self, document: Document, config: Config | None = None) -> None:
        self.document = document
        self._config = config

    @property
    def verdict(self) -> Verdict:
        """``pass``, ``breach`` or ``inconclusive``."""
        return self.document.verdict

    @property
    def exit_status(self) -> ExitStatus:
        """What the command line would exit with."""
        return self.document.exit_status

    @property
    def results(self) -> pl.DataFrame:
        """Every judged number, one row a (window, segment, column, name), with the columns of
        `mmon.results.Result`; numbers are finite or null."""
        return _frame(self.document.to_dict()["results"], "results")

    @property
    def windows(self) -> pl.DataFrame:
        """The production windows, one row each, with the columns of `mmon.results.Window`."""
        return _frame(self.document.to_dict()["windows"], "windows")

    def to_json(self, path: str | Path | None = None) -> str:
        """The result document as JSON text; also written to ``path`` when given."""
        return self._rendered("json", path)

    def to_html(self, path: str | Path | None = None) -> str:
        """The HTML report, one self-contained page; also written to ``path`` when given."""
        return self._rendered("html", path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """The Markdown report; also written to ``path`` when given."""
        return self._rendered("markdown", path)

    def _rendered(self, name: str, path: str | Path | None) -> str:
        """The report of a format, also written to a path that is none of the run's data."""
        from mmon import reports

        text = str(reports.render(name, self.document))
        if path is not None:
            from mmon.files import write

            try:
                if self._config is not None:
                    read = overlap.sources_of(self._config)
                    overlap.check(str(path), read, f"the report would replace {path}")
                write(Path(path), text)
            except (TypeError, ValueError) as error:
                raise OutputError(f"cannot write {path!r}: it is no path of a file") from error
        return text

    def _repr_html_(self) -> str:
        """What notebooks show: the page in a frame of its own, so that styles do not mix."""
        import html

        page = html.escape(self.to_html(), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:600px;border:0"></iframe>'

    def __str__(self) -> str:
        from mmon.reports import terminal

        return terminal.render(self.document, width=100, color=False, unicode=True)

    def __repr__(self) -> str:
        return f"<mmon.Report {self.verdict}: {safe(self.document.sentence, unicode=True)}>"


_TYPES: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "array": pl.List(pl.Float64),
}


def _frame(rows: list[dict[str, Any]], part: str) -> pl.DataFrame:
    """Rows of a part of the document, with the types that its JSON Schema gives."""
    from mmon.reports.json import schema

    fields = schema()["properties"][part]["items"]["properties"]
    types = {name: rule.get("type", "string") for name, rule in fields.items()}
    first = {name: one if isinstance(one, str) else one[0] for name, one in types.items()}
    return pl.DataFrame(rows, schema={name: _TYPES[one] for name, one in first.items()})

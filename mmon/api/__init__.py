"""mmon for Python users: the calls behind the command line, and the report they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from mmon import config_file
from mmon.api import arguments
from mmon.comparison import overlap
from mmon.comparison.reference import profile_reference
from mmon.config.sections import Config
from mmon.errors import ConfigError, ExitStatus, OutputError
from mmon.profiles import baseline
from mmon.profiles.table import Profile
from mmon.results import Document, Verdict
from mmon.texts.screen import safe

if TYPE_CHECKING:
    from mmon.sources.in_memory import Table


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

        text = reports.render(name, self.document)
        if path is not None:
            from mmon.files import write_text

            try:
                if self._config is not None:
                    read = overlap.sources_of(self._config)
                    overlap.check(str(path), read, f"the report would replace {path}")
                write_text(Path(path), text)
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


def compare(
    reference: str | Path | Sequence[str] | Table | Profile,
    production: str | Path | Sequence[str] | Table,
    *,
    columns: Mapping[str, Any] | None = None,
    windows: Mapping[str, Any] | None = None,
    metrics: Sequence[str] | None = None,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
    p_values: Literal["deciding", "all"] = "deciding",
    alpha: float = 0.05,
    fail_on: Literal["potential", "detected", "never"] = "detected",
    exact: bool = False,
) -> Report:
    """Compare production with a reference.

    Parameters
    ----------
    reference, production : path, URI, list of them, LazyFrame, DataFrame or pandas DataFrame
        The reference may also be a baseline file or a `Profile`.
    columns, windows : mapping, optional
        As in the configuration file: ``columns={"timestamp": "event_time"}``.
    metrics : sequence of str, optional
        Drift metrics to compute; all of them by default.
    thresholds : mapping, optional
        ``{"ks": {"potential": 0.1, "detected": 0.2}}``.
    p_values : {"deciding", "all"}
        Whose p-values are computed: of the metrics that decide, or of all of them.
    alpha : float
        Significance level, in (0, 1).
    fail_on : {"potential", "detected", "never"}
    exact : bool
        Keep every distinct value instead of a few thousand points.

    Returns
    -------
    Report

    Raises
    ------
    MmonError
        When data cannot be read, or an argument is wrong.

    Examples
    --------
    >>> import mmon, polars as pl
    >>> ref = pl.DataFrame({"x": [i % 10 for i in range(1000)]})
    >>> mmon.compare(ref, ref.with_columns(pl.col("x") + 3)).verdict
    <Verdict.BREACH: 'breach'>
    """
    drift = arguments.given({"metrics": metrics, "thresholds": thresholds})
    body = {
        "reference": arguments.path(reference),
        "production": arguments.path(production),
        "analyses": {"data_drift": {"p_values": p_values, **drift}},
        "alpha": alpha,
        "fail_on": fail_on,
        "exact": exact,
        **arguments.given({"columns": columns, "windows": windows}),
    }
    config = config_file.validate(body, "arguments")
    from mmon.comparison import pipeline

    with arguments.reading(reference, production):
        return Report(pipeline.run(config, arguments.inputs(reference, production)), config)


def run(config: str | Path | Mapping[str, Any] | Config) -> Report:
    """Run a configuration: a YAML file's path, its content as a mapping, or a `Config`.

    Raises
    ------
    MmonError
        When the configuration is wrong or data cannot be read.
    """
    if isinstance(config, str | Path):
        config = config_file.load(config)
    elif isinstance(config, Mapping):
        config = config_file.validate(config, "configuration")
    elif not isinstance(config, Config):
        raise ConfigError(
            f"a configuration cannot be of type {type(config).__name__}",
            hint="give the path of a YAML file, or what such a file holds as a mapping",
        )
    from mmon.comparison import pipeline

    return Report(pipeline.run(config), config)


def profile(
    data: str | Path | Sequence[str] | Table,
    *,
    columns: Mapping[str, Any] | None = None,
    exact: bool = False,
) -> Profile:
    """Summarise a dataset; the profile serves as the ``reference`` of `compare`.

    Raises
    ------
    MmonError
        When the data cannot be read or has no rows.
    """
    body = {
        "reference": arguments.path(data),
        "production": arguments.IN_MEMORY,
        "exact": exact,
        **arguments.given({"columns": columns}),
    }
    config = config_file.validate(body, "arguments")
    with arguments.reading(data):
        return profile_reference(config, arguments.data_of(data))


def make_baseline(
    data: str,
    path: str | Path,
    *,
    config_path: str | None = None,
    exact: bool = False,
    reading: Mapping[str, Any] | None = None,
) -> Profile:
    """Summarise a dataset into a baseline file, and return the profile.

    Raises
    ------
    MmonError
        When the data cannot be read, or the file cannot be written or would not be known as a
        baseline.
    """
    if not baseline.is_baseline(path):
        raise ConfigError(
            f"{path} would not be known as a baseline",
            hint=f"let its name end in {baseline.SUFFIX}",
        )
    reference = {"path": data, **(reading or {})}
    read = [overlap.Source(data, "format" in reference)]
    if config_path is not None:
        read.append(overlap.Source(config_path))
    overlap.check(str(path), read, f"the baseline would replace {path}")
    body: dict[str, Any] = {"reference": reference, "production": arguments.IN_MEMORY}
    if config_path is not None:
        given = config_file.load(config_path).model_dump(by_alias=True)
        body = {**given, **body, "reference": {**given["reference"], **reference}}
    if exact:
        body["exact"] = True
    made = profile_reference(config_file.validate(body))
    baseline.save(made, Path(path))
    return made


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

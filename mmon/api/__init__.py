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
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.config_file.settable import Setting, with_settings
from mmon.errors import ConfigError, ExitStatus, OutputError
from mmon.files import check_place
from mmon.profiles import baseline
from mmon.profiles.table import Profile
from mmon.results import Document, Verdict
from mmon.texts.screen import safe

if TYPE_CHECKING:
    from mmon.sources.in_memory import Table

    Dataset = str | Path | Sequence[str | Path] | Mapping[str, Any] | Table


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
    reference: Dataset | Profile,
    production: Dataset,
    *,
    task: Literal["binary", "multiclass", "regression"] | None = None,
    target: str | None = None,
    prediction: str | None = None,
    score: str | None = None,
    labels: Dataset | None = None,
    id: str | None = None,  # noqa: A002  # as the key is called
    timestamp: str | None = None,
    features: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    categorical: Sequence[str] | None = None,
    columns: Mapping[str, Any] | None = None,
    segments: Sequence[str] | Mapping[str, Any] | None = None,
    windows: Mapping[str, Any] | None = None,
    metrics: Sequence[str] | None = None,
    thresholds: Mapping[str, float | Mapping[str, Any]] | None = None,
    by_column: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
    p_values: Literal["deciding", "all"] | None = None,
    alpha: float | None = None,
    fail_on: Literal["potential", "detected", "never"] | None = None,
    on_inconclusive: Literal["fail", "pass"] | None = None,
    exact: bool | None = None,
    sample: int | None = None,
    fast: bool | None = None,
    format: str | None = None,  # noqa: A002  # as the key is called
    separator: str | None = None,
    null_values: Sequence[str] | None = None,
) -> Report:
    """Compare production with a reference.

    What the options of ``mmon compare`` set is an argument by the name of its key in the
    configuration file, and means the same; None is what it is without the option.

    Parameters
    ----------
    reference, production, labels : path, URI, list of them, LazyFrame, DataFrame or Arrow table
        DataFrames are of Polars or pandas. The reference may also be a baseline file or a
        `Profile`. Labels are joined by ``id``, or as ``{"path": …, "on": …, "target": …}`` says.
    task, target, prediction, score, id, timestamp, features, ignore, categorical
        What the model does, and what columns mean.
    columns, windows : mapping, optional
        The same and the other keys of a section: ``columns={"latency": "ms"}``,
        ``windows={"every": "1w"}``.
    segments : sequence of str or mapping, optional
        Columns by whose values every analysis is repeated.
    metrics : sequence of str, optional
        Drift metrics to compute; all of them by default.
    thresholds : mapping, optional
        Levels by what is judged: ``{"ks": 0.2, "missing_share": {"potential": 0.1, "detected":
        0.2}, "roc_auc": 0.05, "recall": {"min": {"detected": 0.7}}, "latency_p95": {"max":
        {"detected": 200}}}``. One number is the level from which a result is detected.
    by_column : mapping, optional
        Levels of single columns: ``{"income": {"ks": {"detected": 0.3}, "missing_share": {}}}``.
    p_values, alpha, fail_on, on_inconclusive, exact, sample, fast
        How results are told from chance, which of them fail, and what is kept of the data.
    format, separator, null_values
        How files are read, of both sides.

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
    given = dict(locals())  # all of the arguments, and nothing else yet
    body, inputs = arguments.parted(arguments.body_of(given))
    return _report(config_file.validate(body, "arguments"), inputs, given)


def run(
    config: str | Path | Mapping[str, Any] | Config,
    *,
    reference: Dataset | Profile | None = None,
    production: Dataset | None = None,
    labels: Dataset | None = None,
) -> Report:
    """Run a configuration: a YAML file's path, its content as a mapping, or a `Config`.

    Datasets that are given, as paths or in memory, stand in the place of the configuration's; a
    mapping may hold them, too.

    Raises
    ------
    MmonError
        When the configuration is wrong or data cannot be read.
    """
    given = {"reference": reference, "production": production, "labels": labels}
    if isinstance(config, str | Path):
        plain, inputs = arguments.parted({k: v for k, v in given.items() if v is not None})
        return _report(config_file.load(config, arguments.over(plain)), inputs, given)
    if isinstance(config, Config):
        config = config.model_dump(by_alias=True)
    if not isinstance(config, Mapping):
        raise ConfigError(
            f"a configuration cannot be of type {type(config).__name__}",
            hint="give the path of a YAML file, or what such a file holds as a mapping",
        )
    body, inputs = arguments.parted(with_settings(config, arguments.over(given)))
    made = config_file.validate(body, "configuration")
    return _report(made, inputs, {**config, **given})


def _report(config: Config, inputs: Inputs, given: Mapping[str, Any]) -> Report:
    from mmon.comparison import pipeline

    with arguments.reading(given):
        return Report(pipeline.run(config, inputs), config)


def profile(
    data: Dataset,
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
    given = {"production": data}
    read, inputs = arguments.parted(given)
    body = arguments.body_of({"columns": columns, "exact": exact})
    body |= {"reference": read["production"], "production": arguments.IN_MEMORY}
    with arguments.reading(given):
        return profile_reference(config_file.validate(body, "arguments"), inputs.production)


def make_baseline(
    data: str,
    path: str | Path,
    *,
    config_path: str | None = None,
    exact: bool = False,
    reading: Mapping[str, Any] | None = None,
    sample: int = 0,
) -> Profile:
    """Summarise a dataset, and so many of its rows, into a baseline file; return the profile.

    Raises
    ------
    MmonError
        When the data cannot be read, or the file cannot be written or known as a baseline.
    """
    if not baseline.is_baseline(path):
        raise ConfigError(
            f"{path} would not be known as a baseline",
            hint=f"let its name end in {baseline.SUFFIX}",
        )
    reference, config_paths = {"path": data, **(reading or {})}, filter(None, [config_path])
    read = [overlap.Source(data, "format" in reference), *map(overlap.Source, config_paths)]
    overlap.check(str(path), read, f"the baseline would replace {path}")
    check_place(Path(path))
    settings = [Setting(("reference", key), value, "option") for key, value in reference.items()]
    settings.append(Setting(("production",), arguments.IN_MEMORY, "option"))
    settings += [Setting(("exact",), True, "--exact")] if exact else []
    settings += [Setting(("sample",), sample, "--sample")] if sample else []
    if config_path is None:
        config = config_file.validate(with_settings({}, settings))
    else:
        config = config_file.load(config_path, settings)
    baseline.save(made := profile_reference(config, rows_kept=sample), Path(path))
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

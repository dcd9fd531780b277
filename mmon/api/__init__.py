"""mmon for Python users: the calls behind the command line, and the report they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mmon import config_file, monitoring
from mmon.api import arguments
from mmon.api.report import Report as Report
from mmon.comparison import overlap
from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.config_file.settable import Setting, with_settings
from mmon.errors import ConfigError
from mmon.files import check_place
from mmon.monitoring import Asked, Telling
from mmon.profiles import baseline
from mmon.profiles.table import Profile

if TYPE_CHECKING:
    from mmon.sources.in_memory import Table

    Dataset = str | Path | Sequence[str | Path] | Mapping[str, Any] | Table


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
    history: str | Mapping[str, Any] | None = None,
    metrics: Sequence[str] | None = None,
    thresholds: Mapping[str, float | Mapping[str, Any]] | None = None,
    by_column: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
    p_values: Literal["deciding", "all"] | None = None,
    alpha: float | None = None,
    look: int | None = None,
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
    history : str or mapping, optional
        Where to keep what is found in each window, which is then analysed once.
    metrics : sequence of str, optional
        Drift metrics to compute; all of them by default.
    thresholds : mapping, optional
        Levels by what is judged: ``{"ks": 0.2, "missing_share": {"potential": 0.1, "detected":
        0.2}, "roc_auc": 0.05, "recall": {"min": {"detected": 0.7}}, "latency_p95": {"max":
        {"detected": 200}}}``. One number is the level from which a result is detected.
    by_column : mapping, optional
        Levels of single columns: ``{"income": {"ks": {"detected": 0.3}, "missing_share": {}}}``.
    p_values, alpha, look, fail_on, on_inconclusive, exact, sample, fast
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
    until: str | None = None,
    since: str | None = None,
    to: str | None = None,
    deliver: bool = True,
) -> Report:
    """Run a configuration: a YAML file's path, its content as a mapping, or a `Config`.

    Datasets that are given, as paths or in memory, stand in the place of the configuration's; a
    mapping may hold them, too. With a history ``until`` is the clock, and ``since`` and ``to`` ask
    for the windows between two times, analysed before or not; each is a text such as 2024-01-31.
    Notifications and actions of the configuration are sent unless ``deliver`` is False; what became
    of them stands in the report's document.

    Raises
    ------
    MmonError
        When the configuration is wrong or data cannot be read.
    """
    given = {"reference": reference, "production": production, "labels": labels}
    asked, telling = Asked(until, since, to), Telling("deliver" if deliver else "off")
    if isinstance(config, str | Path):
        plain, inputs = arguments.parted({k: v for k, v in given.items() if v is not None})
        loaded = config_file.load(config, arguments.over(plain))
        return _report(loaded, inputs, given, asked, telling)
    if isinstance(config, Config):
        config = config.model_dump(by_alias=True)
    if not isinstance(config, Mapping):
        raise ConfigError(
            f"a configuration cannot be of type {type(config).__name__}",
            hint="give the path of a YAML file, or what such a file holds as a mapping",
        )
    body, inputs = arguments.parted(with_settings(config, arguments.over(given)))
    made = config_file.validate(body, "configuration")
    return _report(made, inputs, {**config, **given}, asked, telling)


def _report(
    config: Config,
    inputs: Inputs,
    given: Mapping[str, Any],
    asked: Asked | None = None,
    telling: Telling | None = None,
) -> Report:
    with arguments.reading(given):
        return Report(monitoring.run(config, inputs, asked=asked, telling=telling), config)


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

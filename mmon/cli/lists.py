"""Plain text lists for the terminal: the metrics there are, and what a baseline holds."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
from collections.abc import Sequence

from mmon import metrics, performance, reports
from mmon.alerts import pages as alerts
from mmon.applications import loading as applications
from mmon.cli import coming_from
from mmon.comparison import assessment
from mmon.config.keys import Key, walk
from mmon.config.sections import Config
from mmon.delivery import pages as deliveries
from mmon.errors import ConfigError, closest
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind
from mmon.texts.screen import safe

# Manual pages of what is not a metric, by the module whose docstring they are.
_STATUSES = ("no_detection", "potential", "potential_detection", "detected", "inconclusive")
_OF_VERDICTS = ("verdict", "breach", "pass", "status", *_STATUSES, "p", "p_value", "q", "q_value")
_TOPICS = {
    "history": "mmon.monitoring",
    "otlp": "mmon.cli.telemetry",
    "reading": "mmon.profiles.recognition.recognise",
    "formulas": "mmon.applications.formulas",
    "effective_rows": "mmon.chance.effective_rows",
    **dict.fromkeys(_OF_VERDICTS, "mmon.verdict"),
}


def of_metrics(width: int | None) -> str:
    """Every metric's name, what it is defined for, and what it is in a few words."""
    drift = [(one, metrics.metric_class(one)) for one in metrics.names()]
    good = [(one, performance.metric_class(one)) for one in performance.names()]
    tables = (
        [("drift", "columns", "what it is")]
        + [(name, ", ".join(sorted(one.kinds)), _summary(one)) for name, one in drift],
        [("performance", "task", "what it is")]
        + [(name, ", ".join(sorted(one.tasks)), _summary(one)) for name, one in good],
    )
    return "\n\n".join(_table(rows, width, numbers=()) for rows in tables)


def of_names(width: int | None) -> str:
    """Every name that has a page, and what it is in a few words: first what a report may show, by
    what tells of it; then all others, as formats, kinds of notifications and events of alerts."""
    told = sorted({(one.application, one.name): one for one in assessment.quantities()}.items())
    shown = [("analysis", "name", "what it is")]
    shown += [(application, name, one.meaning) for (application, name), one in told]
    others = [("name", "what it is")]
    others += [(name, _about(page)) for name in _others() for page in _pages(name)]
    return "\n\n".join(_table(rows, width, numbers=()) for rows in (shown, others))


def manual(name: str) -> str:
    """The manual page of a result's or a told number's name, of a report format, of a kind of
    notification or action, of an alert or what it waits for, of a key, or of how columns are read;
    the case does not matter."""
    asked = name.lower().replace(" ", "_")
    keys = [_about_key(key) for key in walk(Config) if asked in (key.name, _dotted(key))]
    found = _pages(asked) + keys
    if not found:
        hint = closest(asked, explained(), "mmon metrics lists the metrics")
        raise ConfigError(f"unknown name {name!r}", hint=hint)
    return "\n\n\n".join(found)


def _pages(asked: str) -> list[str]:
    """What has a page of its own by that name; nothing of keys."""
    tool = asked.replace("_", "-").removeprefix("from-")
    if tool in coming_from.names() and asked != tool:
        page = importlib.import_module(f"{coming_from.__name__}.{tool}")
        return [inspect.getdoc(page) or ""]
    own = applications.manual(asked)
    if own is not None:
        return [own]
    if asked in _TOPICS:
        return [inspect.getdoc(importlib.import_module(_TOPICS[asked])) or ""]
    metric = performance.of_name(asked)
    asked = asked if metric is None else metric[0]
    found = [one.manual for one in assessment.quantities() if one.name == asked]
    if found:
        return found
    formats = [reports.page(asked)] if asked in reports.names() else []
    return [*formats, *deliveries.pages(asked), *alerts.pages(asked)]


def explained() -> list[str]:
    """Every name that has a manual page."""
    names = (one.name for one in assessment.quantities())
    keys = (key.name for key in walk(Config) if key.section is None)
    return [*dict.fromkeys([*names, *_TOPICS, *_others(), *keys])]


def _others() -> list[str]:
    """What has a page and is neither a result, nor a key, nor another name of a page."""
    topics = (name for name in _TOPICS if name not in _OF_VERDICTS)
    tools = (f"from-{one}" for one in coming_from.names())
    kinds = [*reports.names(), *deliveries.names(), *alerts.names()]
    return [*dict.fromkeys([*topics, "verdict", *tools, *applications.ready(), *kinds])]


def _about(page: str) -> str:
    """The first sentence of a page, where its head says only what sort of thing it tells of."""
    head, _, text = page.partition("\n\n")
    sort = head.partition(", ")[2]
    first = text.partition("\n\n")[0].replace("\n", " ").partition(". ")[0]
    return (f"{sort}: {first}" if sort.startswith(("a ", "an ")) else head).rstrip(".")


def _dotted(key: Key) -> str:
    return ".".join(key.path)


def _about_key(key: Key) -> str:
    option = f"\n\nOn the command line: {key.option.name}" if key.option else ""
    return f"{_dotted(key)}, a key of the configuration\n\n{key.text}{option}"


def _summary(metric: type) -> str:
    return (inspect.getdoc(metric) or "").split("\n")[0].rstrip(".")


def of_profile(profile: Profile, width: int | None) -> str:
    """A baseline's columns, one line each: kind, missing share, and a summary of the values."""
    rows = [("column", "kind", "missing", "distinct", "min, quartiles, max; most frequent")]
    rows += [_column(column) for column in profile.columns]
    source = safe(profile.source, unicode=True)
    head = f"{source}: {profile.rows:,} rows, {len(profile.columns)} columns, "
    head += "exact" if profile.rank_error == 0 else f"rank error {profile.rank_error:.2g}"
    return f"{head}{rows_held(profile)}\n\n{_table(rows, width, numbers=(2, 3))}"


def rows_held(profile: Profile) -> str:
    """How many of its rows a baseline holds as they are; empty where it holds none."""
    sample = profile.sample
    return "" if sample is None else f"; holds {len(sample.keys):,} of its rows as they are"


def _column(column: ColumnProfile) -> tuple[str, str, str, str, str]:
    distinct, summary = "", column.reason or ""
    match column.distribution:
        case Ecdf() as ecdf if ecdf.n:
            distinct = f"{len(ecdf.values):,}" if ecdf.is_exact else "many"
            quartiles = (ecdf.min, *(ecdf.quantile(p) for p in (0.25, 0.5, 0.75)), ecdf.max)
            shown = _moment if column.kind is ColumnKind.DATETIME else "{:.4g}".format
            summary = " ".join(shown(value) for value in quartiles)
        case Counts() as counts if counts.n:
            distinct = f"{len(counts.labels):,}" + ("" if counts.is_exact else "+")
            top = counts.mass.argsort(kind="stable")[::-1][:3].tolist()
            summary = ", ".join(f"{counts.labels[i]} {counts.mass[i] / counts.n:.0%}" for i in top)
    missing = f"{column.presence.missing_share:.1%}"
    return column.name, column.kind.value, missing, distinct, summary


def _moment(microseconds: float) -> str:
    return (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=microseconds)).date().isoformat()


def _table(rows: Sequence[Sequence[str]], width: int | None, numbers: Sequence[int]) -> str:
    """Aligned columns; the last one is cut to the width, if there is one."""
    rows = [[safe(cell, unicode=True) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(size) if i in numbers else cell.ljust(size)
            for i, (cell, size) in enumerate(zip(row[:-1], widths, strict=True))
        ]
        line = "  ".join([*cells, row[-1]]).rstrip()
        if width is not None and len(line) > width:
            line = line[: max(width - 1, 1)] + "…"
        lines.append(line)
    return "\n".join(lines)

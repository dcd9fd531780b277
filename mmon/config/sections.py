"""The typed configuration of a run; every field is one key of the YAML file.

The text below a field, or of the section in it, is its description in ``mmon schema``, which
editors show, and its comment in what ``mmon init`` writes; the first sentence is the help of its
option on the command line.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mmon.config.alarms import FalseAlarms
from mmon.config.alerts import Alert
from mmon.config.analyses import Analyses, analysis_names, judged
from mmon.config.applications import Application
from mmon.config.columns import Columns
from mmon.config.data import Dataset, Labels, Reference
from mmon.config.deliveries import Actions, Notifications
from mmon.config.fields import (
    Flag,
    Integer,
    Names,
    OpenShare,
    OutputFile,
    PositiveInt,
    Section,
    Text,
)
from mmon.config.history import History
from mmon.config.levels import Thresholds
from mmon.config.option import Option, Panel
from mmon.config.outputs import Outputs
from mmon.config.windows import Windows

_compared = functools.partial(Option, metavar="COLUMN", panel=Panel.COMPARED)
_window = functools.partial(Option, panel=Panel.WINDOWS)
_decides = functools.partial(Option, panel=Panel.DECIDES)


class Segments(Section):
    """Columns by whose values every analysis is repeated.

    A list of columns in YAML is short for ``{columns: […]}``.
    """

    SHORT: ClassVar[str | None] = "columns"

    columns: Annotated[Names, Field(examples=[["country", "device"]])]
    """The columns, each by itself."""
    top: Annotated[Integer, Field(ge=1, le=50)] = 10
    """How many values of each column are looked at: those with the most rows in the reference, of
    the first hundred that appear in it. The others are taken together."""
    gate: Flag = False
    """Whether what is found in a segment takes part in the verdict; else it is only told."""


class Config(Section):
    """A whole run of mmon.

    Relative paths are relative to the directory mmon runs in. ``${NAME}`` in a value is replaced by
    the environment variable NAME, ``${NAME:-text}`` by text where NAME is unset or empty, and
    ``$$`` by one dollar sign.
    """

    project: str | None = Field(default=None, examples=["lending"])
    """What the model belongs to; shown in reports."""
    endpoint: str | None = Field(default=None, examples=["credit-risk"])
    """The model or deployment; shown in reports."""
    reference: Annotated[Reference, Field(examples=[{"path": "data/held_out.parquet"}])]
    """What is normal: rows that the model was not trained on, as a test set or its first weeks in
    production, or a baseline of them made by ``mmon baseline``; the rows of training flatter it, so
    that every later drop looks larger. A path alone is short for a section with it. With a history
    it may roll: ``previous: 1`` judges each window against the one before it, ``trailing: 7``
    against the seven before it, and ``season: 1w`` against those of the same weekday and hour."""
    production: Annotated[Dataset, Field(examples=[{"path": "data/production.parquet"}])]
    """What is to be judged."""
    labels: Annotated[
        Labels | None,
        Option("--labels", "DATA", Panel.MODEL),
        Field(examples=[{"path": "data/labels.parquet"}]),
    ] = None
    columns: Columns = Columns()
    task: Annotated[
        Literal["binary", "multiclass", "regression"] | None,
        Option("--task", "TASK", Panel.MODEL),
        Field(examples=["binary"]),
    ] = None
    """What the model does (binary, multiclass or regression) where the columns leave it open."""
    segments: Annotated[Segments | None, _compared("--segment", is_list=True)] = None
    windows: Windows | None = None
    analyses: Analyses = Analyses()
    by_column: dict[str, dict[str, Thresholds]] = Field(
        default={},
        examples=[{"income": {"total_variation": {"detected": 0.3}, "missing_share": {}}}],
    )
    """Levels of single columns, by column and by drift metric or quality check: in the place of
    those of the analyses, which hold for every other column; ``{}`` takes one out."""
    applications: tuple[Application, ...] = Field(
        default=(),
        examples=[
            [
                {
                    "name": "refund_rate",
                    "sql": "avg(refund > 0)",
                    "where": "country = 'AT'",
                    "thresholds": {"max": {"detected": 0.05}},
                },
                {"class": "histogram_data_drift"},
            ]
        ],
    )
    """Numbers of your own, by SQL or Polars (`mmon explain formulas`): computed of the reference
    and of each window and segment of production, tested where they are means, and judged by their
    levels; or by a class in Python, which sees each window."""
    history: Annotated[
        History | None, _window("--history", "PATH"), Field(examples=[{"url": ".mmon/history.db"}])
    ] = None
    alpha: Annotated[OpenShare, _decides("--alpha", "NUMBER")] = 0.05
    """How surely a change is larger than its level: the false discovery rate over all results of an
    analysis that decide: columns, metrics, segments and windows together. With a history
    ``false_alarms`` is what single windows are judged by."""
    look: Annotated[PositiveInt | None, _decides("--look", "N"), Field(examples=[12])] = None
    """Of runs that look at one model again and again and keep no history, which one it is: the
    number of a CI system's run, say. The N-th may spend ``alpha * 6 / (pi * N)^2``, which adds up
    to ``alpha`` over all of them; all that decides in a run is one family."""
    false_alarms: Annotated[FalseAlarms | None, Field(examples=[{"expected": 1, "per": 365}])] = (
        None
    )
    fail_on: Annotated[
        Literal["potential", "detected", "never"], _decides("--fail-on", "LEVEL")
    ] = "detected"
    """The level that makes a breach (exit status 1): potential, detected or never."""
    on_inconclusive: Annotated[Literal["fail", "pass"], _decides("--on-inconclusive", "ACTION")] = (
        "fail"
    )
    """What too few rows to tell mean: fail (exit status 4) or pass (0)."""
    exact: Annotated[Flag, Option("--exact", "", Panel.COMPARED)] = False
    """Keep every value instead of a summary: no approximation, but more memory."""
    points: Annotated[Integer, Field(ge=16, le=1_000_000)] = 4096
    """Values kept of a numeric column; more are more exact. Beyond 64 windows each keeps fewer."""
    labels_kept: Annotated[Integer, Field(ge=2, le=10_000_000)] = 10_000
    """Categories counted of a column; the rest are counted together."""
    sample: Annotated[
        Integer, Field(ge=0, le=10_000_000), Option("--sample", "N", Panel.COMPARED)
    ] = 20_000
    """Rows of each side and window that are kept whole, for what no single column shows: drawn at
    random, and only where an analysis looks at them; 0 keeps none. A baseline holds rows only where
    ``mmon baseline --sample`` asks for them."""
    fast: Annotated[Flag, Option("--fast", "", Panel.COMPARED)] = False
    """Leave out what fits models: it takes seconds for each window."""
    outputs: Outputs = Outputs()
    report_url: Text | None = Field(default=None, examples=["https://example.org/drift.html"])
    """Where people find the report, which messages link to; null is the job's page, in GitHub
    Actions, GitLab and Jenkins."""
    alerts: Annotated[
        tuple[Alert, ...],
        Field(
            examples=[
                [
                    {"name": "data_drift"},
                    {
                        "name": "drift_for_days",
                        "on": "data-drift-detected",
                        "criteria": {"count": 3, "period": "5d"},
                        "notify": ["webhook"],
                    },
                ]
            ]
        ),
    ] = ()
    """What is watched over windows, and told once each time that it becomes true: by notifications,
    and by actions that it starts. ``mmon alerts`` lists them. A ready-made one (data_drift,
    performance_dropped, data_missing, run_failed) needs its name alone. Without a history they
    serve the one run."""
    notifications: Annotated[
        Notifications,
        Field(
            examples=[
                [{"kind": "webhook", "url": "https://chat.example.com/hook", "when": ["breach"]}]
            ]
        ),
    ] = ()
    """Who is told: a list of channels, each of a ``kind``: {channels}. ``mmon explain KIND`` tells
    the keys of one, and ``mmon notify --test`` sends a message to all."""
    actions: Annotated[
        Actions,
        Field(
            examples=[
                [{"kind": "webhook", "url": "https://ci.example.com/hook", "when": ["breach"]}]
            ]
        ),
    ] = ()
    """What is started, once for each window and verdict: a list of actions, each of a ``kind``:
    {actions}. ``mmon explain KIND`` tells the keys of one."""
    dead_letters: OutputFile | None = Field(default=None, examples=["dead_letters.jsonl"])
    """A file that what could not be delivered is added to, a line of JSON each, without secrets."""

    @property
    def budget(self) -> FalseAlarms:
        """How many false alarms the windows of a history may raise."""
        return self.false_alarms or FalseAlarms()

    def levels(
        self, column: str | None, name: str, of_all: Mapping[str, Thresholds]
    ) -> Thresholds | None:
        """What is set for a result of a column: for itself, or else for all; None if nothing is."""
        return self.by_column.get(column or "", {}).get(name, of_all.get(name))

    @model_validator(mode="after")
    def _levels_have_columns(self) -> Config:
        for analysis, _, quantities in judged():
            settings = getattr(self.analyses, analysis)
            for name in getattr(settings, "thresholds", ()):
                role = quantities[name].role if name in quantities else None
                if role is not None and getattr(self.columns, role) is None:
                    raise ValueError(f"analyses.{analysis}.thresholds.{name} needs columns.{role}")
        return self

    @model_validator(mode="after")
    def _applications_have_names(self) -> Config:
        taken = {"mmon", *analysis_names()}
        for one in self.applications:
            if one.name in taken:
                raise ValueError(f"applications: {one.name!r} is the name of another application")
            taken.add(one.name)
        return self

    @model_validator(mode="after")
    def _of_a_history(self) -> Config:
        rolls, windows = self.reference.rolls, self.windows
        if self.history is None and self.false_alarms is not None:
            raise ValueError("false_alarms needs a history: without one, alpha decides")
        if self.history is not None and self.look is not None:
            raise ValueError("look is for runs without a history, which counts its windows itself")
        if self.history is None and rolls is not None:
            raise ValueError(f"reference.{rolls} needs a history, whose windows it is made of")
        self.reference.check_season(None if windows is None else windows.every)
        return self

    @model_validator(mode="after")
    def _one_name_each(self) -> Config:
        for key in ("notifications", "actions"):
            names = [one.name for one in getattr(self, key)]
            twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
            if twice is not None:
                raise ValueError(f"two {key} are called {twice!r}: give one a name of its own")
        return self

    @model_validator(mode="after")
    def _two_sides(self) -> Config:
        if self.reference.path == self.production.path == "-":
            raise ValueError("standard input cannot be both the reference and production")
        return self


UNTOLD: Mapping[str, object] = {
    **{"history": None, "outputs": Outputs(), "report_url": None, "dead_letters": None},
    **{"alerts": (), "notifications": (), "actions": ()},
}
"""Keys that say what is written, and where, and who is told: they change no result."""

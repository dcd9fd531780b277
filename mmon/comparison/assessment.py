"""Every configured analysis of every window and segment, judged."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Sequence

from mmon import analyses
from mmon.analyses import Analysis, Context, Drawing, Findings, configured
from mmon.analyses.model_performance.labels import label_findings
from mmon.comparison.sides import Production
from mmon.config.sections import Config
from mmon.profiles.cells import check_same_cells
from mmon.profiles.table import Profile
from mmon.results import Metric, Result
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit
from mmon.verdict import judge
from mmon.verdict.finding import Finding, Rule

# Of the run itself.
_number = functools.partial(Quantity, "mmon", unit=Unit.COUNT)
_of_run = functools.partial(_number, ResultKind.MM_APP_ANOMALY, about="run")
_of_segment = functools.partial(
    _number, ResultKind.DATA_QUALITY, about="segment", is_evidence=False
)

WINDOWS = _of_run("windows", "whether any production row falls into a window")
OUTSIDE = _of_run(
    "rows_outside_windows", "production rows without a usable time, or outside the windows' limits"
)
LONE_SEGMENTS = tuple(
    _of_segment(name, f"rows of a segment that {where}, so that it cannot be compared")
    for name, where in (
        ("missing_segment", "production does not have"),
        ("new_segment", "the reference does not have"),
    )
)


def quantities() -> Iterator[Quantity]:
    """Everything that a run may tell."""
    return itertools.chain(analyses.quantities(), (WINDOWS, OUTSIDE, *LONE_SEGMENTS))


@dataclasses.dataclass(frozen=True, slots=True)
class Assessment:
    """What the analyses found, in the order of the windows, judged by one rule."""

    rule: Rule
    results: list[Result] = dataclasses.field(default_factory=list)
    metrics: list[Metric] = dataclasses.field(default_factory=list)
    drawings: list[Drawing] = dataclasses.field(default_factory=list)

    def judge(self, findings: Sequence[Finding]) -> list[Result]:
        """Judge findings together, and keep what comes of them."""
        results = judge(findings, self.rule)
        self.results.extend(results)
        return results

    def analyse(self, analysis: Analysis, contexts: Sequence[Context]) -> None:
        """One analysis of all rows, or of all segments of one column, corrected together."""
        first = [analysis.analyse(context) for context in contexts]
        results = iter(self._judge_all(contexts, first))
        if analysis.conclude is not None:
            last = [
                analysis.conclude(context, list(itertools.islice(results, len(one.findings))))
                for context, one in zip(contexts, first, strict=True)
            ]
            self._judge_all(contexts, last)

    def _judge_all(self, contexts: Sequence[Context], found: Sequence[Findings]) -> list[Result]:
        """Keep what was found, that of segments marked as such, and judge it."""
        every: list[Finding] = []
        for context, one in zip(contexts, found, strict=True):
            segment, settings = context.segment, context.config.segments
            self.metrics.extend(dataclasses.replace(told, segment=segment) for told in one.metrics)
            self.drawings.extend(one.drawings)
            gates = settings is not None and settings.gate
            every += (
                dataclasses.replace(told, segment=segment, gating=told.gating and gates)
                if segment is not None
                else told
                for told in one.findings
            )
        return self.judge(every)


def assess(
    config: Config, reference: Profile, production: Production, *, rule: Rule, now_us: int
) -> Assessment:
    """Run every analysis and judge what it finds; `CellsError` where the sides' cells differ."""
    found = Assessment(rule)
    asked = configured(config)
    for window, profile, span in zip(
        production.windows, production.profiles, production.spans, strict=True
    ):
        check_same_cells(reference, profile)
        context = Context(
            reference=reference,
            production=profile,
            config=config,
            window=window.index,
            new_columns=tuple(production.new_columns),
            bounds=span,
            now_us=now_us,
            labels=production.labels,
        )
        # Of an empty window among others only its emptiness is told: nothing else can be tested.
        is_hole = not profile.rows and len(production.windows) > 1
        for analysis in asked:
            if is_hole and analysis.name != "system_performance":
                continue
            for contexts in ([context], *_segments(context)):
                found.analyse(analysis, contexts)
        if not is_hole:
            found.judge(_lone_segments(context))
    if not production.windows:
        found.judge([_nothing_to_judge(config)])
    if production.outside:
        found.metrics.append(Metric(OUTSIDE, float(production.outside)))
    if production.labels is not None:
        about_labels = label_findings(Context(reference, reference, config), production.labels)
        found.judge(about_labels.findings)
        found.metrics.extend(about_labels.metrics)
    return found


def _nothing_to_judge(config: Config) -> Finding:
    """That there is no window: whatever was to be decided is open."""
    settings = [getattr(config.analyses, one.name) for one in configured(config)]
    gates = any(one.gate != "none" for one in settings)
    return Finding(
        WINDOWS,
        None,
        bound=Bound("max", detected=1.0 if gates else None),
        gating=gates,
        reason="no production row falls into any window",
    )


def _segments(context: Context) -> list[list[Context]]:
    """For each segmenting column, the contexts of the values that both sides have."""
    before = {one.name: one for one in context.reference.segments}
    columns = dict.fromkeys(one.column for one in context.reference.segments)
    return [
        [
            dataclasses.replace(
                context,
                reference=before[one.name].profile,
                production=one.profile,
                segment=one.name,
                new_columns=(),
            )
            for one in context.production.segments
            if one.column == column and one.name in before
        ]
        for column in columns
    ]


def _lone_segments(context: Context) -> list[Finding]:
    """Segments that one side lacks: told, for there is nothing to compare them with."""
    before = {one.name: one for one in context.reference.segments}
    after = {one.name: one for one in context.production.segments}
    missing, new = LONE_SEGMENTS
    return [
        Finding(
            quantity,
            float(one.profile.rows),
            window=context.window,
            segment=one.name,
            column=one.column,
            reason=f"{reason} ({one.profile.rows:,} rows)",
        )
        for quantity, own, others, reason in (
            (missing, before, after, "no production row has it"),
            (new, after, before, "the reference has no such rows"),
        )
        for name, one in own.items()
        if name not in others
    ]

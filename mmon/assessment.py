"""Every configured analysis of every window and segment, judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from mmon.analyses import Analysis, Context, Drawing, Findings, configured
from mmon.analyses._labels import label_findings
from mmon.candidate import Candidate, Rule
from mmon.config import Config
from mmon.config_analyses import Thresholds
from mmon.profiles.cells import check_same_cells
from mmon.profiles.table import Profile, SegmentProfile
from mmon.results import Metric, Result, ResultKind, Score
from mmon.sides import Production
from mmon.verdict import judge

APPLICATION = "mmon"
"""The application of numbers about the run itself."""


@dataclasses.dataclass(frozen=True, slots=True)
class Assessment:
    """What the analyses found, in the order of the windows."""

    results: list[Result]
    metrics: list[Metric]
    drawings: list[Drawing]
    told: set[tuple[str, str | None]] = dataclasses.field(default_factory=set)
    """(analysis, segment) whose numbers of the reference were told."""


def assess(
    config: Config, reference: Profile, production: Production, *, rule: Rule, now_us: int
) -> Assessment:
    """Run every analysis and judge what it finds.

    Raises
    ------
    CellsError
        When the sides' rows were counted in different cells.
    """
    found = Assessment([], [], [])
    analyses = configured(config)
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
        for analysis in analyses:
            if is_hole and analysis.name != "system_performance":
                continue
            _analyse(found, analysis, [context], rule)
            for contexts in _segments(context):
                _analyse(found, analysis, contexts, rule)
        if not is_hole:
            found.results.extend(judge(_lone_segments(context), rule))
    if not production.windows:
        found.results.extend(judge([_nothing_to_judge(config)], rule))
    if production.outside:
        outside = float(production.outside)
        found.metrics.append(Metric(APPLICATION, "rows_outside_windows", outside))
    if production.labels is not None:
        about_labels = label_findings(Context(reference, reference, config), production.labels)
        found.results.extend(judge(about_labels.candidates, rule))
        found.metrics.extend(about_labels.metrics)
    return found


def _nothing_to_judge(config: Config) -> Candidate:
    """That there is no window: whatever was to be decided is open."""
    settings = [getattr(config.analyses, one.name) for one in configured(config)]
    gates = any(one.gate != "none" for one in settings)
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MM_APP_ANOMALY,
        name="windows",
        score=Score(None, reason="no production row falls into any window"),
        thresholds=Thresholds(detected=1.0 if gates else None),
        gating=gates,
    )


def _analyse(
    found: Assessment, analysis: Analysis, contexts: Sequence[Context], rule: Rule
) -> None:
    """One analysis of all rows, or of all segments of one column, corrected together."""
    first = [analysis.analyse(context) for context in contexts]
    _keep(found, analysis.name, contexts, first)
    counts = [len(one.candidates) for one in first]
    judged = judge(_candidates(contexts, first), rule)
    found.results.extend(judged)
    if analysis.conclude is None:
        return
    last, start = [], 0
    for context, count in zip(contexts, counts, strict=True):
        last.append(analysis.conclude(context, judged[start : start + count]))
        start += count
    _keep(found, analysis.name, contexts, last)
    found.results.extend(judge(_candidates(contexts, last), rule))


def _keep(
    found: Assessment, name: str, contexts: Sequence[Context], findings: Sequence[Findings]
) -> None:
    for context, one in zip(contexts, findings, strict=True):
        metrics = list(one.metrics)
        if one.once and (name, context.segment) not in found.told:
            found.told.add((name, context.segment))
            metrics += one.once
        found.metrics.extend(
            dataclasses.replace(metric, segment=context.segment) for metric in metrics
        )
        found.drawings.extend(one.drawings)


def _candidates(contexts: Sequence[Context], findings: Iterable[Findings]) -> list[Candidate]:
    """All candidates, those of segments marked as such."""
    every: list[Candidate] = []
    for context, one in zip(contexts, findings, strict=True):
        if context.segment is None:
            every += one.candidates
            continue
        segments = context.config.segments
        gates = segments is not None and segments.gate
        every += [
            dataclasses.replace(
                candidate, segment=context.segment, gating=candidate.gating and gates
            )
            for candidate in one.candidates
        ]
    return every


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


def _lone_segments(context: Context) -> list[Candidate]:
    """Segments that one side lacks: told, for there is nothing to compare them with."""
    before = {one.name: one for one in context.reference.segments}
    after = {one.name: one for one in context.production.segments}
    return [
        *(
            _lone(context, "missing_segment", one, "no production row has it")
            for name, one in before.items()
            if name not in after
        ),
        *(
            _lone(context, "new_segment", one, "the reference has no such rows")
            for name, one in after.items()
            if name not in before
        ),
    ]


def _lone(context: Context, name: str, one: SegmentProfile, reason: str) -> Candidate:
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.DATA_QUALITY,
        name=name,
        score=Score(float(one.profile.rows)),
        rows=one.profile.rows,
        window=context.window,
        segment=one.name,
        column=one.column,
        reason=f"{reason} ({one.profile.rows:,} rows)",
    )

"""Every configured analysis of every window and segment, judged."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from mmon import analyses
from mmon.analyses import Context, Drawing, Findings, Run, configured
from mmon.analyses.data_quality import checks
from mmon.analyses.model_performance.beside import estimate_errors
from mmon.analyses.model_performance.labels import label_findings
from mmon.applications import formulas
from mmon.comparison.known_blocks import BLOCKS, known_blocks
from mmon.comparison.segments import LONE_SEGMENTS, lone_segments, segments
from mmon.comparison.sides import Production, Progress
from mmon.comparison.stray_windows import told_of
from mmon.config.sections import Config
from mmon.outline.severity import is_of_window
from mmon.profiles.cells import check_same_cells
from mmon.profiles.table import Profile
from mmon.results import Metric, Result, Status, Window
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit
from mmon.verdict import conclude
from mmon.verdict.finding import Finding, Rule
from mmon.verdict.learned import settled
from mmon.verdict.own_noise import OwnNoise
from mmon.verdict.weighing import Weighed, weigh

_TOLD = Bound("max")

# Of the run itself.
_of_run = functools.partial(
    Quantity, "mmon", ResultKind.MM_APP_ANOMALY, unit=Unit.COUNT, about="run"
)
WINDOWS = _of_run("windows", "whether any production row falls into a window")
OUTSIDE = _of_run(
    "rows_outside_windows", "production rows that are in no window, for whatever reason"
)
UNTIMED = _of_run("rows_without_time", "production rows in no window, for they have no usable time")
STRAYS = _of_run(
    "stray_rows", "production rows in no window, for their times lie far from all others"
)


def quantities() -> Iterator[Quantity]:
    """Everything that a run may tell."""
    own = (WINDOWS, OUTSIDE, UNTIMED, STRAYS, BLOCKS, *LONE_SEGMENTS)
    return itertools.chain(analyses.quantities(), own)


@dataclasses.dataclass(frozen=True, slots=True)
class Assessment:
    """What the analyses found, in the order of the windows, judged by one rule."""

    results: list[Result]
    metrics: list[Metric]
    drawings: list[Drawing]
    errors: list[str] = dataclasses.field(default_factory=list)


def assess(
    config: Config,
    reference: Profile,
    production: Production,
    *,
    rule: Rule,
    now_us: int,
    also: Findings | None = None,
    of_rows: Callable[[Context], Sequence[Findings]] | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Run every analysis, and judge what it finds and what was found besides, of all rows.

    ``of_rows`` tells what the rows of a window say that no profile does.


    `CellsError` where the sides' cells differ.
    """
    contexts = list(contexts_of(config, reference, production, now_us))
    parts = list(_of_windows(config, contexts, rule, progress, of_rows))
    whole = Context(reference, reference, config)
    if contexts:
        run = Run(contexts, production.loss_column)
        every = (one.analyse_run(run) for one in configured(config) if one.analyse_run is not None)
        parts += [_weighed(whole, found, rule) for found in every]
    if not production.windows:
        parts.append(_weighed(whole, Findings([_nothing_to_judge(config)]), rule))
    parts.append(_weighed(whole, _outside(whole, production), rule))
    if production.labels is not None:
        parts.append(_weighed(whole, label_findings(whole, production.labels), rule))
    besides = also, Findings([*known_blocks(config, reference)])
    parts += [_weighed(whole, found, rule) for found in besides if found is not None]
    first = _judged(parts, rule)
    last = [
        _weighed(part.context, part.conclude(part.context, results), rule)
        for part, results in zip(parts, first, strict=True)
        if part.conclude is not None
    ]
    told = [*parts, *last]
    results = list(itertools.chain.from_iterable([*first, *_judged(last, rule)]))
    metrics = [
        dataclasses.replace(one, segment=part.context.segment)
        for part in told
        for one in part.found.metrics
    ]
    return Assessment(
        results,
        [*metrics, *estimate_errors(results)],
        [drawing for part in told for drawing in part.found.drawings],
        [error for part in told for error in part.found.errors],
    )


def contexts_of(
    config: Config, reference: Profile, production: Production, now_us: int
) -> Iterator[Context]:
    """Every window, as analyses see it."""
    is_begun, later = production.is_begun, sum(profile.rows > 0 for profile in production.profiles)
    of_windows = production.profiles, production.spans, production.new_columns
    for window, profile, span, new in zip(production.windows, *of_windows, strict=True):
        check_same_cells(reference, profile)
        later -= profile.rows > 0
        yield Context(
            reference=reference,
            production=profile,
            config=config,
            window=window.index,
            is_complete=window.is_complete,
            is_judged=window.is_judged,
            is_begun=is_begun,
            new_columns=tuple(new),
            bounds=span,
            now_us=now_us,
            labels=production.labels,
            later=later,
            noise=OwnNoise(reference.noise, span[0]),
            past=OwnNoise(production.past),
        )
        is_begun |= profile.rows > 0


def _of_windows(
    config: Config,
    contexts: Sequence[Context],
    rule: Rule,
    progress: Progress | None,
    of_rows: Callable[[Context], Sequence[Findings]] | None,
) -> Iterator[_Part]:
    """What every analysis found in every window and segment, and what the rows tell."""
    asked = [*configured(config), *formulas.configured(config)]
    for place, context in enumerate(contexts):
        # Of an empty window among others only its emptiness is told: nothing else can be tested.
        is_hole = not context.production.rows and (len(contexts) > 1 or context.is_begun)
        for analysis in asked:
            is_asked = not is_hole or analysis.name == "system_performance"
            if analysis.analyse is not None and is_asked:
                if progress is not None:
                    step = analysis.name.replace("_", " ")
                    progress(f"{step}: window {place + 1:,} of {len(contexts):,}", None)
                for one in (context, *segments(context)):
                    yield _weighed(one, analysis.analyse(one), rule, analysis.conclude)
        if not is_hole:
            yield _weighed(context, Findings(lone_segments(context)), rule)
        if of_rows is not None and context.production.rows:
            yield from (_weighed(context, found, rule) for found in of_rows(context))


Conclude = Callable[[Context, Sequence[Result]], Findings]


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    """What one analysis found in one window or segment, and what it may conclude from it."""

    context: Context
    found: Findings
    weighed: Sequence[Weighed]
    conclude: Conclude | None


def _weighed(
    context: Context, found: Findings, rule: Rule, conclude: Conclude | None = None
) -> _Part:
    """Weigh what was found, that of a segment marked as such."""
    segment, settings = context.segment, context.config.segments
    gates = segment is None or (settings is not None and settings.gate)
    # Of a window that is not full only what tells that can be judged: the rest is still to come.
    is_told = not (context.is_complete or context.is_judged)
    findings = [
        dataclasses.replace(one, segment=segment or one.segment, bound=_TOLD, gating=False)
        if is_told and (one.bound.is_empty or not one.tells_filling)
        else dataclasses.replace(one, segment=segment or one.segment, gating=one.gating and gates)
        for one in found.findings
    ]
    return _Part(context, found, [_weigh(context, one, rule) for one in findings], conclude)


def _weigh(context: Context, one: Finding, rule: Rule) -> Weighed:
    if one.bound.learned is None:
        return weigh(one, rule.threshold(one.bound), context.noise_of(one))
    # What windows do by themselves is in its level already.
    known = settled(one, context.past_of(one))
    return weigh(known, rule.threshold(known.bound))


def _judged(parts: Sequence[_Part], rule: Rule) -> list[list[Result]]:
    """The results of each part, corrected all together; windows that are context by themselves."""
    judged: dict[bool, Iterator[Result]] = {}
    for is_judged in (True, False):
        some = (part.weighed for part in parts if part.context.is_judged is is_judged)
        judged[is_judged] = iter(conclude(list(itertools.chain.from_iterable(some)), rule))
    return [
        list(itertools.islice(judged[part.context.is_judged], len(part.weighed))) for part in parts
    ]


def taking_part(results: Iterable[Result], windows: Sequence[Window]) -> list[Result]:
    """The results as they take part in the verdict: those of windows that are context do not."""
    context = {one.index for one in windows if one.is_complete and not one.is_judged}
    return [
        dataclasses.replace(one, gating=False)
        if one.window in context and one.quantity.about != "run"
        else one
        for one in results
    ]


def worst_statuses(results: Iterable[Result], windows: Sequence[Window]) -> list[Window]:
    """The windows, each with its worst status among the results that decide, or would."""
    # The last and worst of the results that gate stays.
    gating = [r for r in results if r.gating and is_of_window(r)]
    gating.sort(key=lambda r: r.status.severity)
    worst = {one.window: one.status for one in gating}
    return [
        dataclasses.replace(
            one,
            status=worst.get(
                one.index,
                Status.NO_DETECTION if one.is_complete or one.is_judged else Status.IRRELEVANT,
            ),
        )
        for one in windows
    ]


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


def _outside(context: Context, production: Production) -> Findings:
    """The rows in no window: without a time, which is judged, of a wrong one, or not asked for."""
    counts = ((OUTSIDE, production.outside), (UNTIMED, production.without_time))
    metrics = [Metric(quantity, float(rows)) for quantity, rows in counts if rows]
    config, found = context.config, []
    if production.without_time and config.analyses.data_quality is not None:
        rows = production.rows + production.outside
        found.append(checks.untimed_share(context, (production.without_time, rows)))
    if production.strays:
        rows = sum(one.rows for one in production.strays)
        reason = told_of(production.strays, config.columns.timestamp)
        found.append(Finding(STRAYS, float(rows), reason=reason))
    return Findings(found, metrics)

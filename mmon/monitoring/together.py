"""The document of a run, put together of those of its windows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from mmon.comparison.assessment import taking_part
from mmon.comparison.judged_windows import judged
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.outline.seen import shown_windows, undrawn
from mmon.outline.sentence import sentence
from mmon.results import Document, Metric, Result, Verdict, Window
from mmon.results.artifacts import Artifact
from mmon.results.charts import (
    ActivityPicture,
    FeatureBin,
    MeaningPicture,
    PerformancePicture,
    Picture,
)
from mmon.results.pair_picture import PairPicture
from mmon.verdict import exit_status, reaches
from mmon.verdict.finding import Rule

R = TypeVar(
    "R",
    Result,
    Metric,
    Picture,
    PerformancePicture,
    FeatureBin,
    ActivityPicture,
    MeaningPicture,
    PairPicture,
    Artifact,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """The document of one window, and whether all that fails in it failed before.

    One that is bare has no drawings: they stand in the history, under the window's key.
    """

    document: Document
    is_known: bool = False
    key: int = 0
    is_bare: bool = False

    def bare(self) -> Part:
        """The same without drawings."""
        return dataclasses.replace(self, document=undrawn(self.document), is_bare=True)


def failing(document: Document, rule: Rule) -> frozenset[object]:
    """What makes a document a breach."""
    return frozenset(
        (one.quantity.key, one.aspect, one.segment, one.column)
        for one in document.results
        if one.gating and reaches(one, rule)
    )


def together(
    config: Config, run: Document, of_windows: Sequence[Part], drawn: Callable[[Part], Document]
) -> Document:
    """One document of one or more windows' own, in order, with what ``run`` says of the run.

    Each window was decided by itself: a run is a breach where one of those that are judged is, else
    a pass where one of them is. What failed before, and was told, does not fail a run again.
    ``drawn`` gives a part's document with its drawings.
    """
    parts = [one.document for one in of_windows]
    windows, is_judged = _windows(config, of_windows)
    results = taking_part(_numbered(part.results for part in parts), windows)
    shown = frozenset(shown_windows(windows, results, columns=len(parts[-1].columns)))
    some = [drawn(part) if i in shown else None for i, part in enumerate(of_windows)]
    verdict = _worst([p.verdict for p, chosen in zip(parts, is_judged, strict=True) if chosen])
    newest = parts[-1]
    whole = dataclasses.replace(
        run,
        verdict=verdict,
        exit_status=exit_status(verdict, config.on_inconclusive, _of_judged(results, windows)),
        fail_on=config.fail_on,
        reference=newest.reference,
        production=dataclasses.replace(
            newest.production,
            rows=sum(one.rows for one in windows),
            rank_error=max(one.rank_error for one in windows),
            skipped=run.production.skipped,
        ),
        windows=windows,
        quantities=list({q.key: q for part in parts for q in part.quantities}.values()),
        segments=list({s.name: s for part in parts for s in part.segments}.values()),
        results=results,
        metrics=_numbered(part.metrics for part in parts),
        columns=list({c.name: c for part in parts for c in part.columns}.values()),
        pictures=_numbered(part.pictures if part else () for part in some),
        performance=_numbered(part.performance if part else () for part in some),
        bins=_numbered(part.bins if part else () for part in some),
        meaning=_numbered(part.meaning if part else () for part in some),
        pairs=_numbered(part.pairs if part else () for part in some),
        activity=_numbered(part.activity for part in parts),
        # Each is of one window: changes between windows are none of its business.
        losses=newest.losses,
        artifacts=_numbered(part.artifacts if part else () for part in some),
        errors=[error for part in parts for error in part.errors],
    )
    if any(is_judged):
        return dataclasses.replace(whole, sentence=sentence(whole))
    return dataclasses.replace(whole, sentence="what fails in windows analysed again failed before")


def _windows(config: Config, parts: Sequence[Part]) -> tuple[list[Window], list[bool]]:
    """The windows in order, and which of them may fail the run."""
    rolls = config.reference.rolls is not None
    found = [
        dataclasses.replace(
            one.windows[0], index=place, reference=one.reference.source if rolls else None
        )
        for place, one in enumerate(part.document for part in parts)
    ]
    way = (config.windows or Windows()).judge
    chosen = judged(way, [one.is_complete for one in found], [one.rows for one in found])
    may_fail = [is_it and not part.is_known for is_it, part in zip(chosen, parts, strict=True)]
    return [
        dataclasses.replace(one, is_judged=is_it and one.is_judged)
        for one, is_it in zip(found, may_fail, strict=True)
    ], may_fail


def _numbered(parts: Iterable[Sequence[R]]) -> list[R]:
    """The rows of each window, with its place among those of the run."""
    return [dataclasses.replace(row, window=i) for i, part in enumerate(parts) for row in part]


def _of_judged(results: Iterable[Result], windows: Sequence[Window]) -> list[Result]:
    """The results of windows that were not told of before."""
    return [one for one in results if windows[one.window].is_judged]


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    if Verdict.BREACH in verdicts:
        return Verdict.BREACH
    is_pass = Verdict.PASS in verdicts or not verdicts
    return Verdict.PASS if is_pass else Verdict.INCONCLUSIVE

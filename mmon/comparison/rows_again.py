"""What only rows tell, which are read once more for it: duplicates, and a user's applications."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import polars as pl

from mmon import sources
from mmon.analyses import Context, Findings
from mmon.analyses.data_quality import checks
from mmon.applications.judged_again import judged_again
from mmon.applications.running import tracked
from mmon.comparison.extent import is_compared
from mmon.comparison.sides import Inputs, Production, is_stored, opened
from mmon.config.sections import Config
from mmon.errors import DataError
from mmon.profiles.table import Profile
from mmon.sources import Data
from mmon.verdict.finding import Finding


def reads_again(config: Config) -> bool:
    """Whether a run looks at whole rows, beside what it summarises."""
    quality = config.analyses.data_quality
    is_counted = quality is not None and quality.duplicates
    return is_counted or any(one.class_ is not None for one in config.applications)


def duplicates(
    config: Config, inputs: Inputs, reference: Profile, production: Production
) -> list[Finding]:
    """The duplicate rows of production, where asked."""
    quality = config.analyses.data_quality
    if quality is None or not quality.duplicates:
        return []
    context = Context(reference, reference, config)
    before = _reference(config, inputs)
    if before is None:
        return [checks.duplicates_unknown(context)]
    # The more rows, the more of them repeat: only as many rows of each side are comparable.
    rows = min(reference.rows, production.outside + production.rows)
    sides = (before, production.data)
    counts = [sources.count_duplicates(side.frame, side.name, rows) for side in sides]
    return [checks.duplicate_share(context, counts[0], counts[1])]


def of_windows(
    config: Config, inputs: Inputs, production: Production
) -> Callable[[Context], Sequence[Findings]] | None:
    """What a user's applications find in each window; None where there are none.

    Of rows that are gone they are not asked: what they gave before is judged again.
    """
    if not production.rows_of:
        return lambda _: list(judged_again(config, production.told))
    if not tracked(config):
        return None

    @functools.cache
    def reference() -> pl.LazyFrame:
        if config.reference.rolls is not None:
            raise DataError(
                "a reference that is made of windows has no rows", hint="use feature_stats"
            )
        found = _reference(config, inputs)
        if found is None:
            raise DataError("a reference that is a baseline has no rows", hint="use feature_stats")
        return found.frame

    def found(context: Context) -> list[Findings]:
        rows = production.rows_of[context.window]
        # Made anew: a window is analysed as though there was no other.
        return [one.track(context, lambda: rows, reference) for one in tracked(config)]

    return found


def _reference(config: Config, inputs: Inputs) -> Data | None:
    """The rows of the reference; None of a baseline, which has none."""
    before = inputs.reference
    if isinstance(before, Profile) or (before is None and is_stored(config.reference)):
        return None
    return before or opened(config.reference, is_needed=is_compared(config))

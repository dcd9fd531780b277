"""One pass over a side of a run, in which every row is counted and summarised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mmon import sources
from mmon.comparison.judged_windows import Cut
from mmon.config.sections import Config
from mmon.engine.local import Fold
from mmon.profiles.folding.batches import Batch, Extent
from mmon.profiles.folding.build import Profiled, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.plan import Plan
from mmon.sources import Data


def summarised(
    config: Config,
    data: Data,
    plan: Plan,
    extent: Extent,
    progress: Callable[[int], None] | None,
    *,
    cut: Cut = None,
    also: Sequence[str] = (),
    watchers: Sequence[Fold[Batch, Any]] = (),
) -> Profiled:
    """One pass over a side, in which every row was counted."""
    limits = Limits(None, None) if config.exact else Limits(config.points, config.labels_kept)
    with sources.reading(data.name):
        found = profile_frame(
            data.frame,
            plan,
            source=data.name,
            limits=limits,
            cut=cut,
            extent=extent,
            also=also,
            watchers=watchers,
            progress=progress,
            files=data.files,
        )
    data.check(found.outside + sum(profile.rows for profile in found.profiles.values()))
    return found

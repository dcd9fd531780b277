"""The reference of a run, read twice where rows are counted in cells: all rows decide these."""

from __future__ import annotations

import dataclasses
import functools

import polars as pl

from mmon import sources
from mmon.applications.formulas import check_reference
from mmon.comparison.blocks import block_noise
from mmon.comparison.columns import plan_reference
from mmon.comparison.extent import (
    check_scored_classes,
    is_compared,
    reference_extent,
    sampled_rows,
    stored_reference,
)
from mmon.comparison.noise_digest import KnownNoise
from mmon.comparison.one_pass import summarised
from mmon.comparison.sides import Inputs, Progress, is_stored, opened
from mmon.comparison.survey import revised, survey
from mmon.config.sections import Config
from mmon.errors import DataError
from mmon.profiles import baseline
from mmon.profiles.folding.build import again
from mmon.profiles.folding.keys import WHOLE
from mmon.profiles.kinds import settle
from mmon.profiles.table import Profile
from mmon.sources import Data

# Once more for what the first rows did not show, and once more for what that shows.
_MOST_READS = 3


def read_reference(
    config: Config, inputs: Inputs, progress: Progress | None, known: KnownNoise | None = None
) -> Profile:
    """The reference's profile: the given one, that of a baseline file, or a new one.

    What its own windows do need not be measured where it is ``known``.
    """
    given = inputs.reference
    if isinstance(given, Profile):
        return stored_reference(config, given)
    if given is None and is_stored(config.reference):
        return stored_reference(config, baseline.load(str(config.reference.path)))
    return profile_reference(config, given, progress, known=known)


@sources.unchanged()
def profile_reference(
    config: Config,
    data: Data | None = None,
    progress: Progress | None = None,
    *,
    rows_kept: int | None = None,
    known: KnownNoise | None = None,
) -> Profile:
    """The settled profile of the configuration's reference dataset.

    It holds so many of its rows; None, as many as the configuration's analyses read.

    `DataError` where it cannot be read, holds no rows, or changes while it is read.
    """
    kept = sampled_rows(config) if rows_kept is None else rows_kept
    roles, reading = config.columns, progress and functools.partial(progress, "reference")
    # Categories are read as they are written: 1.50 is no number then.
    texts = dict.fromkeys((*roles.categorical, *roles.text), pl.String())
    source = data or opened(config.reference, texts, is_needed=is_compared(config))
    with sources.reading(source.name):
        schema = source.frame.collect_schema()
        recognised = survey(source.frame, roles)
        for _ in range(_MOST_READS):
            plan = plan_reference(schema, roles, recognised)
            if not plan.columns:
                raise DataError(f"{source.name} has no columns to compare")
            extent = reference_extent(config, plan, schema, kept)
            is_twice = extent.outcome is not None or bool(extent.segments)
            # What is decided by all rows, rows are drawn after.
            once = dataclasses.replace(extent, sample=None) if is_twice else extent
            first = summarised(config, source, plan, once, reading)
            wrong = revised(first.profiles[WHOLE], source.frame, recognised, roles)
            if not wrong:
                break
            recognised = {**recognised, **wrong}
        if not first.profiles[WHOLE].rows:
            raise DataError(
                f"the reference {source.name} has no rows",
                hint="give it the data to compare with",
            )
        check_reference(config, first.profiles[WHOLE])
        declared = frozenset({*roles.categorical, *roles.numeric, *roles.chosen})
        profile = settle(first.profiles[WHOLE], declared)
        outcome = extent.outcome
        if is_twice:
            plan, counted = again(plan, extent, first, profile)
            if outcome is not None and counted.outcome is not None:
                outcome = dataclasses.replace(outcome, score_edges=counted.outcome.score_edges)
            profile = summarised(config, source, plan, counted, reading).profiles[WHOLE]
    check_scored_classes(config, profile)
    ignored = tuple(name for name in schema if roles.ignores(name))
    profile = dataclasses.replace(profile, outcome=outcome, ignored=ignored)
    noise = block_noise(config, profile, source, progress, known)
    return dataclasses.replace(profile, noise=noise)

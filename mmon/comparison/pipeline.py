"""The whole run, read top to bottom: data to profiles to results to a verdict and its document."""

from __future__ import annotations

import dataclasses

from mmon import sources
from mmon.analyses import Context, Findings
from mmon.analyses.data_quality import checks
from mmon.comparison.assessment import assess
from mmon.comparison.document import document_of, now
from mmon.comparison.extent import is_compared
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import (
    Inputs,
    Production,
    Progress,
    is_stored,
    opened,
    read_production,
)
from mmon.config.sections import Config
from mmon.profiles.rounding import at_one_precision
from mmon.profiles.table import Profile
from mmon.results import Document
from mmon.verdict.finding import Finding, Rule
from mmon.windows.timestamps import to_us


@sources.unchanged()
def run(config: Config, inputs: Inputs | None = None, progress: Progress | None = None) -> Document:
    """Compare production with the reference and judge the difference.

    `MmonError` where anything cannot be read or is asked for wrongly.
    """
    started = now()
    inputs = inputs or Inputs()
    rule = Rule(config.alpha, config.fail_on)
    reference = read_reference(config, inputs, progress)
    production = read_production(config, reference, inputs, progress, now_us=to_us(started))
    reference, profiles = at_one_precision(reference, production.profiles)
    production = dataclasses.replace(production, profiles=profiles)
    found = assess(
        config,
        reference,
        production,
        rule=rule,
        now_us=to_us(started),
        also=Findings(duplicates(config, inputs, reference, production)),
        progress=progress,
    )
    return document_of(config, reference, production, found, rule=rule, started=started)


def duplicates(
    config: Config, inputs: Inputs, reference: Profile, production: Production
) -> list[Finding]:
    """The duplicate rows of production, where asked; they need the rows themselves."""
    quality = config.analyses.data_quality
    if quality is None or not quality.duplicates:
        return []
    context = Context(reference, reference, config)
    before = inputs.reference
    if isinstance(before, Profile) or (before is None and is_stored(config.reference)):
        return [checks.duplicates_unknown(context)]
    sides = (before or opened(config.reference, is_needed=is_compared(config)), production.data)
    # The more rows, the more of them repeat: only as many rows of each side are comparable.
    rows = min(reference.rows, production.outside + production.rows)
    counts = [sources.count_duplicates(side.frame, side.name, rows) for side in sides]
    return [checks.duplicate_share(context, counts[0], counts[1])]

"""The whole run, read top to bottom: data to profiles to results to a verdict and its document."""

from __future__ import annotations

import dataclasses

from mmon import sources
from mmon.analyses import Findings
from mmon.comparison.assessment import assess
from mmon.comparison.document import document_of, now
from mmon.comparison.reference import read_reference
from mmon.comparison.rows_again import duplicates, of_windows
from mmon.comparison.sides import Inputs, Progress, read_production
from mmon.config.sections import Config
from mmon.profiles.rounding import at_one_precision
from mmon.results import Document
from mmon.verdict.finding import Rule
from mmon.windows.timestamps import to_us


@sources.unchanged()
def run(config: Config, inputs: Inputs | None = None, progress: Progress | None = None) -> Document:
    """Compare production with the reference and judge the difference.

    `MmonError` where anything cannot be read or is asked for wrongly.
    """
    started = now()
    inputs = inputs or Inputs()
    rule = Rule.of_run(config)
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
        of_rows=of_windows(config, inputs, production),
        progress=progress,
    )
    return document_of(config, reference, production, found, rule=rule, started=started)

"""One run from the command line: old reports away, the run, new reports, and its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mmon.cli import console, exits, interrupts, telling
from mmon.errors import ExitStatus
from mmon.files import witness

if TYPE_CHECKING:
    from mmon.config.sections import Config
    from mmon.monitoring import Asked, Telling


def execute(
    config: Config,
    chosen: Mapping[str, Any],
    *,
    quiet: bool,
    sources: Sequence[str] = (),
    asked: Asked | None = None,
    told: Telling | None = None,
) -> int:
    """Old outputs away, the run, new outputs; the status of a breach outlives what fails then."""
    from mmon import monitoring
    from mmon.cli import outputs
    from mmon.comparison import overlap

    interrupts.interrupt_reads()
    read = [*overlap.sources_of(config), *map(overlap.Source, sources)]
    places = outputs.check(outputs.places(config, chosen), read)
    outputs.check_elsewhere(config)
    outputs.clear(places)
    with console.progress(is_quiet=quiet) as progress:
        document = monitoring.run(config, progress=progress, asked=asked, telling=told)
    is_breach = document.exit_status is ExitStatus.BREACH
    if is_breach:
        witness.find_breach()
    telling.end(told, document)
    failures = outputs.deliver(document, places, quiet=quiet)
    failures += outputs.tell_elsewhere(document, config)
    failed = [*map(exits.tell, failures)]
    failed += [ExitStatus.FAILURE] if telling.has_failed(document) else []
    return document.exit_status if is_breach or not failed else max(failed)

"""Runs with a history: each window is analysed once, when it has closed, and remembered.

A window's results follow from the reference, the configuration, the window's rows and what the
history holds of the windows before it; never from which other windows the same run analysed. So a
first run over a year, a run every day, and runs that were killed, all leave the same history.
"""

from __future__ import annotations

from mmon.comparison.sides import Inputs, Progress
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.monitoring.asked import Asked
from mmon.results import Document

__all__ = ["Asked", "run"]


def run(
    config: Config,
    inputs: Inputs | None = None,
    progress: Progress | None = None,
    asked: Asked | None = None,
) -> Document:
    """Compare production with the reference: with a history, the windows that it lacks.

    `MmonError` where anything cannot be read or is asked for wrongly.
    """
    asked = asked or Asked()
    if config.history is not None:
        from mmon.monitoring import loop

        return loop.monitor(config, inputs or Inputs(), asked, progress)
    from mmon.comparison import pipeline

    if asked != Asked():
        raise ConfigError(
            "--until, --from and --to need a history", hint="set history, or use --history PATH"
        )
    return pipeline.run(config, inputs, progress)

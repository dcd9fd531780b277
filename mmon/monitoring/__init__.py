"""Runs with a history: each window is analysed once, when it has closed, and remembered.

A window's results follow from the reference, the configuration, the window's rows and what the
history holds of the windows before it; never from which other windows the same run analysed. So a
first run over a year, a run every day, and runs that were killed, all leave the same history.

What a run analyses
    The windows that ended by ``--until`` (now, if it is not given) and are not in the history, from
    the first row on, or from the newest window on that it holds. Windows in which nothing came are
    analysed once a later one has rows, or at once where ``expected_rows`` says that some should
    have come; those of a gap of more than 100 are not. With ``--from`` or ``--to``: the windows
    that begin and end between them, analysed before or not (``windows.existing``). Windows of rows,
    once they are full.
What it analyses once more
    The newest window, where the data ends in it and later goes on; with ``incomplete: wait`` it is
    left until then. A window with rows that came up to ``windows.allowed_lateness`` after its end;
    those that come later are in no window, and told as far as their files are read. A window of
    whose rows enough have labels by now (``labels.wait``). What failed in such a window before does
    not fail the run again.
When nothing is new
    The newest window is shown again, as it was found, and the run ends as the one before it did.
    Windows that a run had analysed which was killed are told by the next one.
Whom it tells
    An alert is active by what the windows hold, whichever run analysed them. Told is what this run
    analysed, and what one did that was killed. A message is written down in the transaction that
    ends a run, before it is sent; the next run sends what a killed one left, with the same
    idempotency key. What was told is not told again when a window is analysed again; what failed
    after all attempts is not tried by later runs. An alert that is new in the configuration is
    active from the window on in which it would have been, and tells of that no more.
What is kept
    Of each window its results and told numbers, in the tables ``mmon_results`` and
    ``mmon_metrics``, what reports draw, a profile with fewer values and without any row, and what
    analyses carry on: in one transaction, so that a run that is killed leaves all of a window or
    nothing. Windows older than ``history.keep`` are dropped. What the reference's own windows do
    (`mmon explain reference_blocks`), so that it is not measured by each run: as long as its files
    hold the same bytes, and all else that it follows from is the same, as the configuration and
    mmon's version. For references on object stores and Delta tables it is measured each time.
Whose it is
    One history holds many endpoints, told apart by ``project`` and ``endpoint``. Of one of them
    only one run works at a time; another one waits for ``history.wait``. A change of
    ``windows.every``, ``rows`` or ``timezone`` takes another endpoint, or ``mmon history purge``.
    After a change of the reference results go on, and evidence that adds up begins anew.

Assumes
-------
Rows that stay: one that is removed, or changed, after its window was analysed is not looked at
again. A column of time that tells when a row happened. For windows of rows, data that only grows at
its end.
"""

from __future__ import annotations

from mmon.comparison.document import now
from mmon.comparison.sides import Inputs, Progress
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.monitoring.asked import Asked
from mmon.monitoring.telling import Telling, told_alone, told_failure
from mmon.results import Document

__all__ = ["Asked", "Telling", "run"]


def run(
    config: Config,
    inputs: Inputs | None = None,
    progress: Progress | None = None,
    asked: Asked | None = None,
    telling: Telling | None = None,
) -> Document:
    """Compare production with the reference: with a history, the windows that it lacks.

    What is found is told as ``telling`` says; nobody is told without it. `MmonError` where anything
    cannot be read or is asked for wrongly.
    """
    started, telling = now(), telling or Telling("off")
    try:
        if config.history is not None:
            from mmon.monitoring import loop

            return loop.monitor(config, inputs or Inputs(), asked or Asked(), progress, telling)
        document = _alone(config, inputs, progress, asked)
    except Exception as error:  # whatever ended the run is told, and raised again
        told_failure(config, error, telling, started)
        raise
    return told_alone(config, document, telling)


def _alone(
    config: Config, inputs: Inputs | None, progress: Progress | None, asked: Asked | None
) -> Document:
    from mmon.comparison import pipeline

    if asked is not None and asked != Asked():
        raise ConfigError(
            "--until, --from and --to need a history", hint="set history, or use --history PATH"
        )
    return pipeline.run(config, inputs, progress)

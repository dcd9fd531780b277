"""Runs applications over a window; one that fails leaves the others alone."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmon.analyses import Findings
from mmon.applications.context import TrackingContext
from mmon.applications.loading import load
from mmon.applications.returned import findings_of
from mmon.applications.tracking import Application, called, page_of
from mmon.errors import INTERRUPTS, MmonError
from mmon.results import Quantity, ResultKind
from mmon.results.quantity import APP_FAILED, Bound, Unit
from mmon.texts.redaction import masked
from mmon.verdict.finding import Finding
from mmon.windows.timestamps import iso, to_utc

if TYPE_CHECKING:
    import polars as pl

    from mmon.analyses import Context
    from mmon.config.applications import Application as Entry
    from mmon.config.sections import Config

_MOST = 8_000
"""Characters of a traceback that a document keeps: its end tells what happened."""
_HERE = str(Path(__file__).parent)


@dataclasses.dataclass(frozen=True, slots=True)
class Tracked:
    """One application, made for one window.

    Attributes
    ----------
    entry : Entry
        Its part of the configuration.
    application : Application
        Asked once.
    """

    entry: Entry
    application: Application

    def track(
        self,
        context: Context,
        sample: Callable[[], pl.LazyFrame],
        reference: Callable[[], pl.LazyFrame],
    ) -> Findings:
        """What it finds in a window, or that it failed."""
        name = self.entry.name or self.application.NAME
        own = TrackingContext(name, context, sample, reference)
        _listen()
        try:
            # What it prints must not get between the lines of a report.
            with contextlib.redirect_stdout(sys.stderr):
                returned = self.application.do_tracking(own)
            alone, page = called(self.application), page_of(self.application)
            found = findings_of(self.entry, name, page, returned, alone)
        except INTERRUPTS:
            raise
        except BaseException as error:  # whatever the code of a user does
            return self._failed(name, context, error)
        placed = [dataclasses.replace(one, window=context.window) for one in found.findings]
        metrics = [dataclasses.replace(one, window=context.window) for one in found.metrics]
        return dataclasses.replace(
            found, findings=placed, metrics=metrics, drawings=tuple(own.artifacts)
        )

    def _failed(self, name: str, context: Context, error: BaseException) -> Findings:
        told = masked(" ".join(_words(error).split()))[:500]
        is_mild = self.entry.optional
        finding = Finding(
            Quantity(
                name,
                ResultKind.MM_APP_ANOMALY,
                APP_FAILED,
                "whether the application failed",
                title=f"{name} failed",
                sentence=f"application {name} failed",
                unit=Unit.YES_NO,
                worse="higher",
                is_evidence=False,
            ),
            1.0,
            window=context.window,
            bound=Bound("max", potential=1.0) if is_mild else Bound("max", detected=1.0),
            reason=told,
            # A window that is not full fails as well.
            tells_filling=True,
        )
        start = to_utc(context.bounds[0])
        where = "" if start is None else f" in the window from {iso(start)}"
        head = f"application {name!r} failed{where}: {told}"
        return Findings([finding], errors=("\n".join(filter(None, [head, _trace(error)])),))


def tracked(config: Config) -> list[Tracked]:
    """The applications in Python that a configuration names; `ConfigError` where one is wrong."""
    return [
        Tracked(one, load(one.class_, one.args))
        for one in config.applications
        if one.class_ is not None
    ]


def _words(error: BaseException) -> str:
    if isinstance(error, MmonError):
        return str(error)
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _trace(error: BaseException) -> str:
    """Where in the user's code it happened; empty where what was returned is wrong."""
    whole = traceback.TracebackException.from_exception(error)
    own: Sequence[traceback.FrameSummary] = [
        one for one in whole.stack if not one.filename.startswith(_HERE)
    ]
    if not own:
        return ""
    whole.stack = traceback.StackSummary.from_list(list(own))
    return masked("".join(whole.format()))[-_MOST:].rstrip()


class _Masked(logging.Formatter):
    """A line of an application's log, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _ToStandardError(logging.StreamHandler):  # type: ignore[type-arg]  # of whatever stands there
    """Writes to the standard error of the moment, which tests and notebooks replace."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _listen() -> None:
    """Write what applications warn of, each once."""
    log = logging.getLogger("mmon.application")
    if not log.handlers:
        handler = _ToStandardError()
        handler.setLevel(logging.WARNING)
        handler.setFormatter(_Masked("%(name)s: %(message)s"))
        log.addHandler(handler)

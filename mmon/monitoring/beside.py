"""Whether the windows of a run can stand beside those that the history holds."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mmon.config.windows import Windows
from mmon.errors import ConfigError
from mmon.history.store import History
from mmon.monitoring.asked import Asked, Range
from mmon.monitoring.due import Due
from mmon.windows.cut import RowCut, WindowCut
from mmon.windows.durations import STEPS
from mmon.windows.timestamps import EPOCH, to_naive


def kind_of(cut: WindowCut | RowCut) -> str:
    """What makes windows those that they are, as JSON."""
    if isinstance(cut, RowCut):
        return json.dumps({"rows": cut.rows})
    every, start = f"{cut.count}{cut.unit}", cut.anchor
    if cut.unit in STEPS:
        # The same boundaries, wherever the first of them is.
        start = EPOCH + (start - EPOCH) % (cut.count * STEPS[cut.unit])
    return json.dumps({"every": every, "timezone": cut.timezone, "start": start.isoformat()})


def check_cut(history: History, cut: WindowCut | RowCut) -> None:
    """See that windows are cut as those in the history.

    Raises
    ------
    ConfigError
        When they are not.
    """
    if history.cut is not None and history.cut != kind_of(cut):
        before, now = json.loads(history.cut), json.loads(kind_of(cut))
        changed = [f"{name} {was}" for name, was in before.items() if now.get(name) != was]
        raise ConfigError(
            f"windows: those in the history have {' and '.join(changed)}, and windows of two kinds"
            " cannot stand side by side",
            hint="set it back, choose another endpoint, or drop them: mmon history purge",
        )


def check(history: History, cut: WindowCut | RowCut, limits: Range, asked: Asked) -> None:
    """See that windows are cut as before, and that the clock has not gone back.

    Raises
    ------
    ConfigError
        When it is not so.
    """
    check_cut(history, cut)
    newest = history.newest()
    stored = [] if newest is None else history.windows(keys=[newest])
    end_us = next((one.end_us for one in stored), None)
    if end_us is not None and not asked.is_range and limits.until_us < end_us:
        until, end = (f"{to_naive(at).isoformat()}Z" for at in (limits.until_us, end_us))
        raise ConfigError(
            f"the history holds windows up to {end}, and {until} is before that",
            hint="correct the clock or --until; --from and --to analyse windows again",
        )


def allowed(due: Sequence[Due], windows: Windows, asked: Asked) -> list[Due]:
    """The windows that may be analysed, of which some were before.

    Raises
    ------
    ConfigError
        When a range is asked for that holds such windows, and none is to be replaced.
    """
    known = [one for one in due if one.known is not None]
    if not asked.is_range or not known or windows.existing == "replace":
        return list(due)
    if windows.existing == "fail":
        are = "1 window of that range is" if len(known) == 1 else f"{len(known):,} windows are"
        raise ConfigError(
            f"{are} in the history, and windows.existing is fail",
            hint="choose another range, or set windows.existing to skip or replace",
        )
    return [one for one in due if one.known is None]

"""River's stream detectors, over the losses of production in the order of time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mmon.analyses import Context
from mmon.analyses.change_points import ALARMS, DetectorName
from mmon.analyses.change_points.places import Places
from mmon.profiles.folding.loss_column import MOST_LOSSES, LossColumn
from mmon.profiles.outcomes.loss_steps import Loss, LossSteps
from mmon.verdict.finding import Finding

_INSTALL = "it takes River: pip install 'mmon[river]'"
_NAMED = 3
# It takes a millisecond a row.
_MOST_ROWS: Mapping[DetectorName, int] = {"kswin": 50_000}
# These take 0 and 1 alone.
_BINARY: Sequence[DetectorName] = ("ddm", "eddm", "hddm_a", "hddm_w")


def alarms(
    names: Sequence[DetectorName], column: LossColumn | None, context: Context
) -> list[Finding]:
    """What each detector raised, and where; irrelevant, with the reason, where it cannot look."""
    if not names:
        return []
    losses = context.production.losses
    return [_looked(name, column, losses, context) for name in names]


def _looked(
    name: DetectorName, column: LossColumn | None, steps: LossSteps | None, context: Context
) -> Finding:
    reason = _lack(name, column)
    if reason is not None or column is None or steps is None:
        return Finding(ALARMS[name], None, reason=reason or "there is no loss to look at")
    detector, found = _detector(name), []
    for place, loss in zip(column.places.tolist(), column.losses.tolist(), strict=True):
        detector.update(loss)
        if detector.drift_detected:
            found.append(place)
    windows = context.config.windows
    places = Places(steps, "UTC" if windows is None else windows.timezone)
    told = [places.at(one) for one in found[:_NAMED]]
    more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    where = f", {', '.join(told)}{more}" if told else ""
    return Finding(
        ALARMS[name], float(len(found)), reason=f"in {column.rows:,} labelled rows{where}"
    )


def _lack(name: DetectorName, column: LossColumn | None) -> str | None:
    """Why a detector cannot look."""
    try:
        import river  # noqa: F401  # whether it is there
    except ImportError:
        return _INSTALL
    if column is None or not column.rows:
        return "production has no labels"
    most = _MOST_ROWS.get(name, MOST_LOSSES)
    if column.rows > most:
        return f"it looks at {most:,} labelled rows at most, and there are {column.rows:,}"
    if name in _BINARY and column.loss is not Loss.ERROR_RATE:
        return "it looks at right and wrong answers, and there are only losses of other sizes"
    return None


def _detector(name: DetectorName) -> Any:
    """A detector of River, with its own settings; seeded where it draws."""
    from river import drift
    from river.drift import binary

    made: dict[DetectorName, Callable[[], Any]] = {
        "adwin": drift.ADWIN,
        "ddm": binary.DDM,
        "eddm": binary.EDDM,
        "hddm_a": binary.HDDMA,
        "hddm_w": binary.HDDMW,
        "page_hinkley": drift.PageHinkley,
        "kswin": functools.partial(drift.KSWIN, seed=1),
    }
    return made[name]()

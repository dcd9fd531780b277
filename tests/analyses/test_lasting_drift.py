"""What adds up over the windows of a history: small changes of columns, and of the loss."""

from __future__ import annotations

import numpy as np

from mmon.config.levels import Thresholds
from mmon.profiles.block_noise import BlockKey, BlockNoise
from mmon.results import Result, Status
from tests.statistics.service import AT_ZERO, alarms, config, lasting_days

SIZES = 5_000, 500


def first_day(found: list[list[Result]], status: Status | None = None) -> int | None:
    """The first day with an alarm of the first column, or with that status."""
    own = ([r for r in day if r.column == "column 0"] for day in found)
    wanted = (Status.POTENTIAL_DETECTION, Status.DETECTED) if status is None else (status,)
    return next((day for day, some in enumerate(own) if some[0].status in wanted), None)


def test_a_small_change_that_lasts_is_found_and_told_since_when() -> None:
    shifts = [0.0] * 10 + [0.15] * 10
    found = lasting_days(np.random.default_rng(1), SIZES, config(AT_ZERO), shifts)
    day = first_day(found)
    assert day is not None
    assert 10 <= day <= 13
    assert not any(alarms(one) for one in found[:10])
    (last,) = (r for r in found[-1] if r.column == "column 0")
    assert last.name == "lasting_drift"
    assert last.reason is not None
    assert "since 2024-01-1" in last.reason
    assert last.q_value is not None
    assert last.q_value < 1 / 730
    named = {r.column for r in alarms(found[-1])}
    assert named == {"column 0", "column 1", "column 2", "column 3"}


def test_a_change_below_its_level_is_told_and_raises_no_alarm() -> None:
    shifts = [0.0] * 5 + [0.15] * 15
    found = lasting_days(np.random.default_rng(2), SIZES, config(None), shifts)
    assert not any(alarms(one) for one in found)
    assert any(r.changed for day in found for r in day if r.column == "column 0")


def test_a_column_may_have_levels_of_its_own_or_none() -> None:
    of = config(None).model_copy(
        update={
            "by_column": {
                "column 0": {"lasting_drift": Thresholds(detected=0.02)},
                "column 1": {"lasting_drift": Thresholds()},
            }
        }
    )
    found = lasting_days(np.random.default_rng(6), SIZES, of, [0.0] * 3 + [0.2] * 5)
    assert {r.column for r in alarms(found[-1])} == {"column 0"}
    assert "column 1" not in {r.column for r in found[-1]}


def test_slow_drift_is_not_absorbed() -> None:
    shifts = [0.0] * 5 + [0.02 * day for day in range(60)]
    found = lasting_days(np.random.default_rng(3), SIZES, config(None), shifts)
    potential, detected = first_day(found), first_day(found, Status.DETECTED)
    assert potential is not None
    assert detected is not None
    # A total variation distance of 0.1 is a shift of 0.25, one of 0.2 a shift of 0.5.
    assert 5 + 12 < potential < detected < 5 + 60
    own = [next(r for r in day if r.column == "column 0") for day in found]
    assert all(r.status is Status.DETECTED for r in own[detected:])


def test_what_went_back_to_the_reference_is_no_alarm() -> None:
    shifts = [0.0] * 5 + [0.6] * 10 + [0.0] * 15
    found = lasting_days(np.random.default_rng(4), SIZES, config(None), shifts)
    assert first_day(found, Status.DETECTED) in range(5, 10)
    assert not alarms(found[-1])


def test_windows_that_differ_by_nature_are_no_change_that_lasts() -> None:
    rng = np.random.default_rng(5)
    shifts = list(0.3 * rng.normal(size=40))
    # What blocks of such a reference have: a shift of s is a distance of 0.4 s.
    blocks = np.abs(0.12 * rng.normal(size=(4, 30)))
    keys = [
        BlockKey("data-drift", "total_variation", "value", f"column {place}") for place in range(4)
    ]
    noise = BlockNoise("1d", "UTC", np.arange(30), tuple(keys), blocks, np.zeros(len(keys)))
    without = lasting_days(rng, SIZES, config(None), shifts)
    beside = lasting_days(rng, SIZES, config(None), shifts, noise)
    assert sum(bool(alarms(one)) for one in without) > 2
    assert not any(alarms(one) for one in beside)
    lasting = lasting_days(rng, SIZES, config(None), [one + 0.8 for one in shifts], noise)
    assert first_day(lasting) is not None

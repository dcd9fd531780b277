"""An alert follows from windows in their order, and from nothing else."""

from __future__ import annotations

import random
from typing import Any

import pytest

from mmon.alerts.episodes import Seen, episodes
from mmon.config.alerts import Alert
from mmon.windows.timestamps import DAY_US


def alert(**keys: Any) -> Alert:
    return Alert.model_validate({"name": "drift", "on": "data-drift-detected", **keys})


def days(text: str) -> list[Seen]:
    """Daily windows: M matches, - does not, 0 has no rows, a blank is none at all."""
    return [
        Seen(day, (day + 1) * DAY_US, is_match=mark == "M", is_telling=mark != "0")
        for day, mark in enumerate(text)
        if mark != " "
    ]


def told(text: str, resets: tuple[int, ...] = (), **keys: Any) -> list[tuple[int, int | None]]:
    found = episodes(alert(**keys), days(text), resets)
    return [(one.fired.key, None if one.cleared is None else one.cleared.key) for one in found]


def test_an_alert_becomes_active_once_and_ends_in_the_first_window_without_a_match() -> None:
    assert told("--MMM-M-") == [(2, 5), (6, 7)]
    assert told("--MM") == [(2, None)]
    assert told("----") == []


def test_a_window_without_rows_ends_nothing() -> None:
    assert told("-M00M-") == [(1, 5)]


def test_without_a_period_so_many_windows_on_end_are_needed() -> None:
    criteria = {"count": 3}
    assert told("MM-MM-MMMM-", criteria=criteria) == [(8, 10)]
    assert told("MM0M-", criteria=criteria) == [(3, 4)]


def test_a_period_counts_windows_by_their_ends() -> None:
    assert told("M-M-M-", criteria={"count": 3, "period": "5d"}) == [(4, 5)]
    assert told("M-M-M-", criteria={"count": 3, "period": "4d"}) == []
    assert told("MMM", criteria={"count": 3, "period": "3d"}) == [(2, None)]
    # Days that were never analysed are time, too.
    assert told("MM  M", criteria={"count": 3, "period": "3d"}) == []


def test_within_a_cooldown_an_alert_stays_quiet_and_speaks_after_it() -> None:
    assert told("M-M-M-M-", cooldown="4d") == [(0, 1), (4, 5)]
    # What still goes on when it is over is told then.
    assert told("M-MMMM-", cooldown="4d") == [(0, 1), (4, 6)]


def test_a_manual_alert_stays_active_until_it_is_reset() -> None:
    assert told("M---M---", reset="manual") == [(0, None)]
    assert told("M---M---", (3,), reset="manual") == [(0, None), (4, None)]
    (only,) = episodes(alert(reset="manual"), days("M---"), (3,))
    assert only.is_over


def test_a_reset_begins_the_count_anew() -> None:
    assert told("MMMM", (1,), criteria={"count": 3}) == []
    assert told("MMMMM", (1,), criteria={"count": 3}) == [(4, None)]


def test_an_episode_covers_the_windows_in_which_it_was_active() -> None:
    (first, second) = episodes(alert(), days("-M0M-M"))
    assert [first.covers(key) for key in range(6)] == [False, True, True, True, False, False]
    assert (first.matched, first.is_over, second.is_over) == (2, True, False)


@pytest.mark.parametrize("seed", range(40))
def test_windows_that_come_one_by_one_give_what_all_at_once_give(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice("MM--0") for _ in range(40))
    keys: dict[str, Any] = {
        "criteria": chance.choice([{"count": 1}, {"count": 2}, {"count": 3, "period": "5d"}]),
        "reset": chance.choice(["auto", "auto", "manual"]),
    }
    if chance.random() < 0.5:
        keys["cooldown"] = "4d"
    fired: list[int] = []
    for end in range(1, len(text) + 1):
        found = episodes(alert(**keys), days(text[:end]))
        fired += [one.fired.key for one in found if one.fired.key == end - 1]
    assert fired == [one.fired.key for one in episodes(alert(**keys), days(text))]

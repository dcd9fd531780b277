"""What is told of an alert whose windows become known in another order than they came."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.alerts.episodes import Seen, episodes
from mmon.alerts.planning import Occasion, Planned, Told, planned
from mmon.alerts.standing import Standing
from mmon.config.sections import Config
from mmon.history.records import Activation
from mmon.results import Window
from mmon.windows.timestamps import DAY_US, iso, to_utc
from tests.reports.sample_document import sample_document

CONFIG = Config.model_validate(
    {
        "reference": "a.csv",
        "production": "b.csv",
        "alerts": [{"name": "worse", "on": "model-performance-detected", "resolved": True}],
        "notifications": [{"kind": "webhook", "url": "https://a.example/x", "when": ["recovered"]}],
    }
)
DOCUMENT = sample_document(0)


def told(key: int) -> Told:
    start, end = (to_utc(place * DAY_US) for place in (key, key + 1))
    assert start is not None
    assert end is not None
    window = Window(0, 100, iso(start), iso(end))
    return Told(key, (key + 1) * DAY_US, dataclasses.replace(DOCUMENT, windows=[window]))


def run(known: str, of_run: tuple[int, ...], before: list[Planned]) -> list[Planned]:
    """What a run plans; ``known`` has a sign for each window: + matches, - not, ? is not known."""
    seen = [
        Seen(key, (key + 1) * DAY_US, sign == "+", sign != "?", key * DAY_US)
        for key, sign in enumerate(known)
    ]
    standing = Standing(CONFIG.alerts[0], episodes(CONFIG.alerts[0], seen))
    sent = [
        Activation(
            one.message.key,
            "notification",
            "webhook",
            one.message.reason,
            "now",
            alert=one.message.alert,
            windows=one.windows,
        )
        for one in before
    ]
    found = planned(Occasion(CONFIG, DOCUMENT, [*map(told, of_run)], [standing], sent))
    before += found
    return found


@pytest.mark.parametrize(
    "runs",
    [
        # What ended it is known first, and then that it ended before that.
        [("+?-", (0, 2)), ("+--", (1,)), ("+--", ())],
        # What ended it was told of before it was known to have begun.
        [("?--", (1, 2)), ("+--", (0,)), ("+--", ())],
        [("?--", (1, 2)), ("+--", (0,)), ("+--", (1,))],
        [("+--", (0, 1, 2)), ("+--", (0, 1, 2))],
        # It goes on in what was one episode, until a window between is known.
        [("+?+", (0, 2)), ("+-+", (1,)), ("+-+-", (3,)), ("+-+-", ())],
    ],
)
def test_of_an_episode_the_begin_and_the_end_are_told_once(
    runs: list[tuple[str, tuple[int, ...]]],
) -> None:
    sent: list[Planned] = []
    for known, of_run in runs:
        run(known, of_run, sent)
    assert [one.message.reason for one in sent] == ["alert", "resolved"]


def test_an_end_in_a_window_that_was_told_of_is_dated_by_the_episode() -> None:
    sent: list[Planned] = []
    run("?-", (1,), sent)
    _, end = run("+-", (0,), sent)
    assert end.message.text == "worse is over after 1 d, active since 1970-01-02"
    assert end.windows == (1,)


def test_the_end_of_an_episode_that_no_run_told_of_is_told_in_its_window_alone() -> None:
    assert run("+-", (), []) == []
    assert [one.message.reason for one in run("+-", (1,), [])] == ["resolved"]

"""Steps of the loss in words, and in the verdict's sentence."""

from __future__ import annotations

import pytest

from mmon.outline.changes import changes_part, stepped
from mmon.results import Result, Status, Verdict, Window
from tests import quantities
from tests.reports.sample_document import sample_document
from tests.unit.sentence_results import QUIET, WINDOW, dropped, said

PLACE = "on 2024-03-18 ± 6 h"


def step(value: float, status: Status = Status.DETECTED, **fields: object) -> Result:
    told = {"aspect": "step", "reference_value": 0.08, "status": status, "reason": PLACE}
    name = str(fields.pop("name", "error_rate_step"))
    return quantities.result(name, value, **{**told, **fields})


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (step(0.11), f"the error rate rose from 8% to 19% {PLACE}"),
        (step(-0.05), f"the error rate fell from 8% to 3% {PLACE}"),
        (
            step(0.5, name="mae_step", reference_value=4.0, relative=True, reason="at row 9 ± 2"),
            "the mean absolute error rose from 4 to 6 at row 9 ± 2",
        ),
        (
            step(0.2, name="log_loss_step", reference_value=0.3, relative=False),
            f"the log loss rose from 0.300 to 0.500 {PLACE}",
        ),
    ],
)
def test_a_step_is_told_by_both_means_and_its_place(one: Result, words: str) -> None:
    assert stepped(one) == words


def test_what_made_the_model_worse_is_dated_by_the_largest_step() -> None:
    fell = dropped("accuracy", 0.92, 0.81, 0.11, Status.DETECTED)
    later = {"reason": "on 2024-04-02 ± 1 d"}
    steps = [
        step(0.11),
        step(0.07, reference_value=0.19, **later),
        step(-0.05, Status.NO_DETECTION, reference_value=0.26, **later),
    ]
    windows = [Window(0, 10), WINDOW, Window(1, 10)][::2]
    assert said(Verdict.BREACH, [*fell, *steps], windows) == (
        "accuracy fell 0.920 → 0.810 in window 1 of 2; "
        f"the error rate rose from 8% to 19% {PLACE} (the largest of 2 rises)"
    )  # fmt: skip


BACK = step(-0.1, Status.NO_DETECTION, reference_value=0.19, window=2, reason="on 2024-04-02")
RISEN = f"the error rate rose from 8% to 19% {PLACE}"


@pytest.mark.parametrize(
    ("first_judged", "steps", "told"),
    [
        (2, [step(0.11, window=1), BACK], ""),
        (0, [step(0.11, window=1), BACK], f"; {RISEN}, and fell to 9% on 2024-04-02"),
        (2, [step(0.11, window=1)], f"; {RISEN}"),
        # A step down that is small takes nothing back.
        (
            2,
            [step(0.11, window=1), step(-0.02, Status.NO_DETECTION, reference_value=0.19)],
            f"; {RISEN}",
        ),
        # The second one lasts.
        (2, [step(0.11, window=0), BACK, step(0.11, window=2)], f"; {RISEN}"),
    ],
    ids=["over", "over, and judged", "lasting", "hardly better", "again"],
)
def test_a_sentence_tells_no_step_that_was_over_before_what_is_judged(
    first_judged: int, steps: list[Result], told: str
) -> None:
    windows = [Window(place, 10, is_judged=place >= first_judged) for place in range(4)]
    assert said(Verdict.PASS, [*QUIET, *steps], windows) == f"no drift in 3 columns{told}"


def test_a_step_explains_no_breach_of_anything_else() -> None:
    drifted = quantities.result(
        "ks", 0.3, column="a", status=Status.DETECTED, gating=True, detected=0.2
    )
    assert "error rate" not in said(Verdict.BREACH, [drifted, step(0.11)])


def test_a_step_that_fails_nothing_is_told_of_a_run_that_passes() -> None:
    told = said(Verdict.PASS, [*QUIET, step(0.11)])
    assert told == f"no drift in 3 columns; the error rate rose from 8% to 19% {PLACE}"
    assert said(Verdict.PASS, [*QUIET, step(-0.05, Status.NO_DETECTION)]) == "no drift in 3 columns"


def test_what_was_looked_for_and_not_found_is_told_with_its_reason() -> None:
    results = [
        quantities.result("change_points", 1.0, reason="900 labelled rows"),
        step(0.11),
        step(-0.11, Status.NO_DETECTION, changed=True),
        step(-0.11, Status.INCONCLUSIVE),
        quantities.result("adwin_alarms", 0.0, reason="in 900 labelled rows"),
        quantities.result("kswin_alarms", None, reason="it takes River"),
    ]
    part = changes_part(quantities.with_rows(sample_document(2), results=results))
    assert part is not None
    assert [one.text for one in part.changes] == [
        stepped(step(size)) for size in (0.11, -0.11, -0.11)
    ]
    assert [one.word for one in part.changes] == ["detected", "better", "inconclusive"]
    assert part.notes == (
        "1 change point: 900 labelled rows",
        "no ADWIN alarms: in 900 labelled rows",
        "no KSWIN alarms told: it takes River",
    )
    assert changes_part(sample_document(2)) is None


def test_what_is_said_of_several_windows_is_said_once() -> None:
    rows = [quantities.result("change_points", 0.0, reason="900 labelled rows") for _ in range(3)]
    part = changes_part(quantities.with_rows(sample_document(2), results=rows))
    assert part is not None
    assert part.notes == ("no change points: 900 labelled rows (each of 3 windows)",)

"""An application that fails is told, and leaves all others alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mmon
from mmon.errors import ExitStatus
from tests.applications.python_runs import APP, REFERENCE, own, run, timed, windows

FAILING = """
class Broken(mmon.Application):
    def do_tracking(self, context):
        raise KeyError("no_such_thing")

class Leaves(mmon.Application):
    def do_tracking(self, context):
        import sys
        print("lost")
        sys.exit(1)

class Ends(BaseException):
    pass

class Panics(mmon.Application):
    def do_tracking(self, context):
        raise Ends("of all")

class Asks(mmon.Application):
    def do_tracking(self, context):
        raise KeyboardInterrupt

class Fine(mmon.Application):
    def do_tracking(self, context):
        return mmon.Result("fine", 0.1, detected=0.5)
"""


@pytest.mark.parametrize("name", ["Broken", "Leaves", "Panics"])
def test_an_application_that_fails_is_told_and_leaves_the_others_alone(
    at: Any, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = at(FAILING)
    broken, fine = {"class": f"{place}:{name}"}, {"class": f"{place}:Fine"}
    document = run(broken, fine)
    failed, other = own(document)
    assert (failed.name, failed.kind, failed.status) == (
        "mm_app_failed",
        "mm_app_anomaly",
        "detected",
    )
    assert (failed.gating, other.value, other.status) == (False, 0.1, "no_detection")
    assert document.exit_status is ExitStatus.FAILURE
    (error,) = document.errors
    assert error.startswith(f"application {name.lower()!r} failed: ")
    assert "do_tracking" in error
    assert "running.py" not in error
    assert run({**broken, "optional": True}, fine).exit_status is ExitStatus.PASS
    assert capsys.readouterr().out == ""


def test_a_breach_stays_one_whatever_fails(at: Any) -> None:
    place = at(FAILING + APP)
    entries = {"class": f"{place}:Broken"}, {"class": f"{place}:Large", "args": {"detected": 0.1}}
    assert run(*entries).exit_status is ExitStatus.BREACH


def test_a_quiet_pass_with_a_failure_is_told(
    at: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mmon.cli.app import execute

    REFERENCE.write_parquet(tmp_path / "r.parquet")
    (tmp_path / "mmon.yaml").write_text(
        f"reference: {tmp_path}/r.parquet\nproduction: {tmp_path}/r.parquet\n"
        f"applications: [{{class: '{at(FAILING)}:Broken'}}]\n"
    )
    assert execute(["run", str(tmp_path / "mmon.yaml"), "--quiet"]) == 3
    assert capsys.readouterr().out == "PASS no drift in 1 column; application broken failed\n"


def test_a_window_that_is_not_full_fails_as_well(at: Any, tmp_path: Path) -> None:
    body = windows(f"{at(FAILING)}:Broken", tmp_path, history=False)
    timed(90).write_parquet(tmp_path / "all.parquet")
    document = mmon.run(body).document
    assert [one.is_complete for one in document.windows][-1] is False
    assert {one.status for one in own(document)} == {"detected"}


def test_a_failure_is_kept_in_a_history(at: Any, tmp_path: Path) -> None:
    body = windows(f"{at(FAILING)}:Broken", tmp_path, history=True)
    first, again = mmon.run(body).document, mmon.run(body).document
    assert len(first.errors) == 4
    assert "failed in the window from 2024-01-01" in first.errors[0]
    assert first.exit_status is again.exit_status is ExitStatus.FAILURE


def test_an_interrupt_is_no_failure_of_the_application(at: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        run({"class": f"{at(FAILING)}:Asks"})

"""What is wrong with a history, or does not fit it, ends in one sentence and no traceback."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from mmon.cli.app import execute
from mmon.errors import ExitStatus
from mmon.history import database, tables
from tests.e2e.running import environment
from tests.monitoring.days import Watched, date
from tests.services import Postgres

USAGE, FAILURE = ExitStatus.USAGE, ExitStatus.FAILURE


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Three days of a model whose history is in the current folder."""
    monkeypatch.chdir(tmp_path)
    watched = Watched(tmp_path, "history.db", every=60)
    watched.write(*range(3))
    return watched


def tell(
    watched: Watched, capfd: pytest.CaptureFixture[str], *options: str, **changes: object
) -> tuple[int, str]:
    """The exit status of a run, and the first line and the hint on stderr."""
    path = watched.folder / "watched.yaml"
    path.write_text(yaml.safe_dump({**watched.config, **changes}))
    capfd.readouterr()
    until = () if "--until" in options else ("--until", date(3))
    status = execute(["run", str(path), *until, *options])
    said = capfd.readouterr().err
    assert "Traceback" not in said
    return status, said


def test_a_history_needs_windows(here, capfd) -> None:
    status, said = tell(here, capfd, windows={})
    assert status == USAGE
    assert re.search(r"history .*: needs windows, each of which is.*\n.*windows.every", said), said


def test_waiting_needs_a_history(here, capfd) -> None:
    windows = {"every": "1d", "incomplete": "wait"}
    path = here.folder / "watched.yaml"
    path.write_text(yaml.safe_dump({**here.config, "history": None, "windows": windows}))
    assert execute(["run", str(path)]) == USAGE
    assert re.search(r"windows.incomplete.*: 'wait' needs a history", capfd.readouterr().err)


def test_times_need_a_history(here, capfd) -> None:
    status, said = tell(here, capfd, history=None)
    assert (status, "--until, --from and --to need a history" in said) == (USAGE, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--until", "yesterday"], r"--until 'yesterday' is not a date or time"),
        (["--from", "2024-13-01"], r"--from '2024-13-01' is not a date or time"),
        (["--to", "9999-01-01"], r"--to '9999-01-01' is outside the years"),
        (["--from", "2024-01-03", "--to", "2024-01-02"], r"--from 2024-01-03 is not before --to"),
        (["--from", "2030-01-01"], r"--from 2030-01-01 is not before --until"),
    ],
)
def test_times_that_are_none(here, capfd, options, says) -> None:
    status, said = tell(here, capfd, *options)
    assert status == USAGE
    assert re.search(says, said), said


@pytest.mark.parametrize(
    ("url", "status", "says"),
    [
        ("no/such/history.db", FAILURE, r"cannot be opened: there is no folder 'no/such'"),
        ("days", FAILURE, r"the history days is a folder"),
        ("mysql://me:s3cretword@host/db", USAGE, r"mysql is no database that mmon keeps one in"),
        ("postgresql+psycopg://me:s3cretword@:port/db", USAGE, r"is no address"),
        ("mysql://host/db", USAGE, r"postgresql\+psycopg://HOST/DATABASE, with USER:PASSWORD@"),
        ("host=h dbname=d password=s3cretword", USAGE, r"that is no path of a file"),
        ("sqlite://", USAGE, r"memory keeps nothing"),
        (
            "postgresql+psycopg://me:s3cretword@127.0.0.1:9/db",
            FAILURE,
            r"@127.0.0.1:9/db cannot be opened: the server cannot be reached",
        ),
        ("postgresql://me:s3cretword@no.such.host.invalid/db", FAILURE, r"cannot be reached"),
    ],
)
def test_places_that_hold_no_history(here, capfd, url, status, says) -> None:
    found, said = tell(here, capfd, history=url)
    assert re.search(says, said), said
    assert found == status
    assert "s3cretword" not in said


def test_a_server_needs_what_speaks_to_it(here, capfd, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    status, said = tell(here, capfd, history="postgresql://me:s3cretword@host/db")
    assert status == USAGE
    assert re.search(r'@host/db is read through psycopg\n.*pip install "mmon\[postgres\]"', said)
    assert "s3cretword" not in said


def test_a_file_that_is_no_database(here, capfd) -> None:
    (here.folder / "history.db").write_bytes(b"x,group\n1,a\n" * 100)
    status, said = tell(here, capfd)
    assert (status, "history.db is no SQLite database" in said) == (FAILURE, True)


def test_a_damaged_database(here, capfd) -> None:
    here.run(until=2)
    path = here.folder / "history.db"
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    path.write_bytes(data)
    status, said = tell(here, capfd)
    assert (status, "history.db is damaged" in said) == (FAILURE, True), said


def test_a_history_of_a_newer_mmon(here, capfd) -> None:
    here.run(until=2)
    with database.connected(here.url, 10.0) as connection, connection.begin():
        connection.execute(text("UPDATE mmon_schema SET version = 99"))
    status, said = tell(here, capfd)
    assert status == FAILURE
    reads = f"this mmon reads up to {tables.VERSION}"
    assert re.search(rf"history.db is of version 99; {reads}\n.*upgrade", said)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["run", "writer"])
def test_a_history_in_use(here, capfd, what: str) -> None:
    here.run(until=2)
    (lock,) = here.folder.glob("history.db.*.lock")
    other = sqlite3.connect(lock if what == "run" else here.url, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    status, said = tell(here, capfd, history={"url": here.url, "wait": "500ms"})
    other.close()
    assert status == FAILURE
    says = {
        "run": r"another run of this configuration is working with the history history.db",
        "writer": r"the history history.db is in use by another process",
    }
    assert re.search(says[what], said), said


@pytest.mark.slow
def test_a_history_that_may_not_be_written(here) -> None:
    here.run(until=2)
    config = here.folder / "watched.yaml"
    config.write_text(yaml.safe_dump(here.config))
    for path in here.folder.glob("history.db*"):
        path.chmod(0o444)
    here.folder.chmod(0o555)
    command = [sys.executable, "-m", "mmon", "run", str(config), "--until", date(3)]
    if os.getuid() == 0:
        # Permissions do not bind root that has all capabilities.
        lost = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--inh-caps={lost}", f"--bounding-set={lost}", *command]
    ended = subprocess.run(
        command, cwd=here.folder, env=environment(), capture_output=True, check=False
    )
    here.folder.chmod(0o755)
    assert ended.returncode == FAILURE, ended.stderr
    assert re.search(r"history.db (may not be written|cannot be locked)", ended.stderr.decode())


@pytest.mark.slow
def test_the_clock_has_gone_back(here, capfd) -> None:
    here.run(until=3)
    status, said = tell(here, capfd, "--until", date(1))
    assert status == USAGE
    assert re.search(
        r"windows up to 2024-01-04T00:00:00Z, and 2024-01-02T00:00:00Z is before", said
    )


@pytest.mark.parametrize(
    ("windows", "says"),
    [
        ({"every": "12h"}, "every 1d"),
        ({"every": "1d", "timezone": "Europe/Vienna"}, "timezone UTC"),
        ({"rows": 30}, "every 1d"),
        ({"every": "1d", "start": "2024-01-01T06:00"}, "start 1970-01-01T00:00:00"),
    ],
)
def test_windows_of_another_kind(here, capfd, windows, says) -> None:
    here.run(until=2)
    until = () if "every" in windows else ("--quiet",)
    path = here.folder / "watched.yaml"
    path.write_text(yaml.safe_dump({**here.config, "windows": windows}))
    capfd.readouterr()
    options = ["--until", date(3)] if not until else list(until)
    status = execute(["run", str(path), *options])
    said = capfd.readouterr().err
    assert status == USAGE
    assert says in said
    assert "mmon history purge" in said


@pytest.mark.parametrize(
    ("reference", "changes", "says"),
    [
        ({"previous": 0}, {}, r"reference.previous \(line \d+\): .*1"),
        ({"trailing": "week"}, {}, r"reference.trailing \(line \d+\)"),
        ({"season": "1mo"}, {}, r"reference.season \(line \d+\): .*'?1d'?"),
        ({"previous": 1, "trailing": 7}, {}, r"either 'previous' or 'trailing', not both"),
        ({"previous": 1, "season": "1w"}, {}, r"either 'previous' or 'season', not both"),
        ({"trailing": 7}, {"history": None}, r"reference.trailing needs a history"),
        ({"season": "1w"}, {"windows": {"rows": 30}}, r"reference.season needs windows of time"),
        ({"season": "1d"}, {"windows": {"every": "1w"}}, r"season is 1d, .* longer: 1w"),
        ({"seasons": "1w"}, {}, r"reference.seasons .*\n?.*did you mean 'season'"),
    ],
)
def test_references_that_do_not_roll(here, capfd, reference, changes, says) -> None:
    body = {"path": "reference.parquet", **reference}
    status, said = tell(here, capfd, reference=body, **changes)
    assert re.search(says, said), said
    assert status == USAGE


@pytest.mark.slow
def test_a_profile_that_cannot_be_read(here, capfd) -> None:
    rolls = {"reference": {"path": "reference.parquet", "previous": 1}}
    here.run(until=2, **rolls)
    with database.connected(here.url, 10.0) as connection, connection.begin():
        connection.execute(text("UPDATE mmon_profiles SET data = x'00'"))
    status, said = tell(here, capfd, **rolls)
    assert status == FAILURE
    assert re.search(r"profile of the window 2024-01-02 .* cannot be read\n.*--from and --to", said)


@pytest.mark.slow
def test_a_damaged_window_is_named(watched: Watched, capfd) -> None:
    watched.write(*range(2))
    watched.run(until=2)
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        connection.execute(tables.windows.update().values(document=b"damaged"))
    status, said = tell(watched, capfd, "--until", date(2))
    assert status == FAILURE
    name = re.escape(database.shown(watched.url))
    words = rf"the window from 2024-01-02T00:00:00Z in the history {name} is damaged\n"
    assert re.search(rf"{words}.*analyse it again, with --from and --to", said), said
    _, colon, password = watched.url.partition("@")[0].rpartition(":")
    assert not colon or password not in said
    status, said = tell(watched, capfd, "--from", date(0), "--to", date(2), "--until", date(2))
    assert status in (0, 4), said


@pytest.mark.slow
def test_a_damaged_window_of_rows_is_named_by_its_number(here, capfd) -> None:
    path = here.folder / "watched.yaml"
    path.write_text(yaml.safe_dump({**here.config, "windows": {"rows": 90}}))
    assert execute(["run", str(path), "--quiet"]) in (0, 4)
    with database.connected(here.url, 10.0) as connection, connection.begin():
        connection.execute(tables.windows.update().values(document=b"damaged"))
    capfd.readouterr()
    assert execute(["run", str(path)]) == FAILURE
    assert "window 1 in the history history.db is damaged" in capfd.readouterr().err


def test_windows_of_rows_know_no_time(here, capfd) -> None:
    status, said = tell(here, capfd, windows={"rows": 30})
    assert (status, "are for windows of time" in said) == (USAGE, True)


@pytest.mark.slow
def test_rows_that_are_gone(here, capfd) -> None:
    path = here.folder / "watched.yaml"
    path.write_text(yaml.safe_dump({**here.config, "windows": {"rows": 30}}))
    assert execute(["run", str(path), "--quiet"]) in (0, 4)
    (here.folder / "days" / f"{date(1)}.parquet").unlink()
    capfd.readouterr()
    assert execute(["run", str(path)]) == FAILURE
    assert "production has 120 rows, and 180 of them are analysed" in capfd.readouterr().err


def test_a_report_does_not_replace_the_history(here, capfd) -> None:
    status, said = tell(here, capfd, "--json", "history.db")
    assert (status, "would replace history.db" in said) == (USAGE, True)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("user", "name", "says"),
    [
        ("watcher:wr0ngpassword", "postgres", "does not accept the user or the password"),
        ("stranger:wr0ngpassword", "postgres", "does not accept the user or the password"),
        (None, "nowhere", "does not exist on the server"),
    ],
)
def test_a_server_that_refuses(here, capfd, postgres: Postgres, user, name, says) -> None:
    url = postgres.url(name)
    if user is not None:
        url = re.sub(r"//[^@]*@", f"//{user}@", url)
    status, said = tell(here, capfd, history=url)
    assert (status, says in said) == (FAILURE, True), said
    assert "wr0ngpassword" not in said
    assert postgres.password not in said


@pytest.mark.postgres
def test_no_password_is_told_or_kept(here, capfd, postgres: Postgres) -> None:
    url = postgres.new_database()
    status, _ = tell(here, capfd, "--json", "report.json", history=url)
    report = (here.folder / "report.json").read_text()
    assert (status, '"history"' in report) == (0, True)
    quoted = url.partition("watcher:")[2].partition("@")[0]
    kept = dataclasses.replace(here, url=url).kept()
    for secret in (postgres.password, quoted):
        assert secret not in report
        assert secret not in repr(kept)


@pytest.mark.postgres
def test_another_run_on_a_server(here, capfd, postgres: Postgres) -> None:
    from mmon.history import store

    url = postgres.new_database()
    with store.opened(url, None, None, 1.0):
        status, said = tell(here, capfd, history={"url": url, "wait": "500ms"})
    assert status == FAILURE
    assert re.search(
        r"another run of this configuration is working with the history postgres", said
    )

"""Where results go: whole files, devices, pipes that end early, disks that are full."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.e2e.conftest import Mmon
from tests.e2e.running import Ended, environment, process, shell

# Most tests here start a process or several.
pytestmark = pytest.mark.slow

BREACH = "compare ref.parquet shifted.parquet"
PASS = "compare ref.parquet prod.parquet"


@pytest.mark.parametrize("place", ["no/such/out", ".", "ref.parquet/out"])
def test_an_output_that_cannot_be_written_exits_3_and_names_it(mmon: Mmon, place: str) -> None:
    ended = mmon(PASS, f"--html {place} --json good.json")
    assert ended.status == 3
    assert ended.err.startswith("mmon: cannot ")
    assert place in ended.err.splitlines()[0]
    assert ended.out == ""


@pytest.mark.parametrize(
    "command",
    [
        "compare nope.csv nope.csv --html no/out.html",
        "run mmon.yaml",
        "validate mmon.yaml",
        "baseline nope.csv -o no/out.mmon",
        "report good.json --md no/out.md",
    ],
)
def test_a_folder_that_is_not_there_is_told_before_data_is_read(
    mmon: Mmon, folder: Path, command: str
) -> None:
    text = "reference: nope.csv\nproduction: nope.csv\noutputs: {html: no/out.html}\n"
    (folder / "mmon.yaml").write_text(text)
    ended = mmon(command)
    assert ended.status == 3
    assert re.match(
        r"mmon: cannot write no/out.\w+: no such file or directory\n  hint: ", ended.err
    )


def test_a_breach_outlives_an_output_that_cannot_be_written(mmon: Mmon, folder: Path) -> None:
    ended = mmon(BREACH, "--html /dev/full --json good.json")
    assert ended.status == 1
    assert "cannot write /dev/full" in ended.err
    assert "BREACH" in ended.out.splitlines()[-1]
    assert json.loads((folder / "good.json").read_text())["verdict"] == "breach"


def test_a_failed_output_does_not_keep_the_others_from_being_written(
    mmon: Mmon, folder: Path
) -> None:
    ended = mmon(PASS, "--json /dev/full --md good.md")
    assert ended.status == 3
    assert "cannot write /dev/full" in ended.err
    assert "PASS" in ended.out.splitlines()[-1]
    assert (folder / "good.md").read_text().startswith("#")


def test_outputs_have_the_mode_that_the_umask_gives(folder: Path) -> None:
    assert shell(f"umask 027; mmon {PASS} --json out.json", folder).status == 0
    assert stat.S_IMODE((folder / "out.json").stat().st_mode) == 0o640


def test_an_output_that_is_a_link_stays_one(mmon: Mmon, folder: Path) -> None:
    (folder / "run-1.json").write_text("old")
    (folder / "latest.json").symlink_to("run-1.json")
    assert mmon(PASS, "--json latest.json").status == 0
    assert (folder / "latest.json").is_symlink()
    assert json.loads((folder / "run-1.json").read_text())["verdict"] == "pass"


def test_devices_are_written_to_and_never_replaced(mmon: Mmon) -> None:
    assert mmon(PASS, "--json /dev/null").status == 0
    assert Path("/dev/null").is_char_device()


def test_a_named_pipe_takes_the_report(mmon: Mmon, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append((folder / "pipe").read_text()))
    reader.start()
    status = mmon(PASS, "--json pipe").status
    reader.join(timeout=30)
    assert status == 0
    assert json.loads(received[0])["verdict"] == "pass"
    assert (folder / "pipe").is_fifo()


def closed(command: str, words: str, folder: Path) -> Ended:
    """A command whose reader is gone before it writes."""
    return shell(f"mmon {command} {words} | true; exit ${{PIPESTATUS[0]}}", folder)


def test_a_reader_that_goes_away_changes_no_status(folder: Path) -> None:
    assert closed(PASS, "", folder) == Ended(0, "", "")
    assert closed(BREACH, "--json -", folder) == Ended(1, "", "")


def test_help_into_a_closed_pipe_is_quiet_and_never_a_breach(folder: Path) -> None:
    ended = closed("--help", "", folder)
    assert ended.status in (0, 3)
    assert ended.err == ""


@pytest.mark.parametrize(
    ("command", "status"),
    [(PASS, 3), (f"{PASS} --md -", 3), (f"{BREACH} --json -", 1), (f"{BREACH} -q", 1)],
)
def test_a_full_disk_behind_stdout_fails_the_run_unless_it_is_a_breach(
    folder: Path, command: str, status: int
) -> None:
    ended = shell(f"mmon {command} > /dev/full", folder)
    assert ended.status == status
    assert ended.err.startswith("mmon: cannot write to standard output: no space left")


def test_a_full_disk_behind_stderr_keeps_the_status(folder: Path) -> None:
    assert shell("mmon compare nope.csv ref.parquet 2> /dev/full", folder).status == 3
    assert shell("mmon --nope 2> /dev/full", folder).status == 2


def test_streams_that_are_closed_keep_the_status(folder: Path) -> None:
    assert shell(f"mmon {BREACH} >&- 2>&-", folder).status == 1
    assert shell("mmon compare nope.csv ref.parquet 2>&-", folder).status == 3
    assert shell("mmon --help >&-", folder).status in (0, 3)


def test_a_standard_input_that_is_closed_is_unreadable(folder: Path) -> None:
    ended = shell("mmon compare ref.parquet - <&-", folder)
    assert ended.status == 3
    assert ended.err.startswith("mmon: standard input is closed")


def test_a_standard_output_that_is_closed_is_told(folder: Path) -> None:
    ended = shell(f"mmon {PASS} >&-", folder)
    assert ended.status == 3
    assert ended.err == "mmon: cannot write to standard output: it is closed\n"
    assert shell(f"mmon {PASS} --json out.json >&-", folder).status == 3
    assert json.loads((folder / "out.json").read_text())["verdict"] == "pass"


def test_help_for_a_full_disk_is_told(folder: Path) -> None:
    ended = shell("mmon --help > /dev/full", folder)
    assert ended == Ended(3, "", "mmon: cannot write to standard output: the disk is full\n")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Files with an ``x`` and a ``y``, one of them under several names, and nothing else."""
    for name in ("d", "d/sub"):
        (tmp_path / name).mkdir()
    text = "x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(300))
    for name in ("d/a.csv", "d/b.csv", "d/sub/c.csv", "other.csv", "a b.csv"):
        (tmp_path / name).write_text(text)
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "hard.html").hardlink_to(tmp_path / "d/a.csv")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("read", "output"),
    [
        ("d other.csv", "d/a.csv"),
        ("other.csv 'd/*.csv'", "d/new.csv"),
        ("other.csv - --format csv < d/a.csv", "d/a.csv"),
        ("other.csv - --format csv < d/a.csv", "hard.html"),
        ("other.csv /dev/stdin --format csv < d/a.csv", "d/a.csv"),
    ],
)
def test_an_output_never_replaces_what_is_read(sources: Path, read: str, output: str) -> None:
    before = content(sources)
    ended = shell(f"mmon compare --html {output} -q {read}", sources)
    assert ended.status == 2, ended.err
    assert ended.err.startswith(f"mmon: the html report would replace {output}, which is read")
    assert content(sources) == before


@pytest.mark.parametrize("ending", ["txt", "html", "md", "json"])
def test_a_report_that_its_name_chooses_never_replaces_what_is_read(
    sources: Path, ending: str
) -> None:
    (sources / f"data.{ending}").write_bytes((sources / "other.csv").read_bytes())
    before = content(sources)
    command = f"mmon compare data.{ending} other.csv --format csv --report data.{ending}"
    for given in (command, f"{command} -q", f"{command} > screen.log"):
        ended = shell(given, sources)
        assert ended.status == 2, ended.err
        assert f"report would replace data.{ending}, which is read" in ended.err
    (sources / "screen.log").unlink()
    assert content(sources) == before


CONFIGURATION = """
reference: other.csv
production: [d/a.csv, 'd/sub/*']
labels: {path: a b.csv, on: x}
columns: {target: y, prediction: x}
task: regression
outputs: {json: "%s"}
"""


@pytest.mark.parametrize(
    "output", ["./other.csv", "link/a.csv", "d/sub/new.json", "a b.csv", "c.yaml"]
)
def test_configured_outputs_never_replace_what_is_read(
    mmon: Mmon, sources: Path, output: str
) -> None:
    (sources / "c.yaml").write_text(CONFIGURATION % output)
    before = content(sources)
    ended = mmon("run c.yaml -q")
    assert ended.status == 2
    assert "would replace" in ended.err
    assert content(sources) == before


def test_standard_output_never_goes_to_what_is_read(sources: Path) -> None:
    before = content(sources)
    ended = shell("mmon compare other.csv d >> d/a.csv", sources)
    assert ended.status == 2
    assert "the terminal report would replace standard output, which is read as d" in ended.err
    assert shell("mmon compare other.csv d/b.csv --json d/a.csv >> hard.html", sources).status == 2
    assert content(sources) == before


def test_standard_error_never_goes_to_what_is_read(sources: Path) -> None:
    """But for the message that says so, and that the shell leads there."""
    before = (sources / "d/a.csv").read_text()
    for name in ("/dev/stderr", "/proc/self/fd/2", "/proc/thread-self/fd/2"):
        (sources / "d/a.csv").write_text(before)
        ended = shell(f"mmon compare other.csv d --md {name} 2>> d/a.csv", sources)
        assert ended.status == 2
        _, new = (sources / "d/a.csv").read_text().split(before)
        assert new.startswith(f"mmon: the markdown report would replace {name}, which is read as d")
        assert len(new.splitlines()) == 2


def test_a_baseline_never_replaces_its_data(mmon: Mmon, sources: Path) -> None:
    (sources / "d/a.csv").rename(sources / "data.mmon")
    (sources / "same.mmon").symlink_to("data.mmon")
    before = content(sources)
    for data in ("same.mmon", "hard.html", "*.mmon"):
        ended = mmon(f"baseline {data} -o data.mmon --format csv")
        assert ended.status == 2
        assert "the baseline would replace data.mmon, which is read" in ended.err
    assert content(sources) == before


def test_a_report_never_replaces_its_result(mmon: Mmon, folder: Path) -> None:
    assert mmon(PASS, "--json result.json").status == 0
    before = (folder / "result.json").read_bytes()
    (folder / "link").symlink_to(folder)
    assert mmon("report result.json --html link/result.json").status == 2
    assert (folder / "result.json").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        "--json /dev/stdout --md -",
        "--json /dev/fd/1 --md /proc/self/fd/1",
        "--json out --md ./out",
        "--json old --md hard",
        "--json old --md soft",
        "--json pipe --md ./pipe",
        "--json - --md hard >> old",
        "--json old >> hard",
        "--json /dev/stderr --md old 2>> hard",
        "--json /dev/stdout --md /dev/stderr >> old 2>&1",
        "--json /proc/$$/fd/1 --md - >> old",
    ],
)
def test_two_outputs_never_go_to_one_place(folder: Path, words: str) -> None:
    (folder / "old").write_text("old")
    (folder / "hard").hardlink_to(folder / "old")
    (folder / "soft").symlink_to("old")
    os.mkfifo(folder / "pipe")
    ended = shell(f"mmon {PASS} {words}", folder)
    assert ended.status == 2
    told, written = "cannot both go to", (folder / "old").read_text()
    assert told in ended.err + written
    assert written.startswith("old")
    assert "{" not in written


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out"])
def test_the_file_behind_standard_output_is_written_on(folder: Path, path: str) -> None:
    """Not deleted, nor replaced: whoever opened it goes on writing to it."""
    (folder / "out").symlink_to("/dev/stdout")
    (folder / "summary.md").write_text("kept\n")
    line = f"(mmon {PASS} --md {path}; echo $?) >> summary.md"
    assert shell(line, folder) == Ended(0, "", "")
    first, second, *_, last = (folder / "summary.md").read_text().splitlines()
    assert (first, last) == ("kept", "0")
    assert second.startswith("### ")


def test_any_open_descriptor_can_take_a_report(folder: Path) -> None:
    (folder / "log").write_text("kept\n")
    ended = shell(f"mmon {PASS} -q --json /dev/fd/7 7>> log", folder)
    assert ended.status == 0, ended.err
    kept, *rest = (folder / "log").read_text().splitlines(keepends=True)
    assert kept == "kept\n"
    assert json.loads("".join(rest))["verdict"] == "pass"
    ended = shell(f"mmon {PASS} -q --json /dev/fd/77", folder)
    assert ended.status == 3
    assert ended.err.startswith("mmon: cannot write /dev/fd/77: ")


@pytest.mark.parametrize("number", range(3, 9))
def test_no_descriptor_of_our_own_takes_a_report(folder: Path, number: int) -> None:
    ended = process(*PASS.split(), "-q", "--json", f"/dev/fd/{number}", cwd=folder)
    assert ended.status == 3
    assert ended.err == f"mmon: cannot write /dev/fd/{number}: bad file descriptor\n"


def test_a_standard_error_that_is_closed_takes_no_report(folder: Path) -> None:
    assert shell(f"mmon {PASS} -q --json /dev/stderr 2>&-", folder).status == 3


@pytest.mark.parametrize("is_link", [False, True])
def test_the_file_behind_a_descriptor_of_another_process_is_added_to(
    folder: Path, is_link: bool
) -> None:
    """Not deleted, nor replaced, nor emptied: that process goes on writing to it."""
    log = folder / "other.log"
    with log.open("w") as file:
        file.write("kept\n")
        file.flush()
        path = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        if is_link:
            (folder / "out").symlink_to(path)
        ended = process(*PASS.split(), "-q", "--json", "out" if is_link else path, cwd=folder)
        assert ended.status == 0, ended.err
        assert os.fstat(file.fileno()).st_nlink == 1
    kept, *rest = log.read_text().splitlines(keepends=True)
    assert kept == "kept\n"
    assert json.loads("".join(rest))["verdict"] == "pass"
    assert not list(folder.glob("*deleted*"))


@pytest.mark.parametrize(
    ("place", "unbuffered"), [("-", ""), ("-", "1"), ("/dev/stderr", ""), ("/dev/fd/{}", "")]
)
def test_a_pipe_that_does_not_block_takes_the_whole_report(
    folder: Path, place: str, unbuffered: str
) -> None:
    out, end = os.pipe()
    os.set_blocking(end, False)
    filling = os.write(end, b" " * (1 << 20))  # so that there is no room to begin with
    words = [*PASS.split(), "-q", "--json", place.format(end)]
    streams = {"-": {"stdout": end}, "/dev/stderr": {"stderr": end}}.get(place, {})
    with subprocess.Popen(
        [sys.executable, "-m", "mmon", *words],
        cwd=folder,
        env=environment({"PYTHONUNBUFFERED": unbuffered}),
        pass_fds=[end],
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams},
    ) as running:
        os.close(end)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(2)
        with os.fdopen(out, "rb") as reader:
            received = reader.read()
        assert running.wait(60) == 0
    assert json.loads(received[filling:])["verdict"] == "pass"


def test_a_baseline_replaces_no_pipe(mmon: Mmon, folder: Path) -> None:
    os.mkfifo(folder / "pipe.mmon")
    ended = mmon("baseline ref.parquet -o pipe.mmon")
    assert ended.status == 3
    assert "cannot write pipe.mmon: " in ended.err
    assert (folder / "pipe.mmon").is_fifo()


@pytest.mark.parametrize(
    "command",
    [
        "baseline ref.parquet -o old.mmon",
        "init old.yaml --force",
        "report result.json --html old.html",
        "report result.json --md old.md",
    ],
)
def test_a_disk_that_is_full_leaves_the_old_file(mmon: Mmon, folder: Path, command: str) -> None:
    """A limit on the size of files stands for it: every write beyond it fails."""
    assert mmon(PASS, "--json result.json").status == 0
    old = folder / next(word for word in command.split() if word.startswith("old"))
    old.write_text("old")
    files = content(folder)
    ended = shell(f"ulimit -f 0; mmon {command}", folder)
    assert ended.status == 3
    assert ended.err.startswith(f"mmon: cannot write {old.name}: file too large\n  hint: ")
    assert content(folder) == files


def test_a_breach_outlives_a_report_that_cannot_be_made(folder: Path) -> None:
    broken = """
import sys
from mmon import reports

def render(name, document):
    raise ZeroDivisionError("boom")

reports.render = render
sys.argv = ["mmon", "compare", "ref.parquet", sys.argv[1], "--html", "out.html", "-q"]
from mmon.cli.app import main
main()
"""
    (folder / "broken.py").write_text(broken)
    # With --quiet a pass says nothing.
    for production, status, said in (("shifted.parquet", 1, "BREACH"), ("prod.parquet", 3, "")):
        ended = shell(f"'{sys.executable}' broken.py {production}", folder)
        assert ended.status == status
        assert ended.out[: len("BREACH")] == said
        says = "mmon: internal error: the html report cannot be made: ZeroDivisionError: boom\n"
        assert ended.err.startswith(says)


def test_init_overwrites_nothing_unasked(mmon: Mmon, folder: Path) -> None:
    (folder / "mmon.schema.json").write_text("mine")
    ended = mmon("init new.yaml")
    assert ended.status == 2
    assert ended.err == (
        "mmon: mmon.schema.json exists already\n  hint: name another file, or add --force\n"
    )
    assert not (folder / "new.yaml").exists()
    assert mmon("init new.yaml --force").status == 0
    assert mmon("init second.yaml").status == 0
    (folder / "dangling.yaml").symlink_to("nowhere.yaml")
    (folder / "hidden").mkdir()
    for path in ("dangling.yaml", "new.yaml", "hidden", "/dev/stdout", "mmon.schema.json"):
        assert mmon(f"init {path}").status == 2
    assert not (folder / "nowhere.yaml").exists()

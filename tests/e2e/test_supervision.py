"""However a run ends that cannot say so itself, it ends in one sentence, and never as a breach."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.running import Ended, environment, process, python, shell

# Most tests here start a process or several.
pytestmark = pytest.mark.slow

_PATIENCE_S = 60
MMON = f'"{sys.executable}" -m mmon'

# What a run may meet: a name, the body of its work, and what is said of it.
ABRUPT_ENDS = {
    "a library aborts": ("os.abort()", r"internal error: a library crashed \(SIGABRT\)"),
    "a library writes where it must not": (
        "os.kill(os.getpid(), signal.SIGSEGV)",
        r"internal error: a library crashed \(SIGSEGV\)",
    ),
    "a library aborts while it reads": (
        "with witness.reading('a b.arrow'): os.abort()",
        r"'a b.arrow' cannot be read: a library crashed on it \(SIGABRT\)",
    ),
    "a file gets shorter while it is read": (
        "with witness.reading('a.parquet'): os.kill(os.getpid(), signal.SIGBUS)",
        r"'a.parquet' cannot be read: a library crashed on it \(SIGBUS\)",
    ),
    "the system kills it": (
        "with witness.reading('a.csv'): os.kill(os.getpid(), signal.SIGKILL)",
        r"killed while 'a.csv' was read, probably for want of memory",
    ),
    "a library finds no memory": (
        "os.write(2, b'memory allocation of 4096 bytes failed\\n'); os.abort()",
        r"out of memory",
    ),
    "damage is taken for a size": (
        "with witness.reading('a.arrow'):\n"
        "        os.write(2, b'memory allocation of 7615649918195402151 bytes failed'); os.abort()",
        r"'a.arrow' cannot be read: a library crashed on it",
    ),
    "a library ends the process for want of memory": (
        "os.write(2, b'OpenBLAS error: Memory allocation still failed after 10 retries');"
        " os._exit(1)",
        "out of memory",
    ),
    "Python finds no memory": ("raise MemoryError", "out of memory"),
    "Python loses the error": (
        "raise SystemError('error return without exception set')",
        "out of memory",
    ),
    "Python starts no thread": (
        'raise RuntimeError("can\'t start new thread")',
        "no room for another thread",
    ),
    "a library finds no file to open": (
        "raise ImportError('x.so: cannot open shared object file: Too many open files')",
        "too many open files",
    ),
    "Python finds no file to open": ("raise OSError(24, 'x')", "too many open files"),
    "the handler fails, too": ("1 / 0", r"internal error: a library crashed \(status 3\)"),
    "something exits": ("os._exit(1)", r"internal error: a library crashed \(status 1\)"),
    "something exits as if all were well": ("os._exit(0)", "internal error"),
    "Python exits": ("sys.exit(1)", "internal error"),
}


def work(body: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Ended:
    """How a process ends in which the command line is replaced by other work."""
    code = f"""
import os, signal, sys
from pathlib import Path
from mmon.cli import supervision
from mmon.files import witness

def work():
    {body}
    return 0

supervision.supervise(work)
"""
    return python(code, env=env, cwd=cwd)


@pytest.mark.parametrize("name", ABRUPT_ENDS)
def test_an_abrupt_end_is_told_in_one_sentence_with_status_3(name: str) -> None:
    body, says = ABRUPT_ENDS[name]
    ended = work(body)
    assert (ended.status, ended.out) == (3, "")
    assert re.fullmatch(rf"mmon: {says}[^\n]*\n(  hint: [^\n]+\n)?", ended.err), ended.err


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 130])
def test_a_status_that_is_meant_is_passed_on(status: int) -> None:
    assert work(f"print('told', flush=True); return {status}") == Ended(status, "told\n", "")


def test_a_breach_outlives_a_crash_of_its_reports() -> None:
    ended = work("witness.find_breach(); os.abort()")
    assert ended.status == 1
    assert ended.err.startswith("mmon: internal error: a library crashed")


@pytest.mark.parametrize("end", ["os.abort()", "os.kill(os.getppid(), signal.SIGKILL)", "pass"])
def test_nothing_is_left_behind(tmp_path: Path, end: str) -> None:
    """Neither when the worker ends abruptly, nor when the process that waits for it does."""
    folder, file = tmp_path / "mmon-copies", tmp_path / ".report.html.x"
    body = f"""
    for path in (Path("mmon-copies"), Path(".report.html.x")):
        witness.owe(path)
    Path("mmon-copies").mkdir(); Path("mmon-copies/a.csv").touch()
    Path(".report.html.x").touch(); Path("kept.csv").touch()
    os.chdir("/")
    {end}
    if "getppid" in {end!r}:
        signal.pause()
"""
    work(body, cwd=tmp_path)
    limit = time.monotonic() + _PATIENCE_S
    while folder.exists() or file.exists():
        assert time.monotonic() < limit, "it was left behind"
        time.sleep(0.02)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]


def test_a_worker_that_hears_nothing_is_ended(tmp_path: Path) -> None:
    """One call of a library, in which Python handles no signal."""
    body = """
    import ctypes, threading
    witness.owe(Path("mmon-copies")); Path("mmon-copies").mkdir()
    me = os.getppid()
    threading.Timer(0.3, os.kill, (me, signal.SIGTERM)).start()
    ctypes.CDLL(None).pthread_sigmask(0, b"\\xff" * 128, None)
    rest = 600
    while rest: rest = ctypes.CDLL(None).sleep(rest)
"""
    ended = work(body, cwd=tmp_path)
    assert (ended.status, ended.out, ended.err) == (143, "", "mmon: terminated\n")
    assert list(tmp_path.iterdir()) == []


def test_many_leftovers_never_lead_to_another_path(tmp_path: Path) -> None:
    body = """
    for number in range(1000):
        witness.owe(Path(f"mmon-{number}-" + "x" * 200))
    os.abort()
"""
    (tmp_path / "mmon-").mkdir()
    (tmp_path / "data").mkdir()
    assert work(body, cwd=tmp_path).status == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "mmon-"]


def test_what_libraries_write_to_standard_error_is_for_debugging_alone() -> None:
    body = "os.write(2, b'thread panicked at x.rs'); print('ours', file=sys.stderr); return 4"
    assert work(body) == Ended(4, "", "ours\n")
    debugged = work(body, env={"MMON_DEBUG": "1"})
    assert debugged.status == 4
    assert "panicked at x.rs" in debugged.err


def test_a_library_that_writes_without_end_is_not_held_up() -> None:
    body = """
    for _ in range(9):
        try: os.write(2, bytes(99_999))
        except OSError: pass
"""
    assert work(body) == Ended(0, "", "")


def test_a_panic_of_a_thread_is_damage_even_if_the_stream_ends_well() -> None:
    body = """
    from mmon.errors import DataError
    from mmon.sources import reading
    with reading("sound.arrow"):
        pass
    try:
        with reading("damaged.arrow"):
            os.write(2, b"thread 'tokio' panicked at crates/x.rs:1:2: boom")
    except DataError as error:
        print(error)
    with reading("sound.arrow"):
        pass
"""
    ended = work(body, env={"RUST_BACKTRACE": "1"})
    assert ended.status == 0
    assert ended.out.startswith("'damaged.arrow' cannot be read: it is damaged")
    assert ended.err == ""


def test_an_error_that_passes_through_a_library_shows_no_text() -> None:
    body = """
    import polars as pl
    try:
        pl.select(pl.lit(1).map_batches(lambda _: 1 / 0, return_dtype=pl.Int64))
    except Exception as error:
        print(type(error).__name__)
"""
    ended = work(body, env={"RUST_BACKTRACE": "1"})
    assert (ended.status, ended.err) == (0, "")


def test_closed_streams_and_ignored_children_change_no_status(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_csv(tmp_path / "ref.csv")
    for words in ("<&-", ">&-", "2>&-", "<&- 2>&-"):
        assert shell(f"mmon compare nope.csv ref.csv {words}", tmp_path).status == 3
    assert shell("trap '' CHLD; mmon compare ref.csv ref.csv -q", tmp_path).status == 4


def test_standard_error_can_take_a_report(tmp_path: Path) -> None:
    pl.DataFrame({"x": [i % 10 for i in range(500)]}).write_csv(tmp_path / "ref.csv")
    ended = process("compare", "ref.csv", "ref.csv", "-q", "--md", "/dev/stderr", cwd=tmp_path)
    assert ended.status == 0
    assert ended.out == ""
    assert ended.err.startswith("### ")


def test_an_interrupt_at_the_beginning_shows_no_traceback() -> None:
    command = [sys.executable, "-X", "importtime", "-c", "from mmon.__main__ import main; main()"]
    for module in (
        "mmon.__main__",
        "mmon.files.witness",
        "mmon.cli.console",
        "mmon.cli.supervision",
    ):
        with subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stderr is not None
            # Python tells of each module when it is loaded.
            for line in running.stderr:
                if line.split("|")[-1].strip() == module:
                    break
            time.sleep(0.002)
            running.send_signal(signal.SIGINT)
            rest = [line for line in running.stderr if not line.startswith("import time")]
            assert running.wait(_PATIENCE_S) == 130, rest
            assert rest == ["mmon: interrupted\n"]


@pytest.mark.parametrize("limit", ["-n 5", "-n 6", "-n 7", "-n 8", "-n 9"])
def test_too_few_descriptors_are_told_in_one_sentence(tmp_path: Path, limit: str) -> None:
    """Fewer than five are too few for Python."""
    pl.DataFrame({"x": [1.0, 2.0]}).write_parquet(tmp_path / "ref.parquet")
    ended = shell(f"ulimit {limit}; exec {MMON} compare ref.parquet ref.parquet", tmp_path)
    assert (ended.status, ended.out) == (3, "")
    assert shell(f"ulimit {limit}; exec {MMON} compare ref.parquet x 2>&-", tmp_path).status == 3
    assert re.fullmatch(r"mmon: [^\n]*too many [^\n]*open[^\n]*\n(  hint: [^\n]+\n)?", ended.err)


@pytest.mark.parametrize("kilobytes", [40000, 200000, 1200000])
def test_too_little_memory_is_told_in_one_sentence(tmp_path: Path, kilobytes: int) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_parquet(tmp_path / "ref.parquet")
    ended = shell(f"ulimit -v {kilobytes}; exec {MMON} compare ref.parquet ref.parquet", tmp_path)
    assert ended.status in (3, 4)  # the most may be enough
    # Python speaks for itself where not even its hook for such things has memory.
    told = re.sub(r"Exception ignored in: [^\n]*\nMemoryError\n", "", ended.err)
    assert re.fullmatch(r"|mmon: (?!internal)[^\n]+\n(  hint: [^\n]+\n)?", told)


@pytest.mark.parametrize(
    "words",
    [
        "compare ref.csv ref.csv",
        "compare {0}/ref.csv {0}/ref.csv --html report.html",
        "baseline {0}/ref.csv -o ref.mmon",
        "report result.json --md report.md",
        "init",
    ],
)
def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, words: str) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_csv(tmp_path / "ref.csv")
    (tmp_path / "gone").mkdir()
    command = words.format(tmp_path)
    ended = shell(f"cd gone; rmdir ../gone; exec {MMON} {command}", tmp_path)
    assert ended.status == 3
    assert ended.err.startswith("mmon: the current folder is gone, or may not be read\n  hint: ")


def test_a_terminal_that_interrupts_both_processes_is_heard_once(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_csv(tmp_path / "ref.csv")
    words = ["compare", "ref.csv", "-", "--format", "csv"]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "mmon", *words],
        cwd=tmp_path,
        env=environment({"TMPDIR": str(temporary)}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        limit = time.monotonic() + _PATIENCE_S
        while not list(temporary.glob("mmon-*/*")):
            assert time.monotonic() < limit, "standard input was never read"
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=_PATIENCE_S)
        assert running.returncode == 130
        assert err == b"mmon: interrupted\n"
    assert list(temporary.iterdir()) == []

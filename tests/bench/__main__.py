"""``make bench``: mmon's time and memory as ratios to a plain Polars scan, in whole processes.

Every figure is the median of interleaved runs, so that a noisy machine disturbs both sides alike.
Nothing here passes or fails: the targets are printed beside the figures.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench import dataset

MMON = [sys.executable, "-m", "mmon"]
SCAN = """
import sys, polars as pl
for path in sys.argv[1:]:
    frame = pl.scan_parquet(path)
    frame.select(
        pl.col(name).str.len_bytes().sum() if dtype == pl.String else pl.col(name).sum()
        for name, dtype in frame.collect_schema().items()
    ).collect(engine="streaming")
"""
PEER = """
import sys, pandas as pd
from scipy.stats import chi2_contingency, ks_2samp
ref, cur = map(pd.read_parquet, sys.argv[1:])
for name in ref:
    if ref[name].dtype.kind in "if":
        ks_2samp(ref[name], cur[name], method="asymp")
    else:
        counts = pd.concat([ref[name].value_counts(), cur[name].value_counts()], axis=1)
        chi2_contingency(counts.fillna(0))
"""
IMPORTS = "import polars, numpy, scipy.special, typer, pydantic, rich.table, jinja2"


@dataclasses.dataclass(frozen=True)
class Cost:
    """Medians over the runs of one command: seconds of wall clock and of CPU, peak megabytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


# Compiled modules are kept, as those of the libraries are: an installed mmon has them.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def run_once(command: Sequence[str]) -> tuple[float, float, float]:
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=quiet, stderr=quiet)
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(commands: Sequence[Sequence[str]], runs: int) -> list[Cost]:
    """Interleaved runs of several commands after one warm-up of each."""
    for command in commands:
        run_once(command)
    samples: list[list[tuple[float, float, float]]] = [[] for _ in commands]
    for _ in range(runs):
        for index, command in enumerate(commands):
            samples[index].append(run_once(command))
    return [Cost(*map(statistics.median, zip(*one, strict=True))) for one in samples]


def write(path: Path, **options: int) -> Path:
    """`dataset.write` in a process of its own: a child's peak memory counts its parent's, too."""
    return apart(dataset.write, path, **options)


def apart(make: Callable[..., Path], path: Path, **options: int) -> Path:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(make, path, **options).result()


def scan(*paths: Path) -> list[str]:
    return [sys.executable, "-c", SCAN, *map(str, paths)]


def line(what: str, ratio: float, cpu_ratio: float, target: str, note: str) -> None:
    print(f"{what:<58} {ratio:6.2f} {cpu_ratio:6.2f}  (target {target})  {note}", flush=True)


def beside(what: str, ours: Cost, floor: Cost, target: str, *, less_s: float = 0.0) -> None:
    """One cost over another, by wall clock and by CPU, ``less_s`` of it not counted."""
    ratio, cpu_ratio = (
        max(0.0, one - less_s) / other
        for one, other in ((ours.wall_s, floor.wall_s), (ours.cpu_s, floor.cpu_s))
    )
    note = f"{ours.wall_s:.2f} s against {floor.wall_s:.2f} s; peak {ours.peak_mb:,.0f} MB"
    line(what, ratio, cpu_ratio, target, note)


def memory(what: str, ours: Cost, floor: Cost, target: str) -> None:
    """One peak over another."""
    note = f"{floor.peak_mb:,.0f} MB to {ours.peak_mb:,.0f} MB"
    line(what, ours.peak_mb / floor.peak_mb, math.nan, target, note)


def profile_against_scan(data: Path, out: Path, runs: int) -> None:
    floor, ours = measure([scan(data), [*MMON, "baseline", str(data), "-o", str(out)]], runs)
    beside("profile one dataset / scan it", ours, floor, "at most 1.6")


def compare_against_scans(ref: Path, cur: Path, runs: int) -> None:
    """The whole comparison beside two plain scans, and beside a loop over pandas columns."""
    peer = [sys.executable, "-c", PEER, str(ref), str(cur)]
    floor, ours, theirs = measure([scan(ref, cur), compare(ref, cur), peer], runs)
    beside("(compare two datasets - 1 s) / scan both", ours, floor, "at most 1.5", less_s=1.0)
    beside("compare / pandas and scipy, one test a column", ours, theirs, "-")


def compare(ref: Path, cur: Path) -> list[str]:
    """A comparison from summaries alone: `models` measures what is fitted to rows."""
    return [*whole(ref, cur), "--fast", "--sample", "0"]


def whole(ref: Path, cur: Path) -> list[str]:
    return [*MMON, "compare", str(ref), str(cur), "--quiet", "--fail-on", "never"]


def models(folder: Path, runs: int) -> None:
    """What sampled rows, and the models that are fitted to them, cost beside summaries alone."""
    paths = [
        write(
            folder / f"model_{seed}.parquet",
            rows=1_000_000,
            columns=20,
            seed=seed,
            with_outcomes=True,
        )
        for seed in (1, 2)
    ]
    roles = ("--target", "target", "--score", "score", "--task", "binary")
    alone, sampled, every = measure(
        [
            [*compare(*paths), *roles],
            [*whole(*paths), *roles, "--fast"],
            [*whole(*paths), *roles],
        ],
        runs,
    )
    beside("1,000,000 x 20: sampled rows / summaries alone", sampled, alone, "at most 1.1")
    beside("1,000,000 x 20: with models / summaries alone", every, alone, "at most 30 s more")


DRIFT_ALONE = """
analyses: {data_quality: null, model_performance: null, system_performance: null}
columns: {timestamp: event_time}
fast: true
sample: 0
"""
EVERYTHING = """
task: binary
columns: {timestamp: event_time, target: target, score: score, latency: latency_ms}
fast: true
sample: 0
"""


def everything_against_drift(folder: Path, runs: int, rows: int) -> None:
    """What performance, overall and by feature, and operations cost over data drift alone, with
    the reference's rows and with a baseline of them."""
    reference, production = (
        write(folder / f"{side}.parquet", rows=rows, columns=50, seed=seed, with_outcomes=True)
        for seed, side in enumerate(("reference", "production"), start=1)
    )
    commands = []
    for start in ("rows", "a baseline"):
        for name, settings in (("drift", DRIFT_ALONE), ("everything", EVERYTHING)):
            config = folder / f"{name}_from_{start.split()[-1]}.yaml"
            before = reference
            if start != "rows":
                before = folder / f"{name}.mmon"
                rest = f"reference: {reference}\nproduction: {production}\n{settings}"
                config.write_text(rest, encoding="utf-8")
                run_once([*MMON, "baseline", str(reference), "-o", str(before), "-c", str(config)])
            paths = f"reference: {before}\nproduction: {production}\n"
            config.write_text(f"{paths}{settings}fail_on: never\n", encoding="utf-8")
            commands.append([*MMON, "run", str(config), "--quiet"])
    drift, every, later_drift, later_every = measure(commands, runs)
    what = "run with target, score, latency / data drift alone"
    beside(what, every, drift, "at most 1.7")
    beside("the same, both from a baseline", later_every, later_drift, "at most 1.3")


def flights(folder: Path, runs: int) -> None:
    """A year of flights by week, and by week, airport and carrier."""
    paths = [apart(dataset.write_flights, folder / f"{one}.parquet") for one in dataset.FLIGHTS]
    weekly = [*compare(*paths), "--timestamp", "event_time", "--every", "1w"]
    segments = [*weekly, "--segment", "origin", "--segment", "carrier"]
    whole, cut = measure([weekly, segments], runs)
    beside("flights by week: with 14 segments / without", cut, whole, "-")
    line("flights by week with 14 segments: CPU-seconds", cut.wall_s, cut.cpu_s, "at most 10", "")


def growth(folder: Path, runs: int, rows: int) -> None:
    """Memory and time from ``rows`` to ten times as many, and from 25 to 50 columns."""
    small = write(folder / "small.parquet", rows=rows, columns=50, seed=1)
    large = write(folder / "large.parquet", rows=10 * rows, columns=50, seed=1)
    narrow = write(folder / "narrow.parquet", rows=rows, columns=25, seed=1)
    out = folder / "x.mmon"
    commands = [[*MMON, "baseline", str(path), "-o", str(out)] for path in (small, large, narrow)]
    one, ten, half = measure(commands, runs)
    beside("profile: time of 10 times the rows", ten, one, "at most 10")
    beside("profile: time of twice the columns", one, half, "at most 2")
    memory("profile: peak memory of 10 times the rows", ten, one, "about 1")


def windows(folder: Path, runs: int, rows: int) -> None:
    """Memory of 366 windows of a million labels, and time of ten times as many windows."""
    paths = [
        apart(dataset.write_windows, folder / f"{name}.parquet", rows=count, windows=days)
        for name, count, days in (
            ("once", rows, 366),
            ("ten_times", 10 * rows, 366),
            ("fewer", 20_000, 400),
            ("more", 200_000, 4_000),
        )
    ]
    commands = [
        [*compare(paths[2], path), "--timestamp", "event_time", "--every", "1d"] for path in paths
    ]
    labels = [[*one, "--column", "label", "--categorical", "label"] for one in commands[:2]]
    numbers = [[*one, "--column", "number"] for one in commands[2:]]
    one, ten, few, many = measure([*labels, *numbers], runs)
    memory("366 windows of a million labels: memory of 10 times the rows", ten, one, "at most 1.7")
    beside("4,000 windows: time of 10 times the windows", many, few, "at most 10")


def start_up(folder: Path, runs: int) -> None:
    ref = write(folder / "ref_1000.parquet", rows=1_000, columns=20, seed=1)
    cur = write(folder / "cur_1000.parquet", rows=1_000, columns=20, seed=2)
    python = [sys.executable, "-c"]
    commands = [[*python, IMPORTS], compare(ref, cur), [*python, "pass"], [*MMON, "--help"]]
    imports, small, bare, help_ = measure(commands, runs)
    beside("compare 1,000 x 20 / import of its libraries", small, imports, "at most 1.8")
    beside("mmon --help / bare python", help_, bare, "at most 7")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="without 10 times the rows")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mmon-bench-") as name:
        folder = Path(name)
        print(f"{asked.rows:,} rows x 50 columns, medians of {asked.runs} runs", flush=True)
        print(f"{'':<58}   wall    CPU")
        ref = write(folder / "ref.parquet", rows=asked.rows, columns=50, seed=1)
        cur = write(folder / "cur.parquet", rows=asked.rows, columns=50, seed=2)
        profile_against_scan(ref, folder / "ref.mmon", asked.runs)
        compare_against_scans(ref, cur, asked.runs)
        everything_against_drift(folder, asked.runs, asked.rows)
        models(folder, max(1, asked.runs // 2))
        start_up(folder, asked.runs)
        flights(folder, max(1, asked.runs // 2))
        if not asked.quick:
            growth(folder, max(1, asked.runs // 2), asked.rows)
            windows(folder, max(1, asked.runs // 2), asked.rows)


if __name__ == "__main__":
    main()

"""What is damaged: files of each kind, the commands that read them, and other readers' opinions."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mmon.profiles import baseline
from tests.fuzz import mutators
from tests.fuzz.mutators import Rng
from tests.fuzz.server import Server

Mutate = Callable[[bytes, Rng], bytes]
Rows = Callable[[Server, bytes, str], int | None]


@dataclasses.dataclass(frozen=True)
class Subject:
    """One kind of file.

    Attributes
    ----------
    name, suffix : str
    seeds : tuple of str
        Sound files of the kind, in the folder that `write` fills.
    mutators : tuple of callable
        What damages them, each as often as the others.
    words : tuple of str
        The command that reads a damaged file, ``mutant`` and the suffix.
    count : int
        Mutants in a quick run.
    rows : callable or None
        Rows of a damaged file in another reader's opinion; None where that has none.
    may_abort : bool
        Whether a library may abort on it, which the entry of the command line then tells.
    """

    name: str
    suffix: str
    seeds: tuple[str, ...]
    mutators: tuple[Mutate, ...]
    words: tuple[str, ...]
    count: int
    rows: Rows | None = None
    may_abort: bool = False


def write(folder: Path, server: Server) -> None:
    """Fill a folder with sound files of every kind."""
    rng = np.random.default_rng(7)
    ref, cur = _table(rng, 160), _table(rng, 120)
    for name, frame in (("ref", ref), ("cur", cur)):
        frame.write_csv(folder / f"{name}.csv")
        frame.write_ndjson(folder / f"{name}.ndjson")
        frame.write_parquet(folder / f"{name}.parquet")
        frame.write_ipc(folder / f"{name}.arrow")
    quoted = cur.with_columns(c=pl.format('{}, "{}"\n', "c", "c"))
    quoted.write_csv(folder / "quoted.csv", quote_style="non_numeric")
    cur.write_parquet(folder / "small.parquet", compression="uncompressed", row_group_size=40)
    cur.write_ipc(folder / "zipped.arrow", compression="zstd")
    cur.select("id", "y").write_csv(folder / "labels.csv")
    for name, text in _CONFIGURATIONS.items():
        (folder / f"{name}.yaml").write_text(text)
    for words in (
        ("baseline", "ref.parquet", "-o", "plain.mmon"),
        ("baseline", "ref.csv", "-c", "binary.yaml", "-o", "binary.mmon"),
        ("compare", "ref.parquet", "cur.parquet", "-q", "--json", "plain.json"),
        ("run", "binary.yaml", "-q", "--json", "binary.json"),
        ("run", "regression.yaml", "-q", "--json", "regression.json"),
    ):
        status, said = server.run(*words)
        assert status in (0, 1, 4), said


def _table(rng: Rng, size: int) -> pl.DataFrame:
    start = np.datetime64("2024-01-01", "us")
    score = rng.random(size).round(3)
    x = rng.normal(size=size).round(4)
    return pl.DataFrame(
        {
            "id": [f"r{i:04d}" for i in range(size)],
            "t": start + np.arange(size) * np.timedelta64(1, "h"),
            "x": pl.Series(x).set(pl.Series(rng.random(size) < 0.05), None),
            "n": rng.poisson(4, size),
            "c": rng.choice(["ab", "cd", "é f"], size),
            "y": (rng.random(size) < score) * 1,
            "p": (score > 0.5) * 1,
            "s": score,
        }
    )


_SIDES = "reference: ref.parquet\nproduction: cur.parquet\n"
_CONFIGURATIONS = {
    "plain": f"""{_SIDES}
project: "lending"   # a comment
columns: {{timestamp: t, id: id, ignore: [y, p, s], categorical: [n], features: all}}
windows: {{every: 1d, timezone: Europe/Vienna, allowed_lateness: 1h, incomplete: keep}}
analyses:
  data_drift:
    metrics: all
    thresholds: {{ks: &levels {{potential: 0.1, detected: 0.2}}, psi: *levels}}
    options: {{psi: {{bins: 10, smoothing: 0.001}}}}
    gate: share
    share: 0.3
    importance: {{x: 2.5, n: 1}}
  data_quality: {{thresholds: {{missing_share: {{detected: 0.2}}}}, duplicates: true, gate: any}}
alpha: 0.05
fail_on: potential
on_inconclusive: pass
exact: false
points: 64
labels_kept: 20
outputs: {{json: out/../plain.out}}
""",
    "binary": """\
reference:
  path: [ref.csv]
  format: csv
  separator: ","
  null_values: ["NA", ""]
  dtypes: {n: Int32, t: "Datetime[us]"}
production: {path: cur.csv, has_header: true}
columns:
  id: id
  timestamp: t
  target: y
  prediction: p
  score: s
task: binary
segments: {columns: [c], top: 2, gate: false}
windows:
  rows: 60
analyses:
  model_performance:
    metrics: [roc_auc, f1, business_value]
    max_drop: {potential: 0.05, detected: 0.1}
    positive: 1
    decision_threshold: 0.5
    costs: {true_positive: 10, false_positive: -1.5}
    thresholds: {roc_auc: {min: {detected: 0.4}}}
    bins: 5
  system_performance:
    thresholds: {invocations: {min: {detected: 10}}, longest_gap: {max: {detected: 86400}}}
    expected_rows: 60
    step: 1h
""",
    "regression": f"""{_SIDES}task: regression
columns: {{target: x, prediction: s, timestamp: t, ignore: [id, y, p]}}
windows: {{every: 2d, start: 2024-01-01, end: "2024-01-05T12:00:00"}}
analyses: {{data_drift: {{p_values: all}}, model_performance: {{quantile: 0.4}}}}
""",
    "labels": """\
reference: {path: ref.parquet}
production: cur.parquet
labels: {path: labels.csv, on: id, target: y}
columns: {id: id, target: y, score: s, ignore: [t]}
task: binary
analyses: {data_quality: null, system_performance: null}
""",
}


def _csv_rows(_server: Server, data: bytes, _name: str) -> int | None:
    """Rows of a CSV file that follows RFC 4180 to the letter; None for any other."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text or not _RFC_4180.fullmatch(text):
        return None
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row] or [[]]
    is_table = len(header) > 1 and len(set(header)) == len(header) and all(header)
    return len(rows) if is_table and all(len(row) == len(header) for row in rows) else None


_FIELD = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
_RFC_4180 = re.compile(rf"(?:{_FIELD}(?:,{_FIELD})*(?:\r?\n|\Z))*")


def _ndjson_rows(_server: Server, data: bytes, _name: str) -> int | None:
    """Lines, where each is an object that names nothing twice; None for any other file."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in items}) < len(items):
            raise ValueError("twice")
        return dict(items)

    def no(name: str) -> None:
        raise ValueError(name)

    try:
        lines = [line for line in data.decode().split("\n") if line.strip()]
        rows = [json.loads(line, object_pairs_hook=pairs, parse_constant=no) for line in lines]
    except (ValueError, RecursionError):
        return None
    return len(rows) if all(isinstance(row, dict) for row in rows) else None


def _other_rows(kind: str) -> Rows:
    return lambda server, _data, name: server.rows(kind, name)


def _resealed(data: bytes, rng: Rng) -> bytes:
    """A baseline with another header, and the checksum that belongs to it."""
    file = io.BytesIO(data)
    header = pl.read_parquet_metadata(file)["mmon.baseline"].encode()
    text = mutators.json_text(header, rng).decode("utf-8", "replace")
    made = io.BytesIO()
    metadata = {"mmon.baseline": text, "mmon.checksum": "sha256:" + "0" * 64}
    pl.read_parquet(file).write_parquet(made, metadata=metadata)
    return baseline.sealed(made.getvalue())


_COMPARE = ("compare", "ref.parquet", "mutant{}", "-q", "--json", "found.json")
_TEXT: tuple[Mutate, ...] = (mutators.retyped, mutators.retyped, mutators.relined, mutators.damaged)

SUBJECTS: Sequence[Subject] = (
    Subject(
        "configurations",
        ".yaml",
        ("plain.yaml", "binary.yaml", "regression.yaml", "labels.yaml"),
        (*_TEXT[1:], mutators.retyped),
        ("run", "mutant{}", "-q", "--json", "found.json"),
        600,
    ),
    Subject("csv", ".csv", ("cur.csv", "quoted.csv"), _TEXT, _COMPARE, 350, _csv_rows),
    Subject("ndjson", ".ndjson", ("cur.ndjson",), _TEXT, _COMPARE, 250, _ndjson_rows),
    Subject(
        "parquet",
        ".parquet",
        ("cur.parquet", "small.parquet"),
        (mutators.damaged,),
        _COMPARE,
        250,
        _other_rows("parquet"),
        may_abort=True,
    ),
    Subject(
        "arrow",
        ".arrow",
        ("cur.arrow", "zipped.arrow"),
        (mutators.damaged,),
        _COMPARE,
        250,
        _other_rows("arrow"),
        may_abort=True,
    ),
    Subject(
        "baselines",
        ".mmon",
        ("plain.mmon", "binary.mmon"),
        (_resealed, _resealed, _resealed, mutators.damaged),
        ("compare", "mutant{}", "cur.parquet", "-q", "--json", "found.json", "--md", "found.md"),
        250,
    ),
    Subject(
        "results",
        ".json",
        ("plain.json", "binary.json", "regression.json"),
        (mutators.json_text,),
        ("report", "mutant{}", "--html", "found.html", "--md", "found.md"),
        350,
    ),
)

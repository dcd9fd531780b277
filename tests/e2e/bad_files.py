"""A folder with good datasets and with everything that goes wrong with files."""

from __future__ import annotations

import bz2
import functools
import gzip
import json
import lzma
import os
from pathlib import Path

import numpy as np
import polars as pl

from mmon.cli.app import execute


def write(folder: Path) -> None:
    """Write all of them; names that begin with ``ref`` or ``prod`` are sound."""
    _sound(folder)
    _text(folder)
    _binary(folder)
    _odd_tables(folder)
    _odd_names(folder)
    _configurations(folder)
    _baselines_and_results(folder)


def sample(rows: int, seed: int, *, shift: float = 0.0) -> pl.DataFrame:
    """A small table with a number, a category and a time, a row a minute."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01T00:00:30", "us")
    return pl.DataFrame(
        {
            "x": rng.normal(shift, 1.0, rows),
            "group": rng.choice(["a", "b", "c"], rows),
            "event_time": start + np.arange(rows).astype("timedelta64[m]"),
        }
    )


def _sound(folder: Path) -> None:
    reference, production = sample(3000, 1), sample(3000, 2)
    for name, frame in (("ref", reference), ("prod", production)):
        frame.write_parquet(folder / f"{name}.parquet")
        frame.drop("event_time").write_csv(folder / f"{name}.csv")
    sample(3000, 3, shift=2.0).write_parquet(folder / "shifted.parquet")


def _text(folder: Path) -> None:
    csv = (folder / "prod.csv").read_text()
    header, *lines = csv.splitlines()
    (folder / "zero.csv").write_bytes(b"")
    (folder / "zero.parquet").write_bytes(b"")
    (folder / "header.csv").write_text(f"{header}\n")
    (folder / "ragged.csv").write_text("\n".join([header, *lines[:50], "1,a,3,4", *lines[50:]]))
    (folder / "latin1.csv").write_bytes("x,group\n1,Größe\n".encode("latin-1"))
    (folder / "utf16.csv").write_bytes(csv.encode("utf-16"))
    (folder / "twice.csv").write_text("x,x,group\n1,2,a\n3,4,b\n")
    (folder / "quote.csv").write_text(f'{header}\n1,"a\n2,b\n')
    (folder / "semicolon.csv").write_text(csv.replace(",", ";") + "1\n")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(csv.encode())[:-400])
    (folder / "array.json").write_text('[{"x": 1}, {"x": 2}]')
    (folder / "broken.ndjson").write_text('{"x": 1}\n{"x": \n{"x": 3}\n')
    (folder / "hello.txt").write_text("hello world\n")
    whole = [header, *lines]
    (folder / "short.csv").write_text("\n".join([*whole[:70], "1", *whole[70:]]))
    (folder / "footer.csv").write_text("\n".join([*whole, "(3000 rows)"]))
    (folder / "comment.csv").write_text("\n".join([*whole[:9], "# later", *whole[9:]]))
    (folder / "joined.csv").write_text("\n".join([*whole, *whole]))
    (folder / "headless.csv").write_text("\n".join(lines))
    (folder / "open.csv").write_text("\n".join([*whole[:40], '1.5,"a', *whole[40:], '2.5,"b']))
    (folder / "nul.csv").write_bytes(csv.encode() + bytes(4096))
    (folder / "utf16le.csv").write_bytes(csv.encode("utf-16-le"))
    (folder / "cut.csv.bz2").write_bytes(bz2.compress(csv.encode())[:-400])
    (folder / "cut.csv.xz").write_bytes(lzma.compress(csv.encode())[:-400])
    (folder / "infinity.ndjson").write_text('{"x": 1}\n{"x": -Infinity}\n')
    (folder / "deep.ndjson").write_text('{"x": ' + "[" * 10_000 + "]" * 10_000 + "}\n")
    (folder / "digits.ndjson").write_text('{"x": 1}\n{"x": ' + "9" * 10_000 + "}\n")
    (folder / "cut.ndjson").write_text('{"x": 1}\n{"x": 2')
    (folder / "damaged.ndjson.gz").write_bytes(_flipped(gzip.compress(b'{"x": 1}\n' * 999)))
    parts = folder / "parts"
    parts.mkdir()
    for part in range(2):
        (parts / f"part-{part}.csv").write_text("\n".join(lines[part * 1500 : part * 1500 + 1500]))
    texts = folder / "texts"
    texts.mkdir()
    for part in range(2):
        (texts / f"{part}.csv").write_text("\n".join(f"k{part}{n},v{part}{n}" for n in range(99)))


def _flipped(content: bytes) -> bytes:
    """The content with a byte in its middle changed."""
    damaged = bytearray(content)
    damaged[len(damaged) // 2] ^= 0xFF
    return bytes(damaged)


def _binary(folder: Path) -> None:
    whole = (folder / "prod.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    damaged[100:4000] = bytes(3900)
    (folder / "damaged.parquet").write_bytes(damaged)
    (folder / "text.parquet").write_text("not parquet at all\n" * 10)
    frame = pl.read_parquet(folder / "prod.parquet")
    frame.write_ipc(folder / "whole.arrow", compression="zstd")
    arrow = bytearray((folder / "whole.arrow").read_bytes())
    (folder / "cut.arrow").write_bytes(arrow[: len(arrow) // 2])
    start = arrow.index(b"\x28\xb5\x2f\xfd") - 8
    arrow[start : start + 8] = (2**60).to_bytes(8, "little")
    (folder / "damaged.arrow").write_bytes(arrow)
    for kind, log in (("delta", "_delta_log"), ("hudi", ".hoodie"), ("iceberg", "metadata")):
        (folder / kind / log).mkdir(parents=True)
        (folder / kind / log / "0.metadata.json").touch()
        (folder / kind / "removed.parquet").write_bytes(whole)
    conflict = folder / "conflict"
    conflict.mkdir()
    frame.write_parquet(conflict / "1.parquet")
    frame.with_columns(x=pl.lit("seven")).write_parquet(conflict / "2.parquet")
    (folder / "book.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "empty").mkdir()
    mixed = folder / "mixed"
    mixed.mkdir()
    (mixed / "a.parquet").write_bytes(whole)
    (mixed / "b.csv").write_bytes((folder / "prod.csv").read_bytes())
    (folder / "loop.csv").symlink_to(folder / "loop.csv")


def _odd_tables(folder: Path) -> None:
    frame = pl.read_parquet(folder / "prod.parquet")
    n = frame.height
    frame.drop("x").write_parquet(folder / "without_x.parquet")
    frame.with_columns(x=pl.lit("seven")).write_parquet(folder / "x_is_text.parquet")
    nothing = {"x": pl.Series([None] * n, dtype=pl.Float64), "group": [None] * n}
    nulls = pl.DataFrame(nothing, schema_overrides={"group": pl.String})
    nulls.write_parquet(folder / "nulls.parquet")
    odd = np.where(np.arange(n) % 2 == 0, np.nan, np.inf)
    pl.DataFrame({"x": odd}).write_parquet(folder / "nan_inf.parquet")
    frame.head(1).write_parquet(folder / "one_row.parquet")
    frame.head(0).write_parquet(folder / "no_rows.parquet")
    frame.select("group").write_parquet(folder / "only_group.parquet")
    ids = pl.DataFrame({"key": [f"{i:08x}-{i * 7919 % 104729:x}" for i in range(n)]})
    ids.write_parquet(folder / "only_ids.parquet")
    pl.DataFrame({"pair": [["a", "b"]] * 100}).write_parquet(folder / "only_lists.parquet")
    pl.DataFrame({"p": [1.0] * 100, "q": [2.0] * 100}).write_parquet(folder / "foreign.parquet")
    labels = pl.int_range(200_000, eager=True).cast(pl.String)
    many = pl.DataFrame({"city": pl.concat([labels, labels]), "x": np.arange(400_000) % 7})
    many.write_parquet(folder / "categories.parquet")
    hostile = [
        "<script>alert(1)</script>",
        "\x1b[31mred",
        "two\nlines",
        "",
        "größe 🙂",
        "{{ 7*7 }}",
    ]
    values = np.random.default_rng(4).normal(size=(n, len(hostile)))
    pl.DataFrame(dict(zip(hostile, values.T, strict=True))).write_parquet(
        folder / "hostile.parquet"
    )


def _odd_names(folder: Path) -> None:
    names = ["^x$", "*", ".*", "x", " x ", "X", 'size 3.5"', "a.b", "a,b", ""]
    values = np.random.default_rng(5).normal(size=(3000, len(names)))
    frame = pl.DataFrame(dict(zip(names, values.T, strict=True)))
    frame.write_parquet(folder / "names.parquet")
    frame.write_csv(folder / "names.csv")
    near = pl.read_parquet(folder / "prod.parquet").rename({"x": " X", "group": "Group"})
    near.write_parquet(folder / "near.parquet")


def _configurations(folder: Path) -> None:
    sides = "reference: ref.parquet\nproduction: prod.parquet\n"
    closed = (
        "{path: s3://bucket/data.parquet, storage_options: {aws_access_key_id: key, "
        "aws_secret_access_key: hush, aws_region: us-east-1, aws_allow_http: 'true', "
        "aws_endpoint_url: 'http://127.0.0.1:9', connect_timeout: 1s, max_retries: '0', "
        "retry_timeout_ms: '500'}}"
    )
    texts = {
        "good": sides,
        "empty": "",
        "syntax": "reference: [ref.parquet\nproduction: }\n",
        "tab": "windows:\n\tevery: 1d\n",
        "list": "- ref.parquet\n- prod.parquet\n",
        "duplicate": f"{sides}alpha: 0.05\nalpha: 0.01\n",
        "unknown": f"{sides}alhpa: 0.05\n",
        "type": f"{sides}alpha: lots\nexact: perhaps\n",
        "unset": "reference: ${MMON_TEST_IS_NOT_SET}/ref.parquet\nproduction: prod.parquet\n",
        "one_side": "reference: ref.parquet\n",
        "backwards": f"{sides}windows: {{every: 1d, start: 2024-03-01, end: 2024-02-01}}\n",
        "closed": f"reference: ref.parquet\nproduction: {closed}\n",
        "two_outputs": f"{sides}outputs: {{json: same.txt, html: same.txt}}\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "latin1.yaml").write_bytes("project: Größe\n".encode("latin-1"))


def _baselines_and_results(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert execute(["baseline", "ref.parquet", "-o", "good.mmon"]) == 0
        assert execute(["compare", "ref.parquet", "prod.parquet", "-q", "--json", "good.json"]) == 0
    finally:
        os.chdir(before)
    whole = (folder / "good.mmon").read_bytes()
    (folder / "cut.mmon").write_bytes(whole[: len(whole) // 2])
    (folder / "text.mmon").write_text("not a baseline\n")
    (folder / "foreign.mmon").write_bytes((folder / "ref.parquet").read_bytes())
    header = json.loads(pl.read_parquet_metadata(folder / "good.mmon")["mmon.baseline"])
    for name, change in (("newer", {"format_version": 99}), ("headless", {"profile": None})):
        metadata = {"mmon.baseline": json.dumps({**header, **change})}
        pl.read_parquet(folder / "good.mmon").write_parquet(
            folder / f"{name}.mmon", metadata=metadata
        )
    old = {"mmon.baseline": json.dumps({**header, "format_version": 2})}
    pl.read_parquet(folder / "good.mmon").write_parquet(folder / "old.mmon", metadata=old)
    flipped = bytearray(whole)
    flipped[len(flipped) // 3] ^= 1
    (folder / "flipped.mmon").write_bytes(flipped)
    result = json.loads((folder / "good.json").read_text())
    deep: dict[str, object] = functools.reduce(lambda inner, _: {"a": inner}, range(400), {})
    broken = {
        "no_points": lambda body: body["pictures"][0].update(reference=[]),
        "not_finite": lambda body: body["results"][0].update(value=float("inf")),
        "no_time": lambda body: body["windows"][0].update(start="<script>alert(1)</script>"),
        "no_window": lambda body: body["results"][0].update(window=7),
        "deep": lambda body: body.update(configuration=deep),
    }
    for name, change in broken.items():
        body = json.loads((folder / "good.json").read_text())
        change(body)
        (folder / f"{name}.json").write_text(json.dumps(body))
    (folder / "former.json").write_text(json.dumps({**result, "schema_version": 1}))
    (folder / "newer.json").write_text(json.dumps({**result, "schema_version": 99}))
    (folder / "partial.json").write_text(json.dumps({"schema_version": 2, "verdict": "pass"}))
    (folder / "foreign.json").write_text('{"hello": "world"}')
    (folder / "broken.json").write_text('{"schema_version": 2,')

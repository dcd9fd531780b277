"""A baseline that is not as it was written is refused in one sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon.errors import BaselineError
from mmon.profiles import baseline
from mmon.profiles.codec import decode, encode
from mmon.profiles.recognition.spelling import NumberSpelling
from mmon.profiles.recognition.times import TimeSpelling
from mmon.profiles.table import Profile
from mmon.records import MisfitError, reader
from tests.profiles import outcome_rows

TASKS = ("binary", "multiclass", "regression")


def profile_of(task: str) -> Profile:
    return outcome_rows.reference(outcome_rows.config(task), outcome_rows.rows(task, 300))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "ref.mmon"
    baseline.save(profile_of("binary"), path)
    return path.read_bytes()


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(BaselineError) as caught:
        baseline.load(path)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300
    assert caught.value.hint
    return caught.value.message


def remade(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """A baseline with another header, and with the checksum that belongs to it."""
    header = json.loads(pl.read_parquet_metadata(io.BytesIO(data))["mmon.baseline"])
    changed = change(header)
    text = changed if isinstance(changed, str) else json.dumps(header)
    return written(pl.read_parquet(io.BytesIO(data)), text)


def written(table: pl.DataFrame, header: str) -> bytes:
    file = io.BytesIO()
    metadata = {"mmon.baseline": header, "mmon.checksum": "sha256:" + "0" * 64}
    table.write_parquet(file, metadata=metadata)
    return baseline.sealed(file.getvalue())


def test_every_flipped_bit_is_noticed(saved: bytes, tmp_path: Path) -> None:
    bits = np.random.default_rng(1).choice(len(saved) * 8, 400, replace=False).tolist()
    # The checksum itself and the end of the file are the least many bytes, and the most special.
    start, size = saved.rindex(b"mmon.checksum") * 8, len(saved) * 8
    for bit in (*bits, *range(start, start + 240, 3), *range(size - 64, size)):
        flipped = bytearray(saved)
        flipped[bit // 8] ^= 1 << bit % 8
        refusal(tmp_path / "x.mmon", bytes(flipped))


def test_every_cut_is_noticed(saved: bytes, tmp_path: Path) -> None:
    for size in range(0, len(saved), len(saved) // 60):
        refusal(tmp_path / "x.mmon", saved[:size])
        refusal(tmp_path / "x.mmon", saved + saved[:size] if size else b"")


def test_a_file_made_by_hand_with_its_checksum_is_as_good_as_any(
    saved: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x.mmon"
    path.write_bytes(remade(saved, lambda header: header["profile"].update(source="mine")))
    assert baseline.load(path).source == "mine"


@pytest.mark.parametrize("version", [1, 10])
def test_an_older_format_is_refused_with_what_to_do(
    saved: bytes, tmp_path: Path, version: int
) -> None:
    header = json.dumps({"format_version": version, "arrays": [], "profile": {}})
    path = tmp_path / "old.mmon"
    pl.read_parquet(io.BytesIO(saved)).write_parquet(path, metadata={"mmon.baseline": header})
    with pytest.raises(BaselineError, match=f"format {version}; this mmon reads 11") as caught:
        baseline.load(path)
    assert caught.value.hint == "make it again with: mmon baseline DATA -o FILE"


def column(position: int, **fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda header: header["profile"]["columns"][position].update(fields)


def presence(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda header: header["profile"]["columns"][0]["presence"].update(fields)


def profile(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda header: header["profile"].update(fields)


def twice(header: dict[str, Any]) -> None:
    header["profile"]["columns"].append(header["profile"]["columns"][0])


def shape(header: dict[str, Any]) -> None:
    header["profile"]["columns"][1]["distribution"]["mass"]["shape"] = [2**40, 2**40]


def swapped(header: dict[str, Any]) -> None:
    one = header["profile"]["columns"][1]["distribution"]
    one["values"], one["mass"] = one["mass"], one["values"]


BY_HAND: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "name": (column(0, name=5), "columns[0].name is 5 where a string belongs"),
    "no presence": (column(0, presence=None), "presence is None where an object belongs"),
    "kind": (column(0, kind="colour"), "kind is 'colour', which is none of numeric, categorical"),
    "negative": (presence(null=-3), "presence.null is -3, which is too small"),
    "fraction": (presence(null=0.5), "presence.null is 0.5 where an integer belongs"),
    "NaN": (presence(null=float("nan")), "presence.null is nan where an integer belongs"),
    "truth": (presence(null=True), "presence.null is True where an integer belongs"),
    "huge": (presence(null=10**30), "presence.null is 1000000000000000000000000000000, which is"),
    "longer than a number": (presence(null=10**4000), "is a number of more than 40 digits, which"),
    "other rows": (presence(null=1), "it has 300 rows, and column 'id' has others"),
    "columns": (profile(columns={}), "columns is an object where an array belongs"),
    "twice": (twice, "it has a column twice"),
    "rows": (profile(rows=7), "it has 7 rows, and column 'id' has others"),
    "unknown field": (profile(more=1), "it has 'more', which does not belong there"),
    "version": (lambda h: h.update(format_version=float("nan")), "has no format version"),
    "depth": (
        lambda _: '{"format_version": 4, "arrays": [], "profile": ' + "[" * 20_000 + "]" * 20_000,
        "is damaged",
    ),
    "text": (lambda _: "[1, 2]", "is damaged"),
    "shape": (shape, "mass has 300 items, not those of [1099511627776, 1099511627776]"),
    "order": (swapped, "has masses that do not add up to its rows"),
    "arrays": (lambda h: h.update(arrays=["integer"] * 2), "is an array that is not there"),
    "array kinds": (lambda h: h.update(arrays=[[]]), "is damaged"),
    "segments": (lambda h: h["profile"]["segments"].append(5), "segments[3] is 5 where an object"),
    "segments in segments": (
        lambda h: h["profile"]["segments"][0]["profile"].update(
            segments=h["profile"]["segments"][1:]
        ),
        "of other columns or rows",
    ),
    "faults": (profile(faults={"9": 1}), "faults.9 is '9', which is none of 0, 1, 2, 3, 4"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BY_HAND)
def test_what_was_made_by_hand_is_validated(saved: bytes, tmp_path: Path, case: str) -> None:
    change, told = BY_HAND[case]
    assert told in refusal(tmp_path / "x.mmon", remade(saved, change))


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        (NumberSpelling, {"decimal": ";"}, "has the unknown marks ';' and ''"),
        (NumberSpelling, {"group": ".*"}, "has the unknown marks '.' and '.*'"),
        (TimeSpelling, {"order": "ydm"}, "has the unknown order 'ydm'"),
    ],
)
def test_a_way_of_writing_that_nobody_has_is_refused(
    kind: type, fields: dict[str, str], told: str
) -> None:
    plain = json.loads(json.dumps(dataclasses.asdict(kind())))
    assert reader(kind)(plain) == kind()
    with pytest.raises(MisfitError, match=re.escape(told)):
        reader(kind)({**plain, **fields})


def leaves(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each part of plain data stands; of lists, the last item stands for all."""
    yield path
    if isinstance(body, dict):
        for key, item in body.items():
            yield from leaves(item, (*path, key))
    elif isinstance(body, list) and body:
        yield from leaves(body[-1], (*path, -1))


WRONG = (
    None,
    True,
    "x",
    -1,
    7,
    1.5,
    10**30,
    float("nan"),
    [],
    [[]],
    {},
    {"array": 0, "shape": [1]},
)


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_no_part_can_be_anything_but_what_its_annotation_says(task: str) -> None:
    encoded, arrays = encode(profile_of(task))
    whole = {"profile": json.loads(json.dumps(encoded))}
    # Segments are profiles like the whole, and alike: one of them stands for all.
    whole["profile"]["segments"] = whole["profile"]["segments"][-1:]
    rng = np.random.default_rng(3)
    told = []
    for path in leaves(whole["profile"], ("profile",)):
        place: Any = whole
        for part in path[:-1]:
            place = place[part]
        kept = place[path[-1]]
        for choice in rng.choice(len(WRONG), 2, replace=False):
            place[path[-1]] = WRONG[choice]
            # Whatever is not refused is a profile as good as any.
            with contextlib.suppress(MisfitError):
                decode(whole["profile"], arrays, Profile)
                continue
            told.append(path)
        place[path[-1]] = kept
    assert len(told) > 200

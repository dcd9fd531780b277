"""Delayed labels join production row by row, as a plain dictionary would, and in bounded memory."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.config.sections import Config
from mmon.engine.local import fold
from mmon.errors import ConfigError
from mmon.profiles.label_facts import LABEL_ROW, LabelFacts
from mmon.sources import Data
from mmon.sources.labels import LabelJoin, join_configured, join_labels
from tests.unit.source_files import open_dataset


def join(production: pl.DataFrame, labels: pl.DataFrame) -> LabelJoin:
    logs = Data(production.lazy(), "logs")
    return join_labels(logs, Data(labels.lazy(), "labels"), on="id", target="truth", label="label")


def facts_of(joined: LabelJoin, rows: int = 1000) -> LabelFacts:
    (facts,) = fold(joined.frame, [joined.fold()], lambda _batch, _offset: None, rows=rows)
    return facts


def table(ids: list, labels: list, **dtypes: pl.DataType) -> pl.DataFrame:
    return pl.DataFrame({"id": ids, "label": labels}, schema_overrides=dtypes)


def labels_by_dictionary(labels: list[tuple]) -> dict:
    """The label of each id; None for an id without one, or with several."""
    found: dict = {}
    for key, label in labels:
        if key is not None:
            found.setdefault(key, set()).update({label} - {None})
    return {key: next(iter(those)) if len(those) == 1 else None for key, those in found.items()}


IDS = st.one_of(st.none(), st.integers(0, 12))
LABELS = st.one_of(st.none(), st.sampled_from(["yes", "no"]))


@pytest.mark.slow
@given(
    ids=st.lists(IDS, max_size=30),
    labels=st.lists(st.tuples(IDS, LABELS), max_size=30),
    as_text=st.tuples(st.booleans(), st.booleans()),
    rows=st.integers(1, 7),
)
def test_the_join_is_that_of_a_dictionary(ids, labels, as_text, rows):
    if labels and all(key is None for key, _ in labels):
        labels = []
    production = pl.DataFrame(
        {"id": ids, "x": range(len(ids))}, schema={"id": pl.Int64, "x": pl.Int64}
    )
    truth = pl.DataFrame(labels, schema={"id": pl.Int64, "label": pl.String}, orient="row")
    if as_text[0]:
        production = production.with_columns(pl.col("id").cast(pl.String))
    if as_text[1]:
        truth = truth.with_columns(pl.col("id").cast(pl.String))
    joined = join(production, truth)
    found = joined.frame.collect()

    expected = labels_by_dictionary(labels)
    assert found["truth"].to_list() == [expected.get(key) for key in ids]
    assert found.select("id", "x").equals(production)
    assert found.schema == joined.frame.collect_schema()

    keys = [key for key, _ in labels if key is not None]
    used = [key for key in ids if key in expected]
    several = {
        key: {label for one, label in labels if one == key and label is not None}
        for key in keys
        if keys.count(key) > 1
    }
    facts = facts_of(joined, rows)
    assert facts.labels == len(labels)
    assert facts.null_ids == len(labels) - len(keys)
    assert facts.distinct_ids == len(expected)
    assert facts.conflicting_labels == sum(len(those) > 1 for those in several.values())
    assert facts.repeated_labels == sum(len(those) <= 1 for those in several.values())
    assert facts.labels_without_prediction == len(expected.keys() - set(used))
    assert facts.repeated_predictions == sum(used.count(key) > 1 for key in set(used))
    assert facts.predictions == len(ids)
    assert facts.predictions_without_id == ids.count(None)
    assert facts.labelled == sum(expected.get(key) is not None for key in ids)


def test_the_facts_depend_neither_on_the_order_of_rows_nor_on_the_batches():
    rng = np.random.default_rng(3)
    production = pl.DataFrame({"id": rng.integers(0, 3_000, 5_000)})
    labels = table(rng.integers(1_000, 4_000, 2_500), rng.integers(0, 2, 2_500))
    expected = facts_of(join(production, labels), rows=5_000)
    assert expected.repeated_predictions > 100
    assert expected.conflicting_labels > 100
    for seed, rows in ((1, 7), (2, 640), (3, 5_000)):
        shuffled = production.sample(fraction=1.0, shuffle=True, seed=seed)
        found = facts_of(join(shuffled, labels.sample(fraction=1.0, shuffle=True, seed=seed)), rows)
        told = {"label_id": expected.label_id, "prediction_id": expected.prediction_id}
        assert LabelFacts(**{**_numbers(found), **told}) == expected


def _numbers(facts: LabelFacts) -> dict:
    return {name: getattr(facts, name) for name in LabelFacts.__dataclass_fields__}


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_shuffled_labels_in_files_of_their_own_are_those_given_inline(tmp_path: Path, suffix: str):
    rng = np.random.default_rng(5)
    n = 20_000
    inline = pl.DataFrame(
        {
            "id": [f"req-{n - i:06}" for i in range(n)],
            "x": rng.normal(size=n),
            "truth": rng.choice(["good", "bad"], n),
        }
    )
    shuffled = inline.select("id", "truth").sample(fraction=1.0, shuffle=True, seed=1)
    for part in range(4):
        for name, frame in (("logs", inline.drop("truth")), ("labels", shuffled)):
            path = tmp_path / name / f"{part}.{suffix}"
            path.parent.mkdir(exist_ok=True)
            getattr(frame[part * 5000 : part * 5000 + 5000], f"write_{suffix}")(path)
    config = Config.model_validate(
        {
            "reference": "unused.csv",
            "production": str(tmp_path / "logs"),
            "labels": {"path": str(tmp_path / "labels")},
            "columns": {"id": "id", "target": "truth"},
        }
    )
    production = open_dataset(config.production)
    joined = join_configured(config, Data(production, "logs"))
    batches = joined.frame.collect_batches(chunk_size=777, maintain_order=True, lazy=True)
    assert pl.concat(batches).select(inline.columns).equals(inline)


@pytest.mark.parametrize(
    ("ids", "keys"),
    [
        (pl.Series([5, 6], dtype=pl.Int32), pl.Series([5, 7], dtype=pl.UInt8)),
        (pl.Series([5, 6], dtype=pl.Int64), pl.Series([5, 7], dtype=pl.UInt64)),
        (pl.Series([5, 6]), pl.Series(["005.0", "x"])),
        (pl.Series(["0005", "6"]), pl.Series([5, 7])),
        (pl.Series(["05", "5"]), pl.Series(["05", "x"])),
        (pl.Series(["5.0", "6"]), pl.Series(["5", "x"])),
        (pl.Series(["5", "6"]), pl.Series([5.0, 6.5])),
        (pl.Series([5, 6]), pl.Series([5.0, float("nan")])),
        (pl.Series([5.0, None]), pl.Series([5.0, float("nan")])),
        (pl.Series([0.0, 1.0]), pl.Series([-0.0, 3.0])),
        (pl.Series([0.5, 1.0]), pl.Series(["0.5", "x"])),
        (pl.Series([500, 6]), pl.Series([Decimal("500.00"), Decimal("0.50")])),
        (pl.Series([2**53 + 1, 1]), pl.Series([str(2**53 + 1), str(2**53)])),
        (pl.Series([2**63, 1], dtype=pl.UInt64), pl.Series([str(2**63), "x"])),
        (pl.Series([1e300, 1.0]), pl.Series([1e300, float("inf")])),
        (pl.Series(["a", "b"], dtype=pl.Categorical), pl.Series(["a", "c"])),
        (pl.Series(["a", "b"], dtype=pl.Categorical), pl.Series(["a", "c"], dtype=pl.Categorical)),
        (pl.Series(["a", "b"], dtype=pl.Enum(["b", "a"])), pl.Series(["a", "A"])),
        (pl.Series([b"\x00\xff", b"b"]), pl.Series([b"\x00\xff", b"c"])),
        (pl.Series([True, None]), pl.Series([True, False])),
        (pl.Series([dt.date(2024, 1, 1), None]), pl.Series([dt.date(2024, 1, 1), None])),
    ],
)
def test_ids_of_two_types_meet_when_they_are_written_alike(ids: pl.Series, keys: pl.Series):
    joined = join(
        pl.DataFrame({"id": ids}), pl.DataFrame({"id": keys, "label": ["first", "second"]})
    )
    assert joined.frame.collect()["truth"].to_list() == ["first", None]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.String, pl.Null, pl.Float64])
def test_production_without_any_id_has_no_labels(dtype: pl.DataType):
    production = pl.DataFrame({"id": [None, None]}, schema={"id": dtype})
    facts = facts_of(join(production, table([1], ["yes"])))
    assert (facts.predictions, facts.labelled, facts.predictions_without_id) == (2, 0, 2)
    assert facts.trouble == "no row of logs has an id in 'id'"


def test_a_fold_can_be_finished_again():
    joined = join(pl.DataFrame({"id": [1, 1, 2]}), table([1, 3], ["a", "b"]))
    one = joined.fold()
    (facts,) = fold(joined.frame, [one], lambda _batch, _offset: None, rows=2)
    assert one.finish() == facts
    assert (facts.repeated_predictions, facts.labels_without_prediction) == (1, 1)


def test_labels_keep_the_type_they_were_read_with():
    labels = {
        "text": pl.Series(["a", "b"]),
        "category": pl.Series(["a", "b"], dtype=pl.Categorical),
        "small": pl.Series([1, 2], dtype=pl.Int8),
        "flag": pl.Series([True, False]),
        "amount": pl.Series([Decimal("1.50"), Decimal("2.25")]),
        "day": pl.Series([dt.date(2024, 1, 1), dt.date(2024, 1, 2)]),
    }
    for label in labels.values():
        joined = join(pl.DataFrame({"id": [2, 1, 3]}), pl.DataFrame({"id": [1, 2], "label": label}))
        found = joined.frame.collect()["truth"]
        assert found.dtype == label.dtype == joined.frame.collect_schema()["truth"]
        assert found.to_list() == [*reversed(label.to_list()), None]


def test_a_label_that_is_not_a_number_is_no_label():
    labels = table([1, 1, 2], [float("nan"), 0.5, float("nan")])
    joined = join(pl.DataFrame({"id": [1, 2]}), labels)
    assert joined.frame.collect()["truth"].to_list() == [0.5, None]
    assert facts_of(joined).conflicting_labels == 0


def test_labels_without_rows_leave_every_prediction_unlabelled():
    labels = pl.DataFrame(schema={"id": pl.String, "label": pl.Int64})
    facts = facts_of(join(pl.DataFrame({"id": ["a", "b"]}), labels))
    assert (facts.predictions, facts.labelled, facts.labels) == (2, 0, 0)
    assert facts.trouble == "labels has no rows"


def test_production_without_rows_uses_no_label():
    facts = facts_of(join(pl.DataFrame(schema={"id": pl.Int64}), table([1, 2], ["a", "b"])))
    assert facts.labels_without_prediction == 2
    assert facts.trouble is None


def test_when_nothing_matches_an_id_of_each_side_is_shown():
    facts = facts_of(join(pl.DataFrame({"id": [None, 7]}), table([None, "x7"], ["a", "b"])))
    assert facts.trouble == (
        "no id of labels is in logs: an id is 'x7' (String) in the one, 7 (Int64) in the other"
    )


def test_the_id_shown_is_one_that_could_have_matched():
    nan = float("nan")
    facts = facts_of(
        join(pl.DataFrame({"id": [nan, 2.5]}), table([nan, None, 7.0], ["a", "b", "c"]))
    )
    assert (facts.label_id, facts.prediction_id) == ("7.0 (Float64)", "2.5 (Float64)")


def test_a_long_id_is_shown_cut_short():
    facts = facts_of(join(pl.DataFrame({"id": [7]}), table(["x" * 500], ["a"])))
    assert facts.label_id == f"'{'x' * 36}... (String)"


def test_matching_ids_without_usable_labels_are_told():
    facts = facts_of(join(pl.DataFrame({"id": [1, 2]}), table([1, 1, 2], ["a", "b", None])))
    assert (
        facts.trouble == "the labels that labels has for logs are missing or contradict each other"
    )


def test_an_empty_column_of_production_is_filled_by_the_labels():
    production = pl.DataFrame(
        {"id": [1, 2], "truth": [None, None]}, schema={"id": pl.Int64, "truth": pl.String}
    )
    joined = join(production, table([2], ["yes"]))
    assert joined.frame.collect()["truth"].to_list() == [None, "yes"]
    assert facts_of(joined).labelled == 1


def test_a_target_on_both_sides_is_refused():
    production = pl.DataFrame({"id": [1, 2, 3], "truth": [None, None, "no"]})
    joined = join(production, table([2], ["yes"]))
    with pytest.raises(ConfigError, match="the target 'truth' is in logs and in labels"):
        facts_of(joined, rows=2)


def test_only_the_columns_asked_for_are_read(tmp_path: Path):
    path = tmp_path / "logs.parquet"
    pl.DataFrame({"id": [1, 2], "x": [1, 2], "y": [3, 4]}).write_parquet(path)
    labels = Data(table([1], ["a"]).lazy(), "labels")
    logs = Data(pl.scan_parquet(path), "logs")
    joined = join_labels(logs, labels, on="id", target="truth", label="label")
    plan = joined.frame.select("x", *joined.columns).explain()
    assert "PROJECT 2/3 COLUMNS" in plan
    assert joined.columns == ("id", "truth", LABEL_ROW)


# 12 million rows of 40 bytes: held, they would take 480 MB. Reading ahead takes up to 250 MB,
# however many rows there are.
_COPIES, _ROWS = 24, 500_000
_PEAK_MB = 350

_PROGRAM = """
    import resource, sys
    import polars as pl
    from mmon.engine.local import fold
    from mmon.sources import Data
    from mmon.sources.labels import join_labels

    def run(copies):
        logs = pl.concat([pl.scan_parquet("logs.parquet")] * copies)
        joined = join_labels(
            Data(logs, "logs"), Data(pl.scan_parquet("labels.parquet"), "labels"),
            on="id", target="y", label="y",
        )
        (facts,) = fold(joined.frame, [joined.fold()], lambda batch, offset: None, rows=50_000)
        assert facts.predictions == facts.labelled == copies * facts.labels
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    first = run(2)
    print(run(int(sys.argv[1])) - first)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_production(tmp_path: Path):
    rng = np.random.default_rng(0)
    ids = pl.Series("id", np.arange(_ROWS))
    columns = {f"x{i}": rng.normal(size=_ROWS) for i in range(4)}
    pl.DataFrame({"id": ids, **columns}).write_parquet(
        tmp_path / "logs.parquet", compression="lz4", row_group_size=100_000
    )
    labels = pl.DataFrame({"id": ids, "y": rng.integers(0, 2, _ROWS)})
    labels.sample(fraction=1.0, shuffle=True, seed=0).write_parquet(tmp_path / "labels.parquet")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_PROGRAM), str(_COPIES)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < _PEAK_MB

"""Names and labels that would act on a terminal do nothing, whichever command shows them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mmon import api
from tests.e2e.conftest import Mmon

NAME = "\x1b[31mA\x1b]0;owned\x07\u202e\u2066\u200b\u2028\x9b\nmmon: PASS"
LABEL = "\x1b[2Jx\u202e"


@pytest.fixture
def hostile(folder: Path) -> Path:
    """A file whose names and labels are hostile."""
    rows = {NAME: [i % 10 for i in range(400)], "k": [LABEL, "y"] * 200}
    pl.DataFrame(rows).write_parquet(folder / "h.parquet")
    pl.DataFrame(rows).write_parquet(folder / "\x1b[31mh.parquet")
    (folder / "k.yaml").write_text('"\\u001b[31mkey\\n\\u202e": 1\nreference: r\nproduction: p\n')
    (folder / "v.yaml").write_text('reference: r\nproduction: p\nfail_on: "\\u001b[31m\\u202e"\n')
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "compare h.parquet h.parquet",
        "compare h.parquet h.parquet -q",
        "compare h.parquet shifted.parquet",
        "compare h.parquet shifted.parquet -q",
        "compare h.parquet h.parquet --json -",
        "compare h.parquet h.parquet --md -",
        "compare h.parquet h.parquet --column nope",
        "compare h.parquet \x1b[31mh.parquet --html \x1b[31mno/x.html",
        "compare h.parquet \x1b[31mgone.parquet",
        "compare h.parquet http://127.0.0.1:1/\x1b[31m.csv",
        "compare h.parquet h.parquet --\x1b[31m",
        "compare h.parquet h.parquet --threshold \x1b[31m\u202e=1",
        "compare h.parquet h.parquet --every \x1b[31m",
        "baseline make h.parquet -o h.mmon",
        "baseline make h.parquet -o \x1b[31mh.mmon",
        "baseline show \x1b[31mgone.mmon",
        "validate k.yaml",
        "validate v.yaml",
        "run \x1b[31mgone.yaml",
        "report \x1b[31mgone.json",
        "explain \x1b[31mks",
        "\x1b[31m",
    ],
)
def test_nothing_that_is_printed_acts_on_a_terminal(
    mmon: Mmon, hostile: Path, command: str
) -> None:
    assert hostile.is_dir()
    ended = mmon(command)
    assert not acting(ended.out + ended.err)
    # A name that looks like a message stands within a line.
    assert not any(line.startswith("mmon: PASS") for line in ended.err.splitlines())
    assert "internal error" not in ended.err


def test_a_baseline_with_hostile_names_is_shown(
    mmon: Mmon, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hostile.is_dir()
    monkeypatch.setenv("COLUMNS", "200")
    assert mmon("baseline make h.parquet -o h.mmon").status == 0
    ended = mmon("baseline show h.mmon")
    assert not acting(ended.out)
    assert "\\x1b[31mA" in ended.out
    assert "\\x1b[2Jx\\u202e 50%" in ended.out
    assert len(ended.out.splitlines()) == 5


def acting(text: str) -> set[str]:
    """The characters of a text that are shown as none."""
    unsafe = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return {char for char in text if unicodedata.category(char) in unsafe} - {"\n"}


@pytest.mark.slow
@pytest.mark.models
def test_names_that_read_as_patterns_are_names_of_columns_everywhere() -> None:
    rng, rows = np.random.default_rng(0), 600
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    frame = pl.DataFrame(
        {
            "count": rng.choice(list("abc"), rows),
            "^g.*$": rng.choice(list("abc"), rows),
            "^x$": rng.normal(size=rows),
            "*": rng.normal(size=rows),
            "group": rng.normal(size=rows),
            "^e.*$": rng.normal(size=(rows, 3)).tolist(),
            "^t.*$": [f"{' '.join(rng.choice(words, 8))} {row}" for row in range(rows)],
            "y": rng.integers(0, 2, rows),
            "s": rng.random(rows),
        }
    )
    late = frame.with_columns(y=pl.when(pl.int_range(pl.len()) < 450).then("y"))
    report = api.run(
        {
            "reference": "r",
            "production": "p",
            "task": "binary",
            "columns": {"target": "y", "score": "s"},
            "analyses": {"multivariate_drift": {"reconstruction": True}},
        },
        reference=frame,
        production=late,
    )
    told = {row["column"] for row in report.results.iter_rows(named=True)}
    assert told >= {"count", "^g.*$", "^x$", "*", "group", "^e.*$", "^t.*$"}
    assert report.document.verdict != "breach"

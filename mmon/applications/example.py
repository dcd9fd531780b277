"""The application that a user starts from, and its test: both run as they are."""

from __future__ import annotations

import keyword
import re

from mmon.errors import ConfigError

_APPLICATION = '''"""NAME: an application of mmon."""

from __future__ import annotations

import polars as pl

import mmon


class CLASS(mmon.Application):
    """How much of a window is incomplete: rows that lack any value.

    This text is its manual page.
    """

    NAME = "NAME"

    def __init__(self, detected: float = 0.1) -> None:
        self.detected = detected

    def do_tracking(self, context: mmon.TrackingContext) -> list[mmon.Result | mmon.Metric]:
        """Called once for each window; the frames are lazy: nothing is read before collect()."""
        is_incomplete = pl.any_horizontal(pl.all().is_null())
        share = context.sample_df.select(is_incomplete.mean()).collect().item()
        by_column = context.sample_df.select(pl.all().is_null().mean()).collect().transpose(
            include_header=True, header_name="column", column_names=["share"]
        )
        context.log_artifact("missing by column", by_column.sort("share", descending=True))
        return [
            mmon.Result("incomplete_share", share, detected=self.detected, unit="share"),
            mmon.Metric("columns", float(by_column.height), unit="count"),
        ]
'''

_TEST = '''"""Tests of the application NAME."""

from __future__ import annotations

from pathlib import Path

import mmon
import polars as pl

PLACE = f"{Path(__file__).parent / 'MODULE.py'}:CLASS"


def test_incomplete_rows_are_found() -> None:
    reference = pl.DataFrame({"x": range(1000)})
    production = reference.with_columns(x=pl.when(pl.col("x") % 4 != 0).then("x"))
    report = mmon.run(
        {
            "reference": reference,
            "production": production,
            "applications": [{"class": PLACE, "args": {"detected": 0.2}}],
        }
    )
    found = [one for one in report.document.results if one.name == "incomplete_share"]
    assert [(one.value, one.status) for one in found] == [(0.25, "detected")]
    assert report.document.errors == []
'''


def files_of(name: str) -> dict[str, str]:
    """The text of an application of that name and of its test, by the names of their files.

    `ConfigError` where the name cannot be one.
    """
    module = name.replace("-", "_").lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", module) or keyword.iskeyword(module):
        raise ConfigError(
            f"{name!r} cannot be the name of an application",
            hint="take letters, digits, - and _, such as refund-rate",
        )
    words = {
        "CLASS": "".join(word.capitalize() for word in module.split("_")),
        "MODULE": module,
        "NAME": module.replace("_", "-"),
    }
    texts = {f"{module}.py": _APPLICATION, f"test_{module}.py": _TEST}
    # The key NAME of the class stays.
    return {
        file: re.sub(r"\b(CLASS|MODULE|NAME(?! =))\b", lambda match: words[match[0]], text)
        for file, text in texts.items()
    }

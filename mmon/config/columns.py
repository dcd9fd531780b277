"""What the columns of a dataset mean: a part of the configuration."""

from __future__ import annotations

import fnmatch
import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mmon.config.fields import Flag, Integer, Names, Section
from mmon.config.option import Option, Panel

_compared = functools.partial(Option, metavar="COLUMN", panel=Panel.COMPARED)
_of_model = functools.partial(Option, metavar="COLUMN", panel=Panel.MODEL)


def matches(name: str, pattern: str) -> bool:
    """Whether a column is the one of that name, or one of a pattern such as ``debug_*``."""
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


class Columns(Section):
    """What the columns mean; every name is a column of the reference."""

    id: Annotated[str | None, _compared("--id"), Field(examples=["request_id"])] = None
    """What identifies a row; not tested."""
    timestamp: Annotated[str | None, _compared("--timestamp"), Field(examples=["time"])] = None
    """When the row happened: windows are cut by it; not tested."""
    cluster: str | None = Field(default=None, examples=["user_id"])
    """What several rows belong to together, as all rows of one user, which are more alike than
    others, so that they count as fewer; not tested."""
    target: Annotated[str | None, _of_model("--target"), Field(examples=["defaulted"])] = None
    """The true outcome."""
    prediction: Annotated[str | None, _of_model("--prediction"), Field(examples=["answer"])] = None
    """What the model answered."""
    score: Annotated[str | None, _of_model("--score"), Field(examples=["p_default"])] = None
    """The model's probability or score, of the positive class: larger is more positive. Margins and
    logits are ranked; what needs probabilities is not computed of them."""
    scores: dict[str, str] = Field(
        default={}, examples=[{"low": "p_low", "medium": "p_medium", "high": "p_high"}]
    )
    """For several classes: the score column of each class."""
    lower: str | None = Field(default=None, examples=["price_low"])
    """For a regression: the lower end of the model's prediction interval."""
    upper: str | None = Field(default=None, examples=["price_high"])
    """For a regression: the upper end of the model's prediction interval."""
    classes: dict[str, str | Flag | Integer] = Field(
        default={}, examples=[{"approved": 1, "rejected": 0}]
    )
    """Labels of target or prediction that are written otherwise, and the class that each is."""
    latency: str | None = Field(default=None, examples=["latency_ms"])
    """How long the answer took, in any unit."""
    error: str | None = Field(default=None, examples=["failed"])
    """Whether the request failed: true, a number other than 0, or a message."""
    features: Annotated[Literal["all"] | Names, _compared("--column", is_list=True)] = "all"
    """The columns to compare: ``all`` of them, or only those named."""
    ignore: Annotated[
        tuple[str, ...], _compared("--ignore", is_list=True), Field(examples=[["debug_*"]])
    ] = ()
    """Columns to leave out, of either dataset: names, or patterns such as ``debug_*``."""
    categorical: Annotated[
        tuple[str, ...], _compared("--categorical", is_list=True), Field(examples=[["branch_code"]])
    ] = ()
    """Columns to treat as categories even though they hold numbers."""
    numeric: tuple[str, ...] = Field(default=(), examples=[["floor"]])
    """Columns to treat as numbers even though they look like categories."""
    text: tuple[str, ...] = Field(default=(), examples=[["comment"]])
    """Columns to treat as free text even though they look like categories or identifiers."""

    @model_validator(mode="after")
    def _one_meaning(self) -> Columns:
        for one, other, clash in (
            ("categorical", "numeric", set(self.categorical) & set(self.numeric)),
            ("categorical", "text", set(self.categorical) & set(self.text)),
            ("numeric", "text", set(self.numeric) & set(self.text)),
            ("features", "ignore", {name for name in self.chosen if self.ignores(name)}),
        ):
            if clash:
                raise ValueError(f"{sorted(clash)[0]!r} is listed under both {one} and {other}")
        return self

    @property
    def lacks(self) -> str | None:
        """The columns without which performance is not measured, in words; None where it is."""
        if self.target is None:
            return "target, the true outcome"
        has_answer = self.prediction is not None or self.score is not None or bool(self.scores)
        return None if has_answer else "prediction or a score"

    @property
    def outcome(self) -> dict[str, str]:
        """The columns of what came true and of what the model said of it, and which each is."""
        ends = dict.fromkeys((self.lower, self.upper), "prediction")
        scores = dict.fromkeys((self.score, *self.scores.values()), "score")
        answers = {self.target: "target", self.prediction: "prediction"}
        return {name: role for name, role in (ends | scores | answers).items() if name is not None}

    @property
    def chosen(self) -> tuple[str, ...]:
        """The features that are named."""
        return () if self.features == "all" else self.features

    def ignores(self, name: str) -> bool:
        """Whether a column is left out."""
        return any(matches(name, pattern) for pattern in self.ignore)

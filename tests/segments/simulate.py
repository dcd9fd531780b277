"""Feature tables from plain arrays, and simulated data in which a slice did or did not worsen."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from mmon.profiles.features.tables import (
    Binning,
    FeatureTable,
    FeatureTables,
    Layout,
)
from mmon.results import Task
from mmon.segments import Found, SampledLosses, worse_segments
from mmon.segments import Side as SearchedSide
from tests.statistics.sequential import Draw

ALPHA = 0.05
BINS = 10
MULTICLASS = Layout(None, (2, 1), ())
REGRESSION = Layout(None, (1,), ("mae", "mse", "bias"))

_NORMAL_TENTHS = ndtri(np.arange(1, BINS) / BINS)

Column = np.ndarray
Rows = Mapping[str, Column]


def binnings(rows: Rows) -> list[Binning]:
    """Equal-mass bins of the reference's numbers, and the categories of its strings."""
    found = []
    for name, column in rows.items():
        if column.dtype == object:
            labels = sorted({value for value in column if value is not None})
            found.append(Binning(name, None, tuple(labels)))
        else:
            present = column[~np.isnan(column)]
            cuts = np.quantile(present, np.arange(1, BINS) / BINS, method="inverted_cdf")
            found.append(Binning(name, np.unique(cuts), None))
    return found


def bin_codes(binning: Binning, column: Column) -> np.ndarray:
    """The bin of each row."""
    if binning.edges is not None:
        codes = np.searchsorted(binning.edges, column, side="left")
        return np.where(np.isnan(column), binning.size - 1, codes)
    codes = np.full(len(column), binning.size - 2)
    for code, label in enumerate(binning.labels or ()):
        codes[column == label] = code
    codes[column == np.array(None)] = binning.size - 1
    return codes


@dataclasses.dataclass
class Side:
    """Raw rows of one side: features, the code of the joint outcome, losses, and the loss tested.

    ``losses`` holds one array for each name of the layout's losses.
    """

    features: Rows
    outcome: np.ndarray
    losses: Sequence[np.ndarray]
    loss: np.ndarray


def searched(
    plan: Sequence[Binning],
    layout: Layout,
    side: Side,
    rng: np.random.Generator,
    *,
    sample_rows: int = 50_000,
) -> SearchedSide:
    """What a search would look at of these rows."""
    count = len(side.outcome)
    bins = [bin_codes(binning, side.features[binning.column]) for binning in plan]
    found = []
    for binning, codes in zip(plan, bins, strict=True):
        size, outcomes = binning.size, layout.size
        joint = np.bincount(codes * outcomes + side.outcome, minlength=size * outcomes)
        sums = [np.bincount(codes, loss, size) for loss in side.losses]
        squared = side.losses[1:2] if layout == REGRESSION else side.losses
        extra = [np.bincount(codes, loss**2, size) for loss in squared[: layout.extras]]
        found.append(
            FeatureTable(
                binning=binning,
                rows=np.bincount(codes, minlength=size),
                outcomes=joint.reshape(size, outcomes),
                sums=np.stack(sums, axis=1) if sums else np.empty((size, 0)),
                extra=np.stack(extra, axis=1) if extra else np.empty((size, 0)),
            )
        )
    keys = rng.integers(0, 1 << 63, count, dtype=np.uint64)
    kept = np.argsort(keys)[:sample_rows]
    sample = SampledLosses(
        bins=np.stack(bins, axis=1)[kept].astype(np.uint8),
        loss=side.loss[kept].astype(np.float64),
        half=rng.random(len(kept)) < 0.5,
        seen=count,
    )
    return SearchedSide(FeatureTables(layout, tuple(found)), sample)


def tables(
    plan: Sequence[Binning], layout: Layout, side: Side, rng: np.random.Generator
) -> FeatureTables:
    """What a profile would hold of these rows."""
    return searched(plan, layout, side, rng).tables


def classified(features: Rows, wrong: np.ndarray) -> Side:
    """A side of a task of several classes, where each row is right (1) or wrong (0)."""
    return Side(features, np.where(wrong, 0, 1), (), wrong.astype(np.float64))


def regressed(features: Rows, error: np.ndarray) -> Side:
    """A side of a regression with these errors."""
    losses = (np.abs(error), error**2, error)
    return Side(features, np.zeros(len(error), np.int64), losses, np.abs(error))


def noise(rng: np.random.Generator, rows: int, count: int, *, moved: float = 0.0) -> Rows:
    """Features: every third a category of five uneven levels, the others numbers, some missing."""
    found = {}
    levels = np.array(["a", "b", "c", "d", "e"], dtype=object)
    for index in range(count):
        if index % 3 == 2:
            shares = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
            shares = shares * np.exp(moved * np.arange(5) / 2)
            found[f"f{index}"] = levels[rng.choice(5, rows, p=shares / shares.sum())]
        else:
            numbers = rng.normal(moved, 1, rows)
            if index % 3 == 1:
                numbers[rng.random(rows) < 0.05] = np.nan
            found[f"f{index}"] = numbers
    return found


@dataclasses.dataclass(frozen=True)
class Setting:
    """How one simulated dataset is drawn; rates depend on the first three features."""

    n: int = 20_000
    m: int = 20_000
    features: int = 8
    level: float = 0.10
    uneven: float = 0.0
    alike: float = 0.0
    moved: float = 0.0
    errors: str | None = None
    slice_depth: int = 0
    rise: float = 0.15
    sample_rows: int = 50_000


def risk(setting: Setting, rows: Rows) -> np.ndarray:
    """Log odds (or log scale) of each row's loss before any change."""
    base = np.log(setting.level / (1 - setting.level)) if setting.errors is None else 0.0
    # Constant within (about) the reference's bins, so that a drift moves no bin's rate.
    level = np.searchsorted(_NORMAL_TENTHS, rows["f0"]) / 3 - 1.5
    return base + setting.uneven * (level + (rows["f2"] == "b"))


def slice_of(setting: Setting, rows: Rows) -> np.ndarray:
    """A slice of 5 %: a category, or a category above a number that is no edge of a bin."""
    if setting.slice_depth == 1:
        return np.asarray(rows["f2"] == "e")
    # P(f2 in b) = 0.3 and P(f0 > 0.967) = 1/6.
    return np.asarray((rows["f2"] == "b") & (rows["f0"] > 0.9674))


def draw(setting: Setting, rng: np.random.Generator) -> tuple[SearchedSide, SearchedSide, Rows]:
    """Both sides' tables, and production's features."""
    features = noise(rng, setting.n, setting.features)
    plan = binnings(features)
    ref = _side(setting, rng, features, is_cur=False)
    moved = noise(rng, setting.m, setting.features, moved=setting.moved)
    cur = _side(setting, rng, moved, is_cur=True)
    layout = MULTICLASS if setting.errors is None else REGRESSION
    both = [
        searched(plan, layout, side, rng, sample_rows=setting.sample_rows) for side in (ref, cur)
    ]
    return both[0], both[1], moved


def _side(setting: Setting, rng: np.random.Generator, rows: Rows, *, is_cur: bool) -> Side:
    at = risk(setting, rows) + setting.alike * is_cur
    count = len(at)
    worse = slice_of(setting, rows) if setting.slice_depth and is_cur else np.zeros(count, bool)
    if setting.errors is None:
        rate = 1 / (1 + np.exp(-at)) + setting.rise * worse
        return classified(rows, rng.random(count) < rate)
    shape = rng.normal(size=count)
    if setting.errors.startswith("lognormal"):
        shape = np.exp(float(setting.errors[9:]) * rng.normal(size=count))
    return regressed(rows, np.exp(at) * shape * (1 + setting.rise * worse))


UNCHANGED = {
    "same": Setting(),
    "same, 20 features": Setting(features=20),
    "uneven": Setting(uneven=0.7),
    "worse alike in odds": Setting(uneven=0.7, alike=0.7),
    "better alike": Setting(uneven=0.7, alike=-0.7),
    "drifted": Setting(uneven=0.7, moved=0.5),
    "drifted and worse alike": Setting(uneven=0.7, moved=0.5, alike=0.7),
    "drifted, normal": Setting(uneven=0.3, moved=0.5, errors="normal"),
    "rare": Setting(level=0.01),
    "rare, few production rows": Setting(level=0.01, m=2_000),
    "rare, few reference rows": Setting(level=0.01, n=2_000),
    "few production rows": Setting(m=2_000, features=20),
    "few reference rows": Setting(n=2_000, features=20),
    "normal": Setting(errors="normal", uneven=0.3),
    "normal, few production rows": Setting(errors="normal", m=2_000),
    "normal, few reference rows": Setting(errors="normal", n=2_000),
    "normal, worse alike": Setting(errors="normal", uneven=0.3, alike=0.5),
    "lognormal": Setting(errors="lognormal1", uneven=0.3),
    "lognormal, few production rows": Setting(errors="lognormal1", m=2_000),
    "lognormal, few reference rows": Setting(errors="lognormal1", n=2_000),
    "lognormal(1.5), few reference rows": Setting(errors="lognormal1.5", n=2_000),
    "lognormal, worse alike": Setting(errors="lognormal1", uneven=0.3, alike=0.5),
}
CHANGED = {
    "category": Setting(slice_depth=1),
    "pair": Setting(slice_depth=2),
    "pair, 20 features": Setting(slice_depth=2, features=20),
    "category, normal": Setting(slice_depth=1, errors="normal", rise=0.5),
    "pair, lognormal": Setting(slice_depth=2, errors="lognormal1", rise=0.7),
}


def search(setting: Setting, rng: np.random.Generator) -> tuple[Found, Rows]:
    """What is found in one simulated dataset, and production's features."""
    ref, cur, rows = draw(setting, rng)
    task = Task.MULTICLASS if setting.errors is None else Task.REGRESSION
    return worse_segments(ref, cur, task=task, alpha=ALPHA), rows


def false_alarm(setting: Setting) -> Draw:
    """Whether a segment is named although none got worse."""
    rng = np.random.default_rng([1, setting.n, setting.m, setting.features])
    return lambda _: {"named": bool(search(setting, rng)[0].segments)}


def hit(setting: Setting) -> Draw:
    """Whether the slice is found, and how many of at most ten segments are named."""
    rng = np.random.default_rng([2, setting.n, setting.m, setting.features])

    def draw(_: Collection[str]) -> dict[str, float]:
        found, rows = search(setting, rng)
        truth = slice_of(setting, rows)
        hits = [overlap(one.label, rows, truth) >= 0.5 for one in found.segments]
        return {"found": any(hits), "tenths named": min(len(hits), 10) / 10}

    return draw


def overlap(label: str, rows: Rows, truth: np.ndarray) -> float:
    """Jaccard overlap of the slice with the rows that a segment's label describes."""
    inside = np.logical_and.reduce([holds(part, rows) for part in label.split(" and ")])
    return float((inside & truth).sum() / max((inside | truth).sum(), 1))


def holds(part: str, rows: Rows) -> np.ndarray:
    """The rows for which one condition, in words, is true."""
    words = part.split(" ")
    if part.endswith(" is missing"):
        column = rows[words[0]]
        return np.array([value is None or value != value for value in column])
    if len(words) == 5:
        middle = rows[words[2]]
        return (float(words[0]) < middle) & (middle <= float(words[4]))
    column, sign, value = rows[words[0]], words[1], " ".join(words[2:])
    if sign == "=":
        return np.asarray(column == value)
    return column > float(value) if sign == ">" else column <= float(value)

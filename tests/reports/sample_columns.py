"""Made-up columns for sample documents: distributions, and the results that follow from them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from collections.abc import Sequence

from mmon.results import ColumnKind, Result, Status
from mmon.results.charts import Picture
from tests import quantities

REFERENCE_ROWS = 16_913
WINDOW_ROWS = 3_494
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "a_very_long_name_without_any_break_" * 8,
    "عمر العميل بالسنوات",
    "\u202edesrever",
    "line one\nline two\ttab",
    "価格 💶 µ²",
    "",
    "' onmouseover='alert(1)",
)
_BINNED = (
    "chi_square",
    "general_drift",
    "hellinger",
    "jensen_shannon",
    "kullback_leibler",
    "l_infinity",
    "psi",
)
_ORDERED = (
    "anderson_darling",
    "cliffs_delta",
    "cramer_von_mises",
    "energy",
    "mean_shift",
    "wasserstein",
)


@dataclasses.dataclass(frozen=True)
class Sides:
    """One column in one window: edges or labels, both sides' counts, production's missing rows."""

    edges: tuple[float, ...] | None
    labels: tuple[str, ...] | None
    reference: tuple[int, ...]
    production: tuple[int, ...]
    missing: int


def sides(
    random_numbers: random.Random, kind: ColumnKind, bins: int, drift: float, *, hostile: bool
) -> Sides:
    """Edges or labels, both sides' counts, and production's missing rows."""
    if kind is ColumnKind.CATEGORICAL:
        count = min(bins, 9)
        labels = tuple(itertools.islice(_labels(hostile), count))
        weights = [1 / (i + 1.0) for i in range(count)]
        moved = [w * (1 - drift) + drift * weights[-1 - i] for i, w in enumerate(weights)]
        edges = None
    else:
        labels = None
        low, high = (1.4e15, 1.5e15) if kind is ColumnKind.DATETIME else (0.0, 737.0)
        edges = tuple(low + (high - low) * i / bins for i in range(bins + 1))
        middle, width = bins * random_numbers.uniform(0.2, 0.5), bins / 7
        weights = [math.exp(-(((i - middle) / width) ** 2) / 2) + 0.004 for i in range(bins)]
        moved = [
            math.exp(-(((i - middle - drift * width) / width) ** 2) / 2) + 0.004
            for i in range(bins)
        ]
    ref = _counts(random_numbers, weights, REFERENCE_ROWS)
    cur = _counts(random_numbers, moved, WINDOW_ROWS)
    return Sides(edges, labels, ref, cur, round(drift * 100))


def _labels(hostile: bool) -> itertools.chain[str]:
    plain = (f"channel {letter} " for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return itertools.chain(HOSTILE_NAMES if hostile else (), plain)


def _counts(random_numbers: random.Random, weights: Sequence[float], rows: int) -> tuple[int, ...]:
    total = sum(weights)
    wobbly = [rows * w / total * random_numbers.uniform(0.97, 1.03) for w in weights]
    counts = [round(value) for value in wobbly]
    counts[counts.index(max(counts))] += rows - sum(counts)
    return tuple(counts)


def column_results(name: str, window: int, side: Sides) -> list[Result]:
    """The results of one column in one window."""
    ref, cur = side.reference, side.production
    changes = [c / sum(cur) - r / sum(ref) for r, c in zip(ref, cur, strict=True)]
    is_ordered = side.labels is None
    if is_ordered:
        distance = max(abs(change) for change in itertools.accumulate(changes))
    else:
        distance = sum(abs(change) for change in changes) / 2
    effective = REFERENCE_ROWS * WINDOW_ROWS / (REFERENCE_ROWS + WINDOW_ROWS)
    p_value = min(1.0, 2 * math.exp(-2 * effective * distance**2))
    told = (*_ORDERED, *_BINNED) if is_ordered else _BINNED
    share, chance = side.missing / (WINDOW_ROWS + side.missing), 3.0**-side.missing
    told_only = quantities.result(
        "ks",
        window=window,
        column=name,
        error=2e-4,
        p_value=p_value,
        q_value=min(1.0, p_value * 2),
    )
    gate = dataclasses.replace(
        told_only,
        quantity=quantities.named("ks" if is_ordered else "total_variation"),
        value=distance,
        potential=0.1,
        detected=0.2,
        gating=True,
        status=_status(distance, 0.1, 0.2, p_value),
    )
    missing = dataclasses.replace(
        gate,
        quantity=quantities.named("missing_share"),
        aspect="increase",
        value=share,
        error=0.0,
        reference_value=0.0,
        p_value=chance,
        q_value=min(1.0, 2 * chance),
        potential=0.05,
        status=_status(share, 0.05, 0.2, chance),
    )
    others = (
        dataclasses.replace(
            told_only, quantity=quantities.named(metric), value=distance * (1 + len(metric) / 10)
        )
        for metric in told
    )
    return [gate, *others, missing]


def _status(value: float, potential: float, detected: float, p_value: float) -> Status:
    if p_value > 0.01 or value < potential:
        return Status.NO_DETECTION
    return Status.DETECTED if value >= detected else Status.POTENTIAL_DETECTION


def picture(name: str, window: int, side: Sides) -> Picture:
    """What a report draws of one column."""
    edges, missing = side.edges, side.missing
    quantiles: tuple[tuple[float, float, float], ...] = ()
    if edges is not None:
        quantiles = tuple(
            (p, _quantile(edges, side.reference, p), _quantile(edges, side.production, p))
            for p in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
        )
    return Picture(
        column=name,
        window=window,
        edges=edges,
        labels=side.labels,
        reference=side.reference,
        production=side.production,
        quantiles=quantiles,
        reference_presence=(REFERENCE_ROWS, 0, 0, 0),
        production_presence=(WINDOW_ROWS, missing, 0, 2 if missing and edges else 0),
    )


def _quantile(edges: Sequence[float], counts: Sequence[int], probability: float) -> float:
    seen = itertools.accumulate(counts)
    goal = probability * sum(counts)
    return next(edge for edge, rows in zip(edges[1:], seen, strict=True) if rows >= goal)

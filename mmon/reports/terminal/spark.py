"""Draws numbers as a line of small bars, for places where a picture must be text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = ".:-=+*#@"


def pair(
    reference: Sequence[int],
    production: Sequence[int],
    *,
    cells: int,
    is_ordered: bool = True,
    blocks: str = BLOCKS,
) -> tuple[str, str]:
    """Two histograms, rows in each of (B,) same bins, as bars on one scale of shares.

    To fit in so many cells, neighbouring bins are added up; where bins are in no order, as
    categories are, the last ones come together in the last character. An empty bin is a space.

    Examples
    --------
    >>> pair([2, 4, 2, 0], [1, 2, 1, 4], cells=4)
    ('▄█▄ ', '▂▄▂█')
    >>> pair([9, 3, 2, 1], [9, 3, 2, 1], cells=3, is_ordered=False)[0]
    '█▃▃'
    """
    fitted = _grouped if is_ordered else _folded
    sides = [_shares(fitted(side, cells)) for side in (reference, production)]
    top = max((share for side in sides for share in side), default=0.0)
    drawn = ["".join(_block(share, top, blocks) for share in side) for side in sides]
    return drawn[0], drawn[1]


def line(values: Sequence[float | None], *, cells: int, blocks: str = BLOCKS) -> str:
    """Heights over time as bars; the largest of neighbours stands for them.

    A full bar is the largest of them, or 1 where that is larger, so that what is far from its
    threshold is low. What is zero has the lowest bar, so that only what is not known is blank.

    Examples
    --------
    >>> line([0.1, None, 0.2, 0.5, 0.0], cells=5)
    '▁ ▂▄▁'
    >>> line([1.0, 4.0], cells=5)
    '▂█'
    """
    groups = [[height for height in group if height is not None] for group in chunks(values, cells)]
    peaks = [max(group, default=None) for group in groups]
    top = max((peak for peak in peaks if peak is not None), default=0.0)
    top = max(top, 1.0)
    return "".join(
        " " if peak is None else blocks[0] if peak == 0 else _block(peak, top, blocks)
        for peak in peaks
    )


def chunks(items: Sequence[T], count: int) -> list[Sequence[T]]:
    """Items in at most ``count`` runs of neighbours whose lengths differ by at most one."""
    count = min(count, len(items))
    bounds = [len(items) * i // count for i in range(count + 1)] if count else [0]
    return [items[low:high] for low, high in itertools.pairwise(bounds)]


def _grouped(counts: Sequence[int], cells: int) -> list[int]:
    return [sum(group) for group in chunks(counts, cells)]


def _folded(counts: Sequence[int], cells: int) -> list[int]:
    if len(counts) <= cells:
        return list(counts)
    return [*counts[: cells - 1], sum(counts[cells - 1 :])]


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _block(size: float, top: float, blocks: str) -> str:
    if size <= 0 or top <= 0:
        return " "
    if not math.isfinite(size):
        return blocks[-1]
    # A tenth of a millionth: a size that is k eighths but for rounding is k blocks high.
    return blocks[max(0, math.ceil(size / top * len(blocks) - 1e-7) - 1)]

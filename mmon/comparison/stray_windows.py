"""Windows that a few rows with a wrong time make, far from all others: they are none.

One row of the year 2099 would be the newest window, and the only one that ``judge: last`` judges.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from mmon.profiles.table import Profile
from mmon.windows.cut import WindowCut
from mmon.windows.timestamps import DAY_US, to_naive, to_us

MOST_EMPTY = 100
"""More windows than these without rows come from a wrong time, years away."""
# More rows than this share are no slip.
_MOST_ROWS = 0.01


def stray_keys(cut: WindowCut, rows: Mapping[int, int], now_us: int) -> frozenset[int]:
    """The keys of windows that begin after now, or lie beyond many empty ones, and hold few rows.

    Parameters
    ----------
    cut : WindowCut
    rows : mapping
        Rows by key of a window.
    now_us : int
        When the run began, in microseconds since 1970-01-01 UTC.
    """
    keys = sorted(rows)
    if cut.unit is None or len(keys) < 2:
        return frozenset()
    length = max(_length_us(cut, key) for key in keys)
    stretches = [[keys[0]]]
    for before, after in itertools.pairwise(keys):
        if after - before > (MOST_EMPTY + 1) * length:
            stretches.append([])
        stretches[-1].append(after)
    main = max(stretches, key=lambda some: sum(rows[key] for key in some))
    # A day: the clock of production may be that of any zone.
    over = [key for key in main if key <= now_us + max(length, DAY_US)]
    strays = frozenset(keys) - frozenset(over or main)
    is_slip = sum(rows[key] for key in strays) <= _MOST_ROWS * sum(rows.values())
    return strays if is_slip else frozenset()


def told_of(strays: Sequence[Profile], column: str | None) -> str:
    """How many rows have such times, and when that is, in UTC."""
    rows = sum(one.rows for one in strays)
    spans = [one.activity for one in strays if one.activity]
    first = min(one.oldest_us or 0 for one in spans)
    last = max(one.newest_us or 0 for one in spans)
    times = dict.fromkeys(to_naive(at).isoformat(" ", "minutes") for at in (first, last))
    are = "1 production row is" if rows == 1 else f"{rows:,} production rows are"
    return f"{are} in no window: {column} is {' to '.join(times)}, far from all others"


def _length_us(cut: WindowCut, key: int) -> int:
    start, end = cut.bounds(key)
    return 0 if start is None or end is None else to_us(end) - to_us(start)

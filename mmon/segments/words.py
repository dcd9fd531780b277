"""A worse segment in one line, for every report."""

from __future__ import annotations

from mmon.segments.found import WorseSegment


def segment_words(segment: WorseSegment, unit: str) -> str:
    """What happened in a segment, how big it is, and what it explains.

    Parameters
    ----------
    segment : WorseSegment
    unit : str
        What its values are, in words: ``error rate``.

    Examples
    --------
    >>> one = WorseSegment("plan = pro and age > 31", ("plan", "age"), 1230, 0.041,
    ...                    0.09, 0.38, 0.27, 1e-12, 1e-9, 0.38)
    >>> segment_words(one, "error rate")
    'error rate 0.09 → 0.38, 4.1% of rows, its excess over all other rows is 38% of the rise'
    """
    told = (
        f"{unit} {_number(segment.reference_value)} → "
        f"{_number(segment.production_value)}, "
        f"{_percent(segment.share)} of rows"
    )
    if segment.explained is None:
        return told
    if segment.explained > 1.0:
        return f"{told}, its excess over all other rows is more than the whole rise"
    part = _percent(segment.explained)
    return f"{told}, its excess over all other rows is {part} of the rise"


def _number(value: float) -> str:
    """Two digits of a small number, all digits before the point of a large one."""
    if abs(value) >= 99.5:
        return f"{value:,.0f}"
    if abs(value) >= 9.95:
        return f"{value:.3g}"
    return f"{value:.2f}" if abs(value) >= 0.0995 else f"{value:.2g}"


def _percent(share: float) -> str:
    """Two digits, and never less than "< 0.1%"."""
    if 0 < share < 0.001:
        return "< 0.1%"
    return f"{100 * share:.1f}%" if share < 0.0995 else f"{100 * share:.0f}%"

"""What a search for worse segments finds, as data."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class WorseSegment:
    """Rows in which the model got worse, and more so than in the rest.

    Attributes
    ----------
    label : str
        ``country = BR and amount > 310``.
    columns : tuple of str
        The one or two features that describe it.
    rows : int
        Its labelled production rows; estimated from the sample for two features.
    share : float
        Of production's labelled rows, in [0, 1].
    reference_value, production_value : float
        Error rate, or mean absolute error. For two features, of all rows of the sample, among them
        those that the segment was discovered on.
    excess : float
        How much more the value rose than that of the rest.
    p_value, q_value : float
        Of "it got no worse, or no more so than the rest", before and after the correction for the
        number of segments tested. For two features, from the rows that did not discover it.
    explained : float or None
        How much of the overall change goes away when the segment's value rises as the rest's: above
        1 where other rows got better; None where the overall value did not rise.
    """

    label: str
    columns: tuple[str, ...]
    rows: int
    share: float
    reference_value: float
    production_value: float
    excess: float
    p_value: float
    q_value: float
    explained: float | None

    @property
    def depth(self) -> int:
        """Number of features that describe it."""
        return len(self.columns)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """The segments that got worse, and how they were looked for.

    Attributes
    ----------
    segments : tuple of WorseSegment
        Those that tell different things, the clearest first.
    tested : int
        Segments that were large enough to be tested, pairs put up for confirmation included.
    sample_rows, seen : (int, int)
        Labelled rows in the sample and those it was drawn from, reference and production; pairs
        (and any segment of a regression) are looked for among the sample. (0, 0) without one.
    paired, features : int
        Features of which pairs were tried, and all features.
    """

    segments: tuple[WorseSegment, ...]
    tested: int
    sample_rows: tuple[int, int]
    seen: tuple[int, int]
    paired: int
    features: int

    @property
    def is_partial(self) -> bool:
        """Whether the sample holds only some of the labelled rows."""
        return self.sample_rows != self.seen

"""P-values of "this segment got no worse, or no more so than the rest did"."""

from __future__ import annotations

from mmon.arrays import FloatArray
from mmon.segments._excess_means import means_p_values
from mmon.segments._excess_odds import odds_p_values
from mmon.segments.tallies import Tally


def p_values(tally: Tally, *, is_classified: bool) -> FloatArray:
    """One-sided p-values of the segments.

    The null hypothesis of a segment: its production mean is at most the largest of its reference
    mean, that plus the change of the rest, and that times the relative change of the rest (for
    classes: of the odds). A small p-value so says that the segment got worse, and more so than the
    rest by whichever scale one likes. Each of the three is tested, and the largest p-value counts
    (an intersection-union test: Berger, *Multiparameter hypothesis testing and acceptance
    sampling*, Technometrics 1982).

    Parameters
    ----------
    tally : Tally
        No side of a segment, or of its rest, is empty.
    is_classified : bool
        Whether the loss is 0 or 1.

    Returns
    -------
    (S,) float64 in (0, 1]
    """
    parts = tally.ref, tally.cur, tally.ref_rest, tally.cur_rest
    return odds_p_values(*parts) if is_classified else means_p_values(tally.values, *parts)

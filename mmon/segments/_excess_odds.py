"""The test of excess errors of a segment, for losses of 0 and 1; exact where a test can be.

Errors are rare and the sides unequal, and with thousands of segments only p-values of 1e-5 count:
a normal approximation is wrong there by factors. Hence conditional laws (see `_lattice_tails`).
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtri_exp

from mmon.records.arrays import FloatArray
from mmon.segments._lattice_tails import Tables, log_tail_of_homogeneity, log_tail_of_odds

# A p-value is never 0: this is the smallest normal float.
_SMALLEST = float(np.finfo(np.float64).tiny)


def odds_p_values(
    ref: FloatArray, cur: FloatArray, ref_rest: FloatArray, cur_rest: FloatArray
) -> FloatArray:
    """P-values of "the error rate rose by no more than the rest's, in points or in odds, or fell".

    Parameters
    ----------
    ref, cur, ref_rest, cur_rest : (S, 2) float64
        Right and wrong rows of the segments and of what is outside of each; no side is empty.

    Returns
    -------
    (S,) float64 in (0, 1]
    """
    inside, rest = _tables(ref, cur), _tables(ref_rest, cur_rest)
    p = np.ones(len(ref))
    # Where the rate did not rise more than the rest's, no test could say that it did.
    rise = inside.k_cur / inside.m - inside.k_ref / inside.n
    rest_rise = rest.k_cur / rest.m - rest.k_ref / rest.n
    rose = rise > np.maximum(rest_rise, 0.0)
    inside, rest, rest_rise = inside.take(rose), rest.take(rose), rest_rise[rose]
    # Fisher's exact test of a rise at all, and Zelen's of a rise in odds beyond the rest's.
    log_p = np.maximum(
        log_tail_of_odds(inside, np.zeros(len(inside.n))), log_tail_of_homogeneity(inside, rest)
    )
    log_p = np.maximum(log_p, _log_p_of_added(inside, rest, np.maximum(rest_rise, 0.0)))
    p[rose] = np.maximum(np.exp(log_p), _SMALLEST)
    return p


def _tables(ref: FloatArray, cur: FloatArray) -> Tables:
    return Tables(ref.sum(axis=1), cur.sum(axis=1), ref[:, 1], cur[:, 1])


def _log_p_of_added(inside: Tables, rest: Tables, added: FloatArray) -> FloatArray:
    """Log p-values of "the rate rose by at most ``added``, the estimated rise of the rest"."""
    n, m = inside.n, inside.m
    # Given the margins, the reference rate that goes with a rise of exactly ``added``.
    least = 0.5 / (n + m)
    before = np.clip((inside.wrong - m * added) / (n + m), least, None)
    after = np.minimum(before + added, 1 - least)
    log_odds_ratio = np.log(after) - np.log1p(-after) - np.log(before) + np.log1p(-before)
    log_p = log_tail_of_odds(inside, np.maximum(log_odds_ratio, 0.0))
    # The tail takes the margins as given, but the reference rate was estimated from them, and the
    # rest's rise is an estimate too: the deviation that the tail stands for has a larger variance.
    ref, cur = before * (1 - before), after * (1 - after)
    given_margins = (1 / n + 1 / m) ** 2 / (1 / (n * ref) + 1 / (m * cur))
    of_rest = _variance(rest.k_ref, rest.n) + _variance(rest.k_cur, rest.m)
    share = given_margins / (ref / n + cur / m + of_rest)
    deviation = -ndtri_exp(np.minimum(log_p, -1e-300))
    shortened: FloatArray = log_ndtr(-deviation * np.sqrt(share))
    return np.where(deviation > 0, shortened, log_p)


def _variance(wrong: FloatArray, rows: FloatArray) -> FloatArray:
    """Of a share; with a right and a wrong row added, it is not 0 where no row is wrong."""
    share = (wrong + 1) / (rows + 2)
    return share * (1 - share) / rows

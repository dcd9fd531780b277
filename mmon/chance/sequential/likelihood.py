"""How much likelier a window's rows are after a change than as a part of all rows so far.

Where nothing changed, the rows of a window are drawn without replacement from those of the pool and
the window together, whatever their distribution. Given these, the counts of the window are
hypergeometric; the ratio of any other distribution of them to that one is 1 on average: an e-value.
As normal numbers these ratios are ``(1 + t2)**(-1/2) * exp(z**2 * t2 / (2 * (1 + t2)))`` and its
like, whose mean is far above 1 for rare values; the mean of these here is 1 for them, too.

References
----------
Grünwald, de Heide and Koolen, *Safe testing*, JRSS B 2024 (likelihood ratios that condition on what
is not known). Daniels, *Saddlepoint approximations in statistics*, Ann. Math. Stat. 1954. Robinson,
*Saddlepoint approximations for permutation tests and confidence intervals*, JRSS B 1982.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, expit, gammaln

from mmon.records.arrays import FloatArray

_STEPS = 30
# Of a row: what is left changes the ratio by less than rounding does.
_CLOSE = 1e-9
_FARTHEST = 2.0


def log_tilted(scores: FloatArray, pool: FloatArray, window: FloatArray) -> FloatArray:
    """Log likelihood ratios of windows in which each cell's share grows by a factor.

    Parameters
    ----------
    scores : (T, C) float64, log of that factor, up to a constant; one row an alternative
    pool, window : (C,) float64, rows by cell; each side has some

    Returns
    -------
    (T,) float64
        The mean of its exponential is 1, but for a share of about one over the rows.
    """
    rows = pool + window
    n, m = pool.sum(), window.sum()
    log_odds = np.log(m) - np.log(n)
    # Cells are independent binomials given their sum, which this shift puts in its place.
    shift = -(scores @ rows) / (n + m)
    for _ in range(_STEPS):
        taken = expit(log_odds + shift[:, None] + scores)
        variance = np.maximum((taken * (1.0 - taken)) @ rows, 1e-300)
        lacking = m - taken @ rows
        if np.abs(lacking).max(initial=0.0) < _CLOSE * m:
            break
        shift += np.clip(lacking / variance, -_FARTHEST, _FARTHEST)
    mean = np.logaddexp(0.0, log_odds + shift[:, None] + scores) @ rows
    mean += (n + m) * (np.log(n) - np.log(n + m)) - shift * m
    mean += 0.5 * (np.log(n) + np.log(m) - np.log(n + m) - np.log(variance))
    found: FloatArray = scores @ window - mean
    return found


def log_overdispersed(excess: FloatArray, pool: FloatArray, window: FloatArray) -> FloatArray:
    """Log likelihood ratios of windows in which each cell's share varies by itself, either way.

    The count of a cell is beta-binomial among its rows of both sides: its variance is ``1 +
    excess`` times that by chance. Given many rows the ratio depends on Pearson's chi-square alone.

    Parameters
    ----------
    excess : (S,) float64 > 0; one number an alternative
    pool, window : (C,) float64, rows by cell; each side has some

    Returns
    -------
    (S,) float64
    """
    rows = pool + window
    is_used = rows > 0.0
    rows, window = rows[is_used], window[is_used]
    n, m = pool.sum(), window.sum()
    part = m / (n + m)
    size = rows / excess[:, None]
    a, b = part * size, (1.0 - part) * size
    found: FloatArray = (betaln(window + a, rows - window + b) - betaln(a, b)).sum(axis=1)
    found += gammaln(n + m + 1.0) - gammaln(n + 1.0) - gammaln(m + 1.0)
    return found - _log_at_mean(rows, a, b)


def _log_at_mean(rows: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Log of the probability that beta-binomial counts sum to their mean: Edgeworth's series."""
    size = a + b
    spread = rows * a * b * (size + rows) / (size**2 * (size + 1.0))
    skew = (size + 2.0 * rows) * (b - a) / (size + 2.0)
    skew *= np.sqrt((1.0 + size) / (rows * a * b * (rows + size)))
    fourth = size * (size - 1.0 + 6.0 * rows) + 3.0 * a * b * (rows - 2.0) + 6.0 * rows**2
    fourth -= 3.0 * a * b * rows * (6.0 - rows) / size + 18.0 * a * b * (rows / size) ** 2
    fourth *= size**2 * (1.0 + size) / (rows * a * b * (size + 2.0) * (size + 3.0) * (size + rows))
    variance = spread.sum(axis=1)
    third, excess = (skew * spread**1.5).sum(axis=1), ((fourth - 3.0) * spread**2).sum(axis=1)
    series = excess / (8.0 * variance**2) - 5.0 * third**2 / (24.0 * variance**3)
    found: FloatArray = -0.5 * np.log(2.0 * np.pi * variance) + np.log1p(np.maximum(series, -0.5))
    return found

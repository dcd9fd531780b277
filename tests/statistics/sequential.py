"""Claims about shares, tried on as many draws as it takes to be sure: Wald's sequential test."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FALSE_ALARM = 1e-3
"""How often a claim that holds at its very limit is called broken, at most."""
MISSED = 1e-2
"""How often a claim that is broken by all of its margin is not called so, at most."""

Draw = Callable[[Collection[str]], Mapping[str, ArrayLike]]


@dataclasses.dataclass(frozen=True)
class Claim:
    """The mean of values in [0, 1] is at most ``limit``, or at least, when ``broken`` is below it.

    A mean at ``limit`` or on its good side is surely called right, one at ``broken`` or beyond
    surely wrong, with the error rates above. Between them lies the region of indifference, where
    either answer will do: the narrower it is, the more draws it takes.
    """

    limit: float
    broken: float

    def __str__(self) -> str:
        return f"at {'most' if self.limit < self.broken else 'least'} {self.limit:g}"

    def evidence(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each value says for ``broken``: the logarithm of the likelihood ratio.

        For a share of several trials it is a bound: the ratio is convex in the value, so that its
        mean is at most what yes and no of the same mean would give.
        """
        no = math.log((1.0 - self.broken) / (1.0 - self.limit))
        return no + values * (math.log(self.broken / self.limit) - no)


def broken_claims(
    claims: Mapping[str, Sequence[Claim]], draw: Draw, *, most: int = 20_000
) -> dict[str, str]:
    """The claims that do not hold, in words.

    Parameters
    ----------
    claims : by name, what is claimed of the name's values.
    draw : for the names not yet decided, one or several further values in [0, 1] each, independent
        draws in a row; nan where a draw says nothing.
    most : values of a name after which the more likely answer is taken.

    Notes
    -----
    What was measured is written to the standard output: ``pytest -rP`` shows it.

    References
    ----------
    Wald, A. (1945). Sequential tests of statistical hypotheses. Annals of Mathematical Statistics
    16, 117-186.
    """
    undecided = {(name, one): 0.0 for name, some in claims.items() for one in some}
    seen: dict[str, list[NDArray[np.float64]]] = {name: [] for name in claims}
    count = dict.fromkeys(claims, 0)
    broken: dict[str, str] = {}
    while undecided:
        for name, values in draw({name for name, _ in undecided}).items():
            seen[name].append(np.atleast_1d(np.asarray(values, dtype=np.float64)))
            count[name] += len(seen[name][-1])
        for (name, claim), before in list(undecided.items()):
            holds, after = _answer(claim, seen[name][-1], before)
            if holds is None and count[name] >= most:
                holds = after <= 0.0
            if holds is None:
                undecided[name, claim] = after
                continue
            del undecided[name, claim]
            if not holds:
                broken[name] = f"{_share(seen[name])} is not {claim}"
    for name, some in seen.items():
        sys.stdout.write(f"{name}: {_share(some)}\n")
    return broken


def _share(seen: list[NDArray[np.float64]]) -> str:
    values = np.concatenate(seen)
    known = values[~np.isnan(values)]
    return f"{known.mean() if len(known) else math.nan:.4g} of {len(known)}"


def _answer(claim: Claim, values: NDArray[np.float64], before: float) -> tuple[bool | None, float]:
    """Whether a claim holds, None while nobody knows, and the evidence against it so far."""
    evidence = before + np.cumsum(claim.evidence(values[~np.isnan(values)]))
    decided = (evidence <= math.log(MISSED)) | (evidence >= -math.log(FALSE_ALARM))
    if decided.any():
        return bool(evidence[decided.argmax()] < 0.0), 0.0
    return None, float(evidence[-1]) if len(evidence) else before

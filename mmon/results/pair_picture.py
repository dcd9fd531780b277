"""How two columns go together on both sides, as reports show it."""

from __future__ import annotations

import dataclasses
from typing import Literal

from mmon.records import Count


@dataclasses.dataclass(frozen=True, slots=True)
class PairPicture:
    """A pair of columns whose association changed.

    Attributes
    ----------
    window : int
    first, second : str
        The columns.
    measure : {"rank correlation", "Cramér's V"}
        In [-1, 1], or in [0, 1].
    reference, production : float
        The association on each side.
    change : float
        How much it changed; of categories that are other ones now more than the difference.
    q_value : float
        Of "it did not change", corrected for all pairs.
    """

    window: Count
    first: str
    second: str
    measure: Literal["rank correlation", "Cramér's V"]
    reference: float
    production: float
    change: float
    q_value: float

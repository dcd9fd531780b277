"""What all metrics on the order of numbers share: from two distributions to a Score."""

from __future__ import annotations

import abc
import dataclasses
import math

from mmon.chance.ranks.pool import as_ecdf
from mmon.metrics import Metric
from mmon.profiles.distributions import Distribution
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.results import ColumnKind, Score

_NUMBERS = """\
>>> import numpy as np
>>> from mmon.metrics import load
>>> from mmon.profiles.distributions.ecdf import Ecdf"""
_PAGE_PARTS = {
    "numbers": _NUMBERS,
    "a hundred numbers": f"{_NUMBERS}\n>>> reference = Ecdf.of(np.arange(100.0))",
}


class Ranked(Metric):
    """A distance between two distributions of numbers, by default a share of rows."""

    kinds = frozenset(
        {ColumnKind.NUMERIC, ColumnKind.DATETIME, ColumnKind.EMBEDDING, ColumnKind.TEXT}
    )
    is_symmetric = True
    page_parts = _PAGE_PARTS

    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The distance of production from the reference, its error and its p-value."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        reason = self.why_undefined(ref, cur)
        if reason is not None:
            return Score(None, reason=reason)
        found = self.measure(ref, cur)
        if found.value is None or found.p_value is not None or not with_p_value:
            return found
        return dataclasses.replace(found, p_value=self.p_value(found.value, ref, cur))

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """Probability of at least ``|value|`` by chance; see ``Metric.p_value``."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        if self.why_undefined(ref, cur) is not None:
            return None
        return self.chance(value, ref, cur, cur.n if rows is None else rows)

    def by_chance(self, ref: Distribution, cur: Distribution) -> float:
        """What the score would be on average, had nothing changed; see ``Metric.by_chance``."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        variance = 1.0 / ref.n + 1.0 / cur.n
        noise = self.noise_of_a_row(ref, cur)
        return noise * (variance if self.is_squared else math.sqrt(variance))

    def noise_of_a_row(self, ref: Ecdf, cur: Ecdf) -> float:
        """The same where ``1 / n + 1 / m`` is 1."""
        del ref, cur
        return 0.0

    def why_undefined(self, ref: Ecdf, cur: Ecdf) -> str | None:
        """Why two distributions cannot be compared; None when they can."""
        if not ref.n or not cur.n:
            return f"{'production' if ref.n else 'the reference'} has no finite value"
        return None

    @abc.abstractmethod
    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The distance and its error, and why there is none; the p-value where it is for free."""

    @abc.abstractmethod
    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        """P(at least ``|value|``) when both samples, the second of ``m``, come from the pooled."""

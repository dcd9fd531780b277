"""How well rows are rebuilt from the reference's components, on its way to being judged."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from mmon.analyses import Context
from mmon.analyses.multivariate_drift import MultivariateDrift
from mmon.analyses.multivariate_drift.compared import (
    bound_of,
    compared_rows,
    is_gating,
    untold,
)
from mmon.analyses.multivariate_drift.measured import RECONSTRUCTION
from mmon.chance.levels import beyond, is_powerful, is_surely_below
from mmon.chance.proportions import Z
from mmon.models.reconstruction import Rebuilder
from mmon.profiles.features.row_sample import RowSample
from mmon.records.arrays import FloatArray
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

# As NannyML has them: three standard deviations of ten chunks.
_CHUNKS, _DEVIATIONS = 10, 3.0
_FEWEST = 30


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rebuilt(Evidence):
    """The relative change of a mean error, with its variance from the rows of either side."""

    is_fact = False
    value: float
    variances: tuple[float, float]

    def p_value(self) -> float:
        """Of "the mean error is what it was"."""
        return min(1.0, 2.0 * beyond(abs(self.value), self._deviation(None)))

    def p_value_against(self, level: float) -> float:
        """Of "it changed by no more than the level", either way."""
        if level <= 0.0:
            return self.p_value()
        return beyond(abs(self.value) - level, self._deviation(None))

    def is_below(self, level: float) -> bool:
        """Whether it surely changed by less."""
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a change of twice the level would be told from the level."""
        return is_powerful(level, self._deviation(rows), alpha)

    def _deviation(self, rows: int | None) -> float:
        more = 1.0 if rows is None else self.rows / rows
        return math.sqrt(self.variances[0] + self.variances[1] * more)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Reference:
    """The reference's components, and the errors of its own rows."""

    rebuilder: Rebuilder
    errors: FloatArray

    @property
    def chunks(self) -> FloatArray:
        """(10,) mean errors of parts of the rows."""
        return np.array([part.mean() for part in np.array_split(self.errors, _CHUNKS)])


def findings(windows: Sequence[Context]) -> Iterator[Finding]:
    """The change of each window, where that was asked for."""
    known: dict[tuple[str, ...], _Reference] = {}
    for context in windows:
        if not context.settings(MultivariateDrift).reconstruction:
            continue
        names = compared_rows(context).names
        if context.samples is None:
            yield untold(context, RECONSTRUCTION, context.lacks_rows)
        elif names:
            ref, cur = (_rows(one, names) for one in context.samples)
            few = min((ref.height, "reference"), (cur.height, "production"))
            if few[0] < _FEWEST:
                why = f"{few[0]:,} {few[1]} rows are too few to rebuild: it takes {_FEWEST}"
                yield untold(context, RECONSTRUCTION, why)
                continue
            if names not in known:
                rebuilder = Rebuilder.of(ref)
                known = {names: _Reference(rebuilder, rebuilder.errors(ref))}
            yield _finding(context, known[names], known[names].rebuilder.errors(cur))


def _rows(sample: RowSample, names: Sequence[str]) -> pl.DataFrame:
    """The columns, in the order of time where there is one, else in one that says nothing."""
    frame = sample.all_rows().frame
    columns = pl.DataFrame({name: frame.get_column(name) for name in names})
    if sample.timestamp is None or sample.timestamp not in frame.columns:
        return columns
    return columns[frame.get_column(sample.timestamp).arg_sort()]


def _finding(context: Context, ref: _Reference, errors: FloatArray) -> Finding:
    before, after = float(ref.errors.mean()), float(errors.mean())
    if ref.rebuilder.is_exact or not before > 0.0:
        why = "so few columns are rebuilt without error"
        return untold(context, RECONSTRUCTION, why)
    value = after / before - 1.0
    variances = (
        (after / before**2) ** 2 * float(ref.errors.var(ddof=1)) / len(ref.errors),
        float(errors.var(ddof=1)) / len(errors) / before**2,
    )
    chunks, reach = ref.chunks, Z * math.sqrt(sum(variances))
    asked = bound_of(context, RECONSTRUCTION)
    level = _DEVIATIONS * float(chunks.std()) / before
    kept, total = ref.rebuilder.axes.shape[1], len(ref.rebuilder.names)
    return Finding(
        RECONSTRUCTION,
        value,
        window=context.window,
        interval=(value - reach, value + reach),
        reference_value=before,
        relative=True,
        evidence=Rebuilt(rows=len(errors), value=value, variances=variances),
        bound=Bound("max", detected=level) if asked.is_empty else asked,
        gating=is_gating(context, RECONSTRUCTION),
        reason=f"a mean error of {after:.3f} after {before:.3f}, from {kept} components of {total} "
        f"columns; of {len(ref.errors):,} reference and {len(errors):,} production rows",
    )

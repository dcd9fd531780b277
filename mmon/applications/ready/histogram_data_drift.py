"""MLRun's histogram data drift application, with its formulas, bins and thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmon.applications.given import Metric, Result
from mmon.applications.tracking import Application
from mmon.results import ResultKind, Status

if TYPE_CHECKING:
    from mmon.applications.context import TrackingContext
    from mmon.records.arrays import FloatArray

_ZERO = 1e-4
"""What MLRun's ``kld_scaling`` puts in the place of an empty bin."""


class HistogramDataDrift(Application):
    """Drift of all columns together, as MLRun's histogram data drift application measures it.

    Measures
    --------
    Of each column, three distances of the shares of rows in the bins of the reference: the total
    variation distance, the Hellinger distance, and the Kullback-Leibler divergence in both
    directions, added up, where an empty bin counts as 0.0001. The bins of a column of numbers are
    20 of equal width and one on either side; a category is a bin, and all that the reference does
    not have are one. ``tvd_mean``, ``hellinger_mean`` and ``kld_mean`` are their means over the
    columns, and are told. ``general_drift``, the mean of the first two, is judged: from 0.5 on the
    drift is potential, from 0.7 on it is detected. A table of the columns is shown in the report.

    Misleads when
    -------------
    A few of many columns drift: a mean hides them; ``data_drift`` judges each by itself. Rows are
    few, for the distances of small samples are large by chance: nothing is tested here, which is
    why ``data_drift`` should decide, and this stand beside it for the sake of comparison.

    Options
    -------
    potential, detected : float, default 0.5 and 0.7
        The levels of ``general_drift``; between 0 and 1, the first below the second.

    Example
    -------
    ``applications: [{class: histogram_data_drift, args: {detected: 0.6}}]``

    References
    ----------
    MLRun documentation, *Model monitoring: histogram data drift application*.
    """

    NAME = "histogram-data-drift"

    def __init__(self, potential: float = 0.5, detected: float = 0.7) -> None:
        if not 0.0 < potential < detected < 1.0:
            raise ValueError("it takes 0 < potential < detected < 1")
        self._potential = potential
        self._detected = detected

    def do_tracking(self, context: TrackingContext) -> list[Result | Metric]:
        """The means of the three distances, and the general drift."""
        import polars as pl

        sample = context.dict_to_histogram(context.sample_df_stats)
        reference = context.dict_to_histogram(context.feature_stats)
        names = [name for name in reference if name in sample]
        if not names:
            why, kind = "no column has a histogram on both sides", ResultKind.DATA_DRIFT
            return [Result("general_drift", None, kind, Status.INCONCLUSIVE, reason=why)]
        distances = {
            name: [measure(sample[one], reference[one]) for one in names]
            for name, measure in MEASURES.items()
        }
        context.log_artifact(
            "drift of columns",
            pl.DataFrame({"column": names, **distances}).sort("tvd", descending=True),
        )
        means = {name: float(np.mean(values)) for name, values in distances.items()}
        general = (means["tvd"] + means["hellinger"]) / 2
        return [
            Result("general_drift", general, ResultKind.DATA_DRIFT, self.status(general)),
            *(Metric(f"{name}_mean", value) for name, value in means.items()),
        ]

    def status(self, value: float) -> Status:
        """What MLRun's ``DataDriftClassifier`` makes of a value between 0 and 1."""
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{value} is not between 0 and 1")
        if value >= self._detected:
            return Status.DETECTED
        return Status.POTENTIAL_DETECTION if value >= self._potential else Status.NO_DETECTION


def tvd(sample: FloatArray, reference: FloatArray) -> float:
    """The total variation distance of two arrays of shares; in [0, 1]."""
    return float(np.abs(sample - reference).sum() / 2)


def hellinger(sample: FloatArray, reference: FloatArray) -> float:
    """The Hellinger distance of two arrays of shares; in [0, 1]."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(sample * reference).sum()))))


def kld(sample: FloatArray, reference: FloatArray) -> float:
    """The Kullback-Leibler divergence in both directions, added up; not below 0 but by rounding."""
    return _one_way(sample, reference) + _one_way(reference, sample)


def _one_way(p: FloatArray, q: FloatArray) -> float:
    there = p > 0
    other = np.where(q[there] > 0, q[there], _ZERO)
    return float((p[there] * np.log(p[there] / other)).sum())


MEASURES = {"tvd": tvd, "hellinger": hellinger, "kld": kld}

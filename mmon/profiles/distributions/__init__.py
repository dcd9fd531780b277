"""Summaries of one column's values: counts of labels, or a cumulative distribution of numbers."""

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf

Distribution = Ecdf | Counts

__all__ = ["Counts", "Distribution", "Ecdf"]

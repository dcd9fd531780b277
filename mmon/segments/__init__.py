"""The model's performance in each part of the data: bins of features, and segments that got worse.

`feature_bins` gives every metric in every bin; `contributions` says how much of an overall change
came from each feature; `worse_segments` names the parts of the data, of one or two features, where
the model got worse by more than elsewhere; `segment_words` puts one of them into words.
"""

from mmon.segments.contributions import Contribution, contributions
from mmon.segments.feature_bins import feature_bins
from mmon.segments.found import Found, WorseSegment
from mmon.segments.sides import SampledLosses, Side
from mmon.segments.words import segment_words
from mmon.segments.worse import worse_segments

__all__ = [
    "Contribution",
    "Found",
    "SampledLosses",
    "Side",
    "WorseSegment",
    "contributions",
    "feature_bins",
    "segment_words",
    "worse_segments",
]

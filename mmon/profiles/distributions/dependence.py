"""How alike the rows of one column are that belong together: neighbours in time, and clusters."""

from __future__ import annotations

import dataclasses

from mmon.profiles.distributions.clustering import Clustering
from mmon.profiles.distributions.succession import Succession


@dataclasses.dataclass(frozen=True, slots=True)
class Dependence:
    """What makes rows count as fewer; `mmon.chance.effective_rows` says as how many.

    Attributes
    ----------
    values, missing : Succession or None
        Of values that follow each other in time, and of whether they are missing.
    clusters : Clustering or None
        Of values of one cluster.
    """

    values: Succession | None = None
    missing: Succession | None = None
    clusters: Clustering | None = None

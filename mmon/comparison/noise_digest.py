"""What the noise of a reference follows from, as one digest: as long as it stays, so does that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from mmon import discovery
from mmon.comparison.document import versions
from mmon.config.sections import UNTOLD, Config
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.codec import digest
from mmon.profiles.table import Profile
from mmon.sources import Data

KnownNoise = Callable[[str, Callable[[], BlockNoise]], BlockNoise]
"""Gives the noise that is known by a digest, or else what is then measured."""

# One more where what is measured of a block changes without a new version of mmon.
_FORMAT = 2
# How a side is reached changes nothing that is read from it, and may hold secrets.
_REACHED = {"path", "storage_options", "timeouts"}


def noise_digest(asked: Config, reference: Profile, data: Data, *limits: int) -> str | None:
    """``sha256:`` and a digest of all that decides what the reference's own windows do.

    Parameters
    ----------
    asked : Config
        The run of the reference as production.
    reference : Profile
        Its profile, in which it has no noise yet.
    data : Data
        Its rows.
    *limits : int
        How many windows are looked at.

    Returns
    -------
    str or None
        None where that cannot be told from files: of tables in memory, of data that is not on this
        machine, and where other packages add metrics, which may change with their version.
    """
    content = data.digest()
    if content is None or any(map(discovery.has_added, ("mmon.metrics", "mmon.performance"))):
        return None
    # Windows of the reference are asked for formulas alone.
    formulas = tuple(one for one in asked.applications if one.class_ is None)
    own = asked.model_copy(update={**UNTOLD, "applications": formulas})
    sides = {"reference": _REACHED, "production": _REACHED}
    # Not the public digest of a configuration: a secret in a name hides no level.
    settings = own.model_dump(mode="json", by_alias=True, exclude=sides)
    known = [_FORMAT, versions(), limits, settings, digest(reference), content]
    text = json.dumps(known, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

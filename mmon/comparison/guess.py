"""Guesses from a look at a dataset what its columns are for; a person has the last word."""

from __future__ import annotations

import re
from collections.abc import Collection

from mmon import sources
from mmon.comparison.reference import profile_reference
from mmon.comparison.roles import own_time
from mmon.comparison.sides import opened
from mmon.config.sections import Config
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind
from mmon.sources import Data

_ROWS = 10_000
# What teams call them; nothing but a name tells a label from a feature.
_NAMES = {
    "id": r"id|.*_id|.*Id|uuid|key",
    "score": r"(.*_)?(proba|prob|probability)(_.*)?|p_.*|(y_|model_)?score",
    "prediction": r"(?!.*prob)(.*_)?(prediction|predicted|pred|answer)(_.*)?|y_hat",
    "target": r"target|label|outcome|truth|ground_truth|actual|y|y_true|class",
    "latency": r"(.*_)?(latency|response_time)(_.*)?|duration_m?s",
    "error": r"(is_|has_)?(error|errors|failed|failure)",
}
_NUMBERS = ("score", "latency")
_OF_SCORE = re.compile(r"^(p|score|prob|proba)_|_(score|prob|proba|probability)$")


def guessed_roles(path: str) -> dict[str, str]:
    """The columns of a dataset that seem to have a role, by the keys of ``columns``.

    `DataError` where it cannot be read.
    """
    config = Config.model_validate({"reference": path, "production": path})
    data = opened(config.reference)
    with sources.reading(data.name):
        head = data.frame.head(_ROWS).collect(engine="streaming")
    return roles_of(profile_reference(config, Data(head.lazy(), data.name)))


def roles_of(profile: Profile) -> dict[str, str]:
    """The columns that seem to have a role: the time by its values, others by their names."""
    time = own_time(profile) or _only_time(profile)
    found = {} if time is None else {"timestamp": time}
    for role in _NAMES:
        fitting = [one.name for one in profile.columns if _fits(one, role, found.values())]
        # Several scores are one of each class, which have names of their own.
        is_one = fitting and (role != "score" or len(fitting) == 1)
        name = fitting[0] if is_one else None
        if name is None and role == "target" and "score" in found:
            name = _named_like(_OF_SCORE.sub("", found["score"]), profile, found.values())
        if name is not None:
            found[role] = name
    return found


def _only_time(profile: Profile) -> str | None:
    times = [one.name for one in profile.columns if one.kind is ColumnKind.DATETIME]
    return times[0] if len(times) == 1 else None


def _fits(column: ColumnProfile, role: str, taken: Collection[str]) -> bool:
    name = column.name
    if name in taken or not re.fullmatch(_NAMES[role], name, re.IGNORECASE):
        return False
    if role == "id":
        return column.kind is ColumnKind.IDENTIFIER or _distinct(column) == column.presence.rows
    return role not in _NUMBERS or column.kind is ColumnKind.NUMERIC


def _named_like(stem: str, profile: Profile, taken: Collection[str]) -> str | None:
    """The column of few values that what is scored is called after: ``defaulted``, p_default."""
    names = (c.name for c in profile.columns if c.name not in taken and _distinct(c) == 2)
    return next((name for name in names if stem and name.startswith(stem)), None)


def _distinct(column: ColumnProfile) -> int:
    match column.distribution:
        case Ecdf() as ecdf:
            return len(ecdf.values)
        case Counts() as counts:
            return len(counts.labels)
        case _:
            return 0

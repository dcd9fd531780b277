"""What shells offer for the beginning of a name, whatever its case."""

from __future__ import annotations

from collections.abc import Iterable


def of_metrics(incomplete: str) -> list[str]:
    """Drift metrics."""
    from mmon import metrics

    return _beginning(incomplete, metrics.names())


def of_judged(incomplete: str) -> list[str]:
    """Everything that can have levels, up to the sign before them."""
    from mmon.config_file.settable import judged_names

    return [f"{name}=" for name in _beginning(incomplete, judged_names())]


def of_explained(incomplete: str) -> list[str]:
    """Everything that has a manual page."""
    from mmon.cli import lists

    return _beginning(incomplete, lists.explained())


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    # Shells take only what begins with what is there already, in its own case.
    start, size = incomplete.lower(), len(incomplete)
    return [incomplete + name[size:] for name in names if name.startswith(start)]

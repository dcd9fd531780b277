"""Models that are fitted to sampled rows, by scikit-learn, which is optional."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
from collections.abc import Iterator
from typing import Any

LACKING = "scikit-learn is not installed: pip install 'mmon[ml]'"
"""Why a result that takes a fitted model has no value."""


def lacking() -> str | None:
    """`LACKING` where there is no scikit-learn; None where models can be fitted."""
    return LACKING if importlib.util.find_spec("sklearn") is None else None


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Fit on one thread: of trees this small several wait for each other longer than they work."""
    with _threads().limit(limits=1):
        yield


@functools.cache
def _threads() -> Any:
    """The thread pools of this process, which take a while to be found."""
    # What is not loaded yet has no limit.
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()

"""mmon: a command-line batch drift analyzer. Two datasets in, a verdict out."""

from __future__ import annotations

# Not from typing, which takes longer to import than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mmon.api import Report, compare, profile, run
    from mmon.applications.context import TrackingContext
    from mmon.applications.given import Metric, Result
    from mmon.applications.tracking import Application, application

__version__ = "0.1.0"
__all__ = [
    "Application",
    "Metric",
    "Report",
    "Result",
    "TrackingContext",
    "__version__",
    "application",
    "compare",
    "profile",
    "run",
]
_FOUND_IN = {
    **dict.fromkeys(("Report", "compare", "profile", "run"), "mmon.api"),
    "TrackingContext": "mmon.applications.context",
    **dict.fromkeys(("Metric", "Result"), "mmon.applications.given"),
    **dict.fromkeys(("Application", "application"), "mmon.applications.tracking"),
}


def __getattr__(name: str) -> Any:
    """Import the Python API when it is first used: the command line must start fast."""
    if name in _FOUND_IN:
        import importlib

        return getattr(importlib.import_module(_FOUND_IN[name]), name)
    raise AttributeError(f"module 'mmon' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

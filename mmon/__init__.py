"""mmon: a command-line batch drift analyzer. Two datasets in, a verdict out."""

from __future__ import annotations

# Not from typing, which takes longer to import than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mmon.api import Report, compare, profile, run

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "compare", "profile", "run"]


def __getattr__(name: str) -> Any:
    """Import the Python API when it is first used: the command line must start fast."""
    if name in ("Report", "compare", "profile", "run"):
        from mmon import api

        return getattr(api, name)
    raise AttributeError(f"module 'mmon' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

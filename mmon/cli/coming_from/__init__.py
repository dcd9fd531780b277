"""Manual pages for who knows another tool: its terms and configurations, and mmon's for them.

Each module's docstring is a page, which ``mmon explain from-NAME`` prints. What is mmon's stands in
double backticks: a test looks whether it is there.
"""

from __future__ import annotations

from mmon import discovery


def names() -> tuple[str, ...]:
    """The tools that there is a page for."""
    return discovery.names_in(__name__)

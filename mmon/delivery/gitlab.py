"""What everything that talks to GitLab shares: where a project is."""

from __future__ import annotations

import os
from urllib.parse import quote

from mmon.errors import DeliveryError


def api(project: str | None) -> str:
    """The address of a project's API.

    Raises
    ------
    DeliveryError
        When nothing says which project it is.
    """
    name = project or os.environ.get("CI_PROJECT_ID", "")
    if not name:
        hint = "set repository, or run in a job of GitLab"
        raise DeliveryError("no project is known: CI_PROJECT_ID is not set", hint=hint)
    base = (os.environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4").rstrip("/")
    return f"{base}/projects/{quote(name, safe='')}"

"""What everything that talks to GitHub shares: where a repository is, and how one asks."""

from __future__ import annotations

import os
import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from mmon.errors import DeliveryError

_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)


def _checked(text: str) -> str:
    if not _REPOSITORY.fullmatch(text):
        raise ValueError("must be OWNER/NAME")
    return text


Repository = Annotated[str, AfterValidator(_checked)]
"""A repository, as OWNER/NAME."""


def api(repository: str | None, token: SecretStr) -> tuple[str, dict[str, str]]:
    """The address of a repository's API, and the headers of a request to it.

    Raises
    ------
    DeliveryError
        When nothing says which repository it is.
    """
    name = repository or os.environ.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(name):
        hint = "set repository, or run in a workflow of GitHub"
        raise DeliveryError("no repository is known: GITHUB_REPOSITORY is not set", hint=hint)
    base = (os.environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/")
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token.get_secret_value()}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return f"{base}/repos/{name}", headers

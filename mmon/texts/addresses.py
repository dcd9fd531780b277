"""Keeps addresses of webhooks and headers of requests secret: who knows them may use them."""

from __future__ import annotations

import re

from mmon.texts.redaction import MASK, keep_secret, keep_uri

HARMLESS_HEADERS = frozenset(
    ("accept", "content-type", "idempotency-key", "user-agent", "x-github-api-version")
)
"""Headers that are shown with their values."""

_WEB_ADDRESS = re.compile(r"(https?://)([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_LEAST = 8  # a shorter one would be masked in the middle of words


def keep_address(url: str) -> None:
    """Show an address of the web from now on only by its scheme and host: its path may be a key."""
    found = _WEB_ADDRESS.match(url)
    if found is None:
        keep_secret(url)
        return
    keep_uri(url)
    host, rest = found[2].rpartition("@")[2], found[3]
    if len(rest) > 1:
        keep_uri(url, shown=f"{found[1]}{host}/{MASK}")
    if len(rest) >= _LEAST:
        keep_secret(rest)
    for part in re.split("[/?#&=]", rest):
        # What is no word: a key, or the number of an account.
        if len(part) >= _LEAST and re.search("[0-9]", part):
            keep_secret(part)


def keep_service(url: str) -> None:
    """Mask an address of which only the scheme is no secret, and the parts of it that are keys."""
    scheme, _, rest = url.partition("://")
    keep_uri(url, shown=f"{scheme}://{MASK}")
    keep_secret(rest)
    for part in re.split("[/?#&=@:,]", rest):
        if len(part) >= _LEAST and re.search("[0-9]", part):
            keep_secret(part)
    user = rest.rpartition("@")[0]
    if ":" in user:
        keep_secret(user.partition(":")[2])


def keep_header(name: str, value: str) -> None:
    """Mask the value of a header from now on, and the word that follows ``Bearer`` in it."""
    if name.lower() not in HARMLESS_HEADERS:
        keep_secret(value)
        keep_secret(value.rpartition(" ")[2])

"""One comment for one destination, which is changed rather than written again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request
from mmon.delivery.message import Message, shortened
from mmon.errors import DeliveryError

_PAGE, _MOST_PAGES = 100, 30
_MOST_BYTES = 16 << 20


def written(message: Message, name: str, most: int) -> tuple[str, str]:
    """A hidden mark that tells whose comment it is, and the comment with it, in Markdown."""
    whose = f"{name}\n{message.project}\n{message.endpoint}"
    mark = f"<!-- mmon {hashlib.sha256(whose.encode()).hexdigest()[:16]} -->"
    lines = [f"### {_plain(message.title)}", _plain(message.text)]
    lines += [f"- **{one.status}** {_plain(one.words)}" for one in message.findings(10)]
    short = "\n\n".join([*lines[:2], "\n".join(lines[2:])])
    link = f"\n\n[Open the report]({message.link})" if message.link else ""
    text = short
    if message.document is not None and message.window is None and message.alert is None:
        from mmon.reports import render

        report = str(render("markdown", message.document))
        text = report if len(report) + len(link) + 200 < most else short
    return mark, f"{mark}\n{shortened(text, most - len(link) - 200)}{link}\n"


def put(
    carrier: Carrier,
    url: str,
    headers: Mapping[str, str],
    mark: str,
    text: str,
    *,
    update: str,
    method: str,
) -> str:
    """Change the comment that has the mark, or write one; ``update`` is where one is changed, with
    its number as ``{id}``."""
    number = _number_of(carrier, url, headers, mark)
    if number is None:
        carrier.request(Request.of_json(url, {"body": text}, headers=headers, is_repeatable=False))
        return "commented"
    place = update.replace("{id}", str(number))
    carrier.request(Request.of_json(place, {"body": text}, method=method, headers=headers))
    return "comment updated"


def _number_of(carrier: Carrier, url: str, headers: Mapping[str, str], mark: str) -> Any:
    for page in range(1, _MOST_PAGES + 1):
        query = urlencode({"per_page": _PAGE, "page": page})
        ask = Request("GET", f"{url}?{query}", headers, most_bytes=_MOST_BYTES)
        found = carrier.request(ask).json()
        if carrier.is_dry:
            return None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise DeliveryError("the answer is no list of comments", hint="check the address")
        for one in found:
            if mark in str(one.get("body") or ""):
                return one.get("id")
        if len(found) < _PAGE:
            return None
    return None


def _plain(text: str) -> str:
    """A text in which nothing is markup, nor calls anybody."""
    for mark in "\\`*_[]<>|~#":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("@", "@\u200b")

"""Many texts that are nearly the same, in little room: what the page shows of its other windows."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Mapping, Sequence


def packed(texts: Mapping[str, Sequence[str]]) -> str:
    """Texts by what they are of and by window, as base64 of deflated JSON.

    A text is its lines: one that all windows have, or one for each window.
    """
    woven = {name: _woven(of_windows) for name, of_windows in texts.items()}
    body = json.dumps(woven, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(body.encode(), 9)).decode()


def _woven(texts: Sequence[str]) -> list[str | list[str]]:
    # Line beside line, so that what is alike is near enough for the compressor to see it.
    lines = itertools.zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return [line[0] if len(set(line)) == 1 else list(line) for line in lines]

"""Many texts that are nearly the same, in little room: what the page shows of its other windows."""

from __future__ import annotations

import base64
import itertools
import json
import os.path
import re
import zlib
from collections.abc import Mapping, Sequence

_CUT = re.compile(r"(?=\n|<li|<td|<tr)")
SEPARATOR = "\t"
"""Between what differs from window to window; no text of the page has one."""


def packed(texts: Mapping[str, Sequence[str]]) -> str:
    """Texts by what they are of and by window, as base64 of deflated JSON.

    A text is its pieces: one that all windows have, or ``[begin, middles, end]`` with the middles
    of all windows, separated by `SEPARATOR`.
    """
    woven = {name: _woven(of_windows) for name, of_windows in texts.items()}
    body = json.dumps(woven, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(body.encode(), 9)).decode()


def _woven(texts: Sequence[str]) -> list[str | list[str]]:
    # Piece beside piece, so that what is alike stands once, or near enough for the compressor.
    pieces = [_CUT.split(text.replace(SEPARATOR, " ")) for text in texts]
    return [
        one[0] if len(set(one)) == 1 else _split(one)
        for one in itertools.zip_longest(*pieces, fillvalue="")
    ]


def _split(pieces: Sequence[str]) -> list[str]:
    begin = os.path.commonprefix(pieces)  # noqa: RUF071 - of characters is meant
    rest = [piece[len(begin) :] for piece in pieces]
    turned = [piece[::-1] for piece in rest]
    end = os.path.commonprefix(turned)[::-1]  # noqa: RUF071 - of characters is meant
    middles = (piece[: len(piece) - len(end)] for piece in rest)
    return [begin, SEPARATOR.join(middles), end]

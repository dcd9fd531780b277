"""Damages files: bits, blocks, tokens of texts and parts of structures, all from a seed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Rng = np.random.Generator

_TOKEN = re.compile(rb"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?|\w+|\r?\n *|[^\w\s]")
_ODD = [
    *(b"", b"0", b"-1", b"1e308", b"-1e308", b"5e-324", b"1e999", b"9" * 30, b"9" * 5000),
    *(b"nan", b"NaN", b"inf", b"-Infinity", b"null", b"~", b"true", b"yes", b"\x00", b"\xff"),
    *(b'"', b"'", b'""', b",", b";", b"\t", b":", b"- ", b"{", b"}", b"[", b"]", b"[]", b"{}"),
    *(b"\n", b"\r\n", b"\r", b"\n\n", b"\\", b"#", b"&a ", b"*a", b"!!int ", b"|", b"%", b"@"),
    *(b"${X}", b"${", b"$$", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\\ud800", b"\\u0000", b"1_000"),
    *(b"2024-13-45", b"0001-01-01", b"9999-12-31T23:59:59", b"1d", b"99999mo", b"../", b"/", b"-"),
]
_ODD_VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        7,
        2**31,
        2**63,
        2**64,
        10**30,
        0.5,
        -0.5,
        1e308,
        -1e308,
        5e-324,
    ),
    *("", "x", "0", "\x00", "\ud800", "<script>", "2024-01-01", "x" * 5000, [], {}, [[]], [None]),
    *([1, 2], {"a": 1}, float("nan"), float("inf")),
]


def damaged(data: bytes, rng: Rng) -> bytes:
    """Some bits flipped, or a block cut, copied, moved or overwritten."""
    for _ in range(_few(rng)):
        data = _choice(_BLOCKS, rng)(data, rng)
    return data


def retyped(data: bytes, rng: Rng) -> bytes:
    """Some tokens of a text replaced, repeated, swapped or left out."""
    for _ in range(_few(rng)):
        tokens = list(_TOKEN.finditer(data))
        if not tokens:
            return damaged(data, rng)
        one, other = (_choice(tokens, rng) for _ in range(2))
        match int(rng.integers(5)):
            case 0:
                new = _choice(_ODD, rng)
            case 1:
                new = one[0] + _choice(_ODD, rng)
            case 2:
                new = other[0]
            case 3:
                new = one[0] * int(rng.integers(2, 5))
            case _:
                new = b""
        data = data[: one.start()] + new + data[one.end() :]
    return data


def relined(data: bytes, rng: Rng) -> bytes:
    """A line left out, repeated, moved, indented or cut."""
    lines = data.splitlines(keepends=True) or [b""]
    at, to = (int(rng.integers(len(lines))) for _ in range(2))
    line = lines[at]
    match int(rng.integers(5)):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, line)
        case 2:
            lines[at], lines[to] = lines[to], line
        case 3:
            lines[at] = b" " * int(rng.integers(1, 9)) + line
        case _:
            lines[at] = line[: int(rng.integers(len(line) + 1))]
    return b"".join(lines)


def json_text(data: bytes, rng: Rng) -> bytes:
    """A JSON text of other values, of another structure or of other characters."""
    kind = rng.random()
    if kind < 0.15:
        return retyped(data, rng)
    body = json.loads(data)
    for _ in range(_few(rng)):
        place, key = _part(body, rng)
        if kind < 0.4:
            _change(place, key, rng)
        else:
            place[key] = _revalued(place[key], rng)
    return json.dumps(body).encode()


def _part(body: Any, rng: Rng) -> tuple[Any, Any]:
    """A part of plain data: what holds it, and its place there."""
    while True:
        keys = list(body) if isinstance(body, dict) else range(len(body))
        key = keys[int(rng.integers(len(keys)))]
        if not isinstance(body[key], dict | list) or not body[key] or rng.random() < 0.1:
            return body, key
        body = body[key]


def _revalued(value: Any, rng: Rng) -> Any:
    """Another value of the same type, which only those notice who know what it means."""
    match value:
        case bool():
            return not value
        case int():
            return _choice((0, 1, 2, value + 1, value * 3, -value, 10**6, 1 << 52), rng)
        case float():
            odd = (0.0, 1.0, -value, value * 1e3, 1e308, -1e308, 5e-324, value + 1e-9)
            return _choice(odd, rng)
        case str():
            return _choice(("", "x", value * 2, value[:-1], value.upper(), "<b>", "\x1b[31m"), rng)
        case list() if value:
            return _choice((value[:-1], value[1:], [*value, value[0]], value[::-1], []), rng)
    return value


def _change(place: Any, key: Any, rng: Rng) -> None:
    match int(rng.integers(6)):
        case 0 if isinstance(place, dict):
            place[f"{key}x"] = place[key]
        case 1:
            del place[key]
        case 2 if isinstance(place, list):
            place.insert(key, copy.deepcopy(place[key]))
        case 3:
            others = list(place) if isinstance(place, dict) else range(len(place))
            other = others[int(rng.integers(len(others)))]
            place[key], place[other] = place[other], place[key]
        case 4 if isinstance(place[key], int | float) and abs(place[key]) < 2**60:
            place[key] = place[key] * _choice((-1, 2, 1000, 0.5, 1e300), rng) + _choice((0, 1), rng)
        case _:
            place[key] = copy.deepcopy(_choice(_ODD_VALUES, rng))


def _flip(data: bytes, rng: Rng) -> bytes:
    changed = bytearray(data)
    for _ in range(_few(rng) if data else 0):
        changed[int(rng.integers(len(changed)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut(data: bytes, rng: Rng) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _drop(data: bytes, rng: Rng) -> bytes:
    start, end = _block(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, rng: Rng) -> bytes:
    start, end = _block(data, rng)
    at = int(rng.integers(len(data) + 1))
    return data[:at] + data[start:end] + data[at:]


def _overwrite(data: bytes, rng: Rng) -> bytes:
    start, end = _block(data, rng)
    filler = _choice((bytes(end - start), b"\xff" * (end - start), rng.bytes(end - start)), rng)
    return data[:start] + filler + data[end:]


def _block(data: bytes, rng: Rng) -> tuple[int, int]:
    start = int(rng.integers(len(data) + 1))
    return start, min(len(data), start + int(rng.integers(1, 65)))


_BLOCKS: Sequence[Callable[[bytes, Rng], bytes]] = (_flip, _flip, _cut, _drop, _repeat, _overwrite)


def _few(rng: Rng) -> int:
    return int(rng.geometric(0.6))


def _choice(items: Sequence[T], rng: Rng) -> T:
    return items[int(rng.integers(len(items)))]

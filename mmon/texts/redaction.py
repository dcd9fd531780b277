"""Keeps secrets out of everything that is shown or stored: messages, reports and digests.

Of a URI, only scheme, host and path are shown, and the few parameters known to be harmless; what
stands before the host, the rest of the query and the fragment become ``***``.

A secret becomes ``***`` wherever it stands and however it is spelled: as it is, percent-encoded,
or escaped. Where a value comes from decides whether it is one:

- from ``storage_options``, but for regions, endpoints and other places, numbers and booleans;
- from a URI: what stands before the host, and parameters that are called as secrets are;
- from ``${NAME}``, where NAME is called as secrets are: ``API_TOKEN``, not ``TOKEN_FILE``.

Values of other variables are shown: a report has to name the folder and the columns that it is
about. A secret of fewer than eight characters is masked where it is a word of its own, and one of
fewer than four only in its place in a URI or in ``storage_options``: more would be lost than hidden
if "test" or "a" were masked in the middle of words.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

MASK = "***"

# Sections whose values may be credentials, whatever the keys are called.
SECRET_SECTIONS = frozenset({"storage_options", "headers"})

# Every repetition that another could take over is bounded: time is linear in the text.
_URI = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,30}:/{2,3}|[A-Za-z][A-Za-z0-9+.-]{1,30}:/)([^\s\"<>]+)"
)
_PARAMETER = re.compile(r"([?&;#])([^\s?&;=#/]{1,80})=([^\s&;#\"'<>]+)")
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(:[0-9]*)?")
_WEB = re.compile(r"https?:/+", re.IGNORECASE)
# Elsewhere a question mark is a wildcard, unless a parameter follows.
_WEB_QUERY, _QUERY = re.compile(r"[?#]"), re.compile(r"\?(?=[^?/=&;]{1,80}=)|#")
# The storage container that Azure writes there is no user.
_CONTAINER = re.compile(r"(abfss?|wasbs?|adl)://", re.IGNORECASE)
_HARMLESS_PARAMETER = re.compile(
    r"(version|versionid|format|sslmode|region)=[\w.-]{0,80}", re.IGNORECASE
)
# Somebody forgot the scheme; a drive of Windows is one letter.
_USER_WITHOUT_SCHEME = re.compile(r"^(?://)?[^/\\:@\s]{2,200}:[^/\\@][^@]*@")
# What ends a sentence or closes a quotation behind a URI.
_BEHIND = "'`)]},;:.!"

_SECRET_ENDINGS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "key", "keys", "credential"),
    *("credentials", "signature", "authorization", "cookie", "session", "bearer"),
)
_SECRET_WORDS = frozenset(
    ("auth", "cred", "creds", "jwt", "pass", "pin", "pw", "sas", "sig", "tok")
)
_PLAIN_WORDS = frozenset(
    (
        *("col", "column", "columns", "dir", "field", "file", "folder", "foreign", "join", "name"),
        *("partition", "path", "primary", "public", "sort"),
    )
)
_PLACE = re.compile(
    r"(?:.*_)?(region|endpoint|endpoint_url|url|bucket|bucket_name|container|container_name"
    r"|account_name|project_id)",
    re.IGNORECASE,
)
_TRIVIAL = re.compile(r"true|false|none|null|auto|[0-9.]{1,7} ?(ms|s|m|h|d)?", re.IGNORECASE)

_LEAST, _LEAST_ANYWHERE = 4, 8
_MOST = 4096
# Spellings of secrets, and URIs with the form in which they are shown. They are kept for the whole
# process, because an error may be told long after the configuration that it is about was read.
_secrets: dict[str, None] = {}
_uris: dict[str, str] = {}


def keep_secret(value: str) -> None:
    """Mask a value from now on, wherever it stands."""
    from urllib.parse import quote, quote_plus, unquote

    lines = [line for line in value.splitlines() if len(line) > 2 * _LEAST_ANYWHERE]
    for text in (value, unquote(value), *lines):
        coded = [quote(text), quote(text, safe=""), quote_plus(text)]
        lower = [re.sub("%..", lambda match: match[0].lower(), one) for one in coded]
        escaped = [repr(text)[1:-1], json.dumps(text)[1:-1]]
        for spelling in (text, text.strip(), *coded, *lower, *escaped):
            if len(spelling) >= _LEAST and not _TRIVIAL.fullmatch(spelling):
                _remember(_secrets, spelling, None)


def keep_uri(path: str, shown: str | None = None) -> None:
    """Show a path from now on as `mask_uri` does, or as told, and mask what is secret in it."""
    shown = _shown_path(path) if shown is None else shown
    if shown != path:
        for spelling, mask in ((path, shown), (repr(path)[1:-1], repr(shown)[1:-1])):
            _remember(_uris, spelling, mask)
    for match in _PARAMETER.finditer(path):
        if is_secret_name(match[2]):
            keep_secret(match[3])
    start = _URI.match(path)
    if start is not None and not _CONTAINER.match(path):
        user = path[len(start[1]) :].rpartition("@")[0] if f"{MASK}@" in shown else ""
        name, colon, password = user.partition(":")
        # A name alone may be that of a person, and a token is long.
        if colon or len(name) > _LEAST_ANYWHERE:
            keep_secret(password if colon else name)


def keep_options(options: dict[str, str]) -> None:
    """Mask the values of ``storage_options`` from now on, but for places, numbers and booleans."""
    for name, value in options.items():
        if "://" in value:
            keep_uri(value)
        elif not _PLACE.fullmatch(name):
            keep_secret(value)


def keep_variable(name: str, value: str) -> None:
    """Mask the value of an environment variable from now on, if it is called as secrets are."""
    if is_secret_name(name):
        (keep_uri if "://" in value else keep_secret)(value)


def is_secret_name(name: str) -> bool:
    """Whether a variable or parameter is called as secrets are.

    Examples
    --------
    >>> [is_secret_name(name) for name in ("DB_PASSWORD", "apiKey", "KEY_COLUMN", "DATA_DIR")]
    [True, True, False, False]
    """
    from urllib.parse import unquote

    words = [
        word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", unquote(name[:200]))
    ]
    return _PLAIN_WORDS.isdisjoint(words) and any(
        word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words
    )


def masked(text: str) -> str:
    """A message without the secrets and without the masked parts of the URIs in it.

    Examples
    --------
    >>> masked("'https://me:s3cret@store/data.parquet?sig=aGVsbG8%3D' does not exist")
    "'https://***@store/data.parquet?***' does not exist"
    """
    for path in sorted(_uris, key=len, reverse=True):
        text = text.replace(path, _uris[path])
    return mask_uri(_without_secrets(text))


def mask_uri(text: str) -> str:
    """A text in which URIs show their scheme, host and path only.

    Examples
    --------
    >>> mask_uri("postgresql://reader:s3cret@db/loans?sslmode=require")
    'postgresql://***@db/loans?sslmode=require'
    >>> mask_uri("https://store/data.parquet?sv=2024&sig=aGVsbG8%3D#page")
    'https://store/data.parquet?***#***'
    """

    def shown(match: re.Match[str]) -> str:
        address = match[2].rstrip(_BEHIND)
        return _shown(match[1], address) + match[2][len(address) :]

    def parameter(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}={MASK}" if is_secret_name(match[2]) else match[0]

    return _PARAMETER.sub(parameter, _URI.sub(shown, text))


def mask(value: Any, *, is_secret: bool = False) -> Any:
    """A copy of plain data with every secret replaced by ``***``; its shape and keys stay.

    Examples
    --------
    >>> mask({"path": "s3://logs/*.parquet", "storage_options": {"aws_secret_access_key": "x"}})
    {'path': 's3://logs/*.parquet', 'storage_options': {'aws_secret_access_key': '***'}}
    """
    if isinstance(value, dict):
        return {
            key: mask(item, is_secret=is_secret or key in SECRET_SECTIONS)
            for key, item in value.items()
        }
    if is_secret:
        return MASK
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return masked(value) if isinstance(value, str) else value


def without_secrets(value: T) -> T:
    """A copy of a dataclass, with all that it holds, in which no secret stands.

    URIs stay: those that data holds are values, and two of them must not become one.
    """
    # Documents repeat their words.
    clear = functools.lru_cache(maxsize=65536)(_without_secrets)
    return _cleared(value, clear) if _secrets else value


def _cleared(value: Any, clear: Callable[[str], str]) -> Any:
    kind = type(value)
    if kind is str:  # not an enumeration's member
        return clear(value)
    if kind in (float, int, bool, type(None)):
        return value
    if isinstance(value, dict):
        return {key: _cleared(item, clear) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return kind(_cleared(item, clear) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for field in dataclasses.fields(value):
            old = getattr(value, field.name)
            new = _cleared(old, clear)
            if new != old and field.init:
                changed[field.name] = new
        return dataclasses.replace(value, **changed) if changed else value
    return value


def _without_secrets(text: str) -> str:
    return _pattern(tuple(_secrets)).sub(MASK, text) if _secrets else text


@functools.lru_cache(maxsize=1)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str]:
    def alternative(secret: str) -> str:
        if len(secret) >= _LEAST_ANYWHERE:
            return re.escape(secret)
        return rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])"

    return re.compile("|".join(map(alternative, sorted(secrets, key=len, reverse=True))))


def _shown_path(path: str) -> str:
    """A URI in full, whatever characters it is made of; what is none stays."""
    start = _URI.match(path)
    if start is not None:
        return _shown(start[1], path[len(start[1]) :])
    return mask_uri(_USER_WITHOUT_SCHEME.sub(f"{MASK}@", path))


def _shown(scheme: str, address: str) -> str:
    """A URI as it is shown; ``address`` is what follows its scheme."""
    is_web = _WEB.match(scheme) is not None
    user, address = _user_and_rest(address)
    query = (_WEB_QUERY if is_web else _QUERY).search(address)
    place = address if query is None else address[: query.start()]
    shown = f"{scheme}{MASK}@{place}" if user else f"{scheme}{place}"
    if user and _CONTAINER.match(scheme) and ":" not in user:
        shown = f"{scheme}{user}@{place}"
    if query is None:
        return shown
    given, fragment, _ = address[query.start() :].partition("#")
    pieces = re.split("[&;]", given[1:])
    kept = [piece for piece in pieces if _HARMLESS_PARAMETER.fullmatch(piece)]
    kept += [MASK] if any(pieces) and len(kept) < len(pieces) else []
    shown += given[:1] + "&".join(kept)
    return f"{shown}#{MASK}" if fragment else shown


def _user_and_rest(address: str) -> tuple[str, str]:
    """What stands before the host, and the host with all that follows.

    A password should be percent-encoded and often is not: it may hold @, /, ? and #.
    """
    place = re.split("[?#]", address, maxsplit=1)[0]
    host = place.partition("/")[0]
    if "@" not in host and _HOST.fullmatch(host):
        return "", address
    end = (place if "@" in host else address).rfind("@") + 1
    return address[:end].removesuffix("@"), address[end:]


def _remember(known: dict[str, T], key: str, value: T) -> None:
    known.pop(key, None)
    known[key] = value
    if len(known) > _MOST:
        del known[next(iter(known))]

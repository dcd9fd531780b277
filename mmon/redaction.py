"""Keeps secrets out of everything that is shown or stored: messages, reports and digests."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

# Sections whose values may be credentials, whatever the keys are called.
SECRET_SECTIONS = frozenset({"storage_options"})

# A password should be percent-encoded and often is not: it may hold @, and / unless what precedes
# the / is a port.
_USER_INFO = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)(?P<user>[^/?#@:\s]*)"
    r":(?:[^/?#\s]*|(?!\d+[/?#])[^\s@]*)@"
)
_SECRET_PARAMETER = re.compile(
    r"(?P<name>[?&;][^=&;#\s]*(?:password|passwd|pwd|secret|token|signature|credential|key|sig)"
    r"[^=&;#\s]*=)[^&;#\s]*",
    re.IGNORECASE,
)


def mask_uri(text: str) -> str:
    """A text with the passwords and signatures of the URIs in it masked.

    Examples
    --------
    >>> mask_uri("postgresql://reader:s3cret@db/loans?sslmode=require")
    'postgresql://reader:***@db/loans?sslmode=require'
    >>> mask_uri("https://store/data.parquet?sv=2024&sig=aGVsbG8%3D")
    'https://store/data.parquet?sv=2024&sig=***'
    """
    masked = _USER_INFO.sub(rf"\g<scheme>\g<user>:{MASK}@", text)
    return _SECRET_PARAMETER.sub(rf"\g<name>{MASK}", masked)


def mask(value: Any) -> Any:
    """A copy of plain data with every secret replaced by ``***``; its shape and keys stay.

    Examples
    --------
    >>> mask({"path": "s3://logs/*.parquet", "storage_options": {"aws_secret_access_key": "x"}})
    {'path': 's3://logs/*.parquet', 'storage_options': {'aws_secret_access_key': '***'}}
    """
    if isinstance(value, dict):
        return {
            key: _mask_all(item) if key in SECRET_SECTIONS else mask(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return mask_uri(value) if isinstance(value, str) else value


def _mask_all(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _mask_all(item) for key, item in value.items()}
    return MASK

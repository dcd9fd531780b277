"""Secrets are masked wherever they may stand, and nothing else is."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mmon.redaction import mask, mask_uri


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://reader:s3cret@db:5432/loans", "postgresql://reader:***@db:5432/loans"),
        ("postgresql://reader:p:a/b@db/loans", "postgresql://reader:***@db/loans"),
        ("postgresql://reader:p@a@db/loans", "postgresql://reader:***@db/loans"),
        ("https://host:8080/a@b.csv", "https://host:8080/a@b.csv"),
        ("postgresql://reader@db/loans", "postgresql://reader@db/loans"),
        ("redis://:s3cret@cache", "redis://:***@cache"),
        ("s3+http://k:v@h/b", "s3+http://k:***@h/b"),
        ("https://h/a?sv=1&sig=aB%3D&se=2", "https://h/a?sv=1&sig=***&se=2"),
        ("https://h/a?X-Amz-Signature=B&x", "https://h/a?X-Amz-Signature=***&x"),
        ("https://h/a?access_token=x#top", "https://h/a?access_token=***#top"),
        ("db://h?user=u;password=x;timeout=3", "db://h?user=u;password=***;timeout=3"),
        ("read a://u:x@h and b://v:y@i", "read a://u:***@h and b://v:***@i"),
        ("s3://bucket/date=2024-01-31/*.parquet", "s3://bucket/date=2024-01-31/*.parquet"),
        ("C:\\data\\a.csv", "C:\\data\\a.csv"),
        ("data/a@b:c.csv", "data/a@b:c.csv"),
        ("", ""),
    ],
)
def test_passwords_and_signatures_of_uris_are_masked(text: str, masked: str) -> None:
    assert mask_uri(text) == masked


@given(st.from_regex(r"[A-Za-z0-9!$%&*+=~_.-]{8,20}", fullmatch=True))
def test_no_password_of_a_uri_is_left(password: str) -> None:
    assert password not in mask_uri(f"postgresql://someone:{password}@host/base")


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_uri(mask_uri(text)) == mask_uri(text)


def test_storage_options_are_masked_whatever_their_keys_and_shape() -> None:
    body = {"a": [{"storage_options": {"region": "eu", "deep": {"x": [1]}, "none": None}}]}
    masked = {"region": "***", "deep": {"x": "***"}, "none": "***"}
    assert mask(body) == {"a": [{"storage_options": masked}]}


def test_other_values_keep_their_types() -> None:
    body = {"a": 1, "b": None, "c": True, "d": 0.5, "e": ["x"]}
    assert mask(body) == body

"""Secrets are masked wherever they may stand, and nothing else is."""

from __future__ import annotations

import json
import time
import urllib.parse

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mmon.config.data import Dataset
from mmon.config_file import parse, public_dict
from mmon.errors import ConfigError, DataError, MmonError
from mmon.texts import redaction
from mmon.texts.redaction import mask, mask_uri, masked
from tests import quantities
from tests.unit.source_files import open_dataset

CONFIG = """
project: "${PROJECT}"
reference: "${DATA_DIR}/ref.csv"
production:
  path: "https://h/${API_TOKEN}/p.csv"
  storage_options: {aws_region: eu-west-1, aws_secret_access_key: "hunter2/+x y", max_retries: "3"}
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://reader:s3cret@db:5432/loans", "postgresql://***@db:5432/loans"),
        ("postgresql://reader:p:a/b@db/loans", "postgresql://***@db/loans"),
        ("postgresql://reader:p@a@db/loans", "postgresql://***@db/loans"),
        ("postgresql://reader:p?a#b@db/loans", "postgresql://***@db/loans"),
        ("https://host:8080/a@b.csv", "https://host:8080/a@b.csv"),
        ("https://token@host/a.csv", "https://***@host/a.csv"),
        ("redis://:s3cret@cache", "redis://***@cache"),
        ("s3+http://k:v@h/b", "s3+http://***@h/b"),
        ("https://h/a?sv=1&sig=aB%3D&se=2", "https://h/a?***"),
        ("https://h/a?version=2&format=csv&sig=x", "https://h/a?version=2&format=csv&***"),
        ("https://h/a?versionId=a-b", "https://h/a?versionId=a-b"),
        ("https://h/a?s3cret", "https://h/a?***"),
        ("https://h/a?%74oken=x", "https://h/a?***"),
        ("https://h/a?version=1#s3cret", "https://h/a?version=1#***"),
        ("https://h/a#access_token=x", "https://h/a#***"),
        ("https:/h/a?x=y", "https:/h/a?***"),
        ("h/a?x=y&access_token=s3cret", "h/a?x=y&access_token=***"),
        ("db://h?user=u;password=x;timeout=3", "db://h?***"),
        ("read a://u:x@h and b://v:y@i.", "read a://***@h and b://***@i."),
        ("'https://h/a?x=y' is gone", "'https://h/a?***' is gone"),
        ('{"url":"https://h/a?x=y","b":1}', '{"url":"https://h/a?***","b":1}'),
        ("http://[::1]:80/a?x", "http://[::1]:80/a?***"),
        ("http://[::1/a?x", "http://[::1/a?***"),
        ("s3://bucket/date=2024-01-31/*.parquet", "s3://bucket/date=2024-01-31/*.parquet"),
        ("s3://bucket/part-?.parquet", "s3://bucket/part-?.parquet"),
        ("s3://key:s3cret@bucket/x?versionId=1", "s3://***@bucket/x?versionId=1"),
        (
            "abfss://box@account.dfs.core.windows.net/x",
            "abfss://box@account.dfs.core.windows.net/x",
        ),
        ("abfss://box:s3cret@account/x", "abfss://***@account/x"),
        ("C:\\data\\a.csv", "C:\\data\\a.csv"),
        ("C:/data/a.csv", "C:/data/a.csv"),
        ("data/a@b:c.csv", "data/a@b:c.csv"),
        ("", ""),
    ],
)
def test_of_uris_scheme_host_and_path_are_shown(text: str, shown: str) -> None:
    assert mask_uri(text) == shown
    assert mask_uri(shown) == shown


@given(st.from_regex(r"[A-Za-z0-9!$%&*+=~_.?#@/-]{8,20}", fullmatch=True))
def test_no_password_of_a_uri_is_left(password: str) -> None:
    assert password not in mask_uri(f"postgresql://someone:x{password}@host/base")
    assert password not in mask_uri(f"https://host/a?x={password}")


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_uri(mask_uri(text)) == mask_uri(text)


def test_a_path_is_masked_whatever_characters_are_in_it() -> None:
    for path in (
        "http://h/a b.csv?sig=s 3'cret\"x",
        'http://u:a b"c@h/x',
        "s3://k:<s3cret>@b/x",
        "//user:s3cret@h/x",
        "user:s3cret@h/x",
    ):
        Dataset(path=path)
        shown = str(MmonError(f"{path!r} is gone: {path}", hint=path))
        assert shown.count("***") >= 3
        assert not any(secret in shown for secret in ("cret", 'b"c', 'a b"', 'b\\"c'))


def test_secrets_are_masked_however_they_are_spelled() -> None:
    secret = "pä/+= s\"w'"
    Dataset(path="x.csv", storage_options={"password": secret})
    for spelling in (
        secret,
        repr(secret),
        json.dumps(secret),
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe="").lower(),
        urllib.parse.quote_plus(secret),
    ):
        error = MmonError(f"the store says: {spelling}!", hint=f"try {spelling}")
        assert error.message.startswith("the store says: ")
        assert "s\\" not in str(error)
        assert str(error).count("***") == 2


def test_the_encoded_password_of_a_uri_is_masked_when_it_is_decoded_too() -> None:
    Dataset(path="https://me:p%40ssw0rd@h/x.csv?auth=t%2Bk%2Bn1")
    assert masked("no port 'p@ssw0rd', no t+k+n1") == "no port '***', no ***"


def test_variables_are_secret_by_name_and_options_by_what_they_are() -> None:
    environment = {"API_TOKEN": "tok3n", "DATA_DIR": "/data/loans", "PROJECT": "loans"}
    config = parse(CONFIG, environment=environment)
    told = "tok3n in /data/loans of loans, eu-west-1, 3 tries, hunter2/+x y and hunter2%2F%2Bx%20y"
    assert masked(told) == "*** in /data/loans of loans, eu-west-1, 3 tries, *** and ***"
    shown = json.dumps(public_dict(config))
    assert "/data/loans/ref.csv" in shown
    assert "https://h/***/p.csv" in shown
    assert "eu-west-1" not in shown


def test_what_is_wrong_with_a_configuration_is_said_without_its_secrets() -> None:
    text = 'reference: r.csv\nproduction: {path: p.csv, x: "${DB_PASSWORD}"}\nalpha: ${DB_PASSWORD}'
    with pytest.raises(ConfigError) as caught:
        parse(text, environment={"DB_PASSWORD": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["*s3cret", "!s3cret x", "!<s3cret> x", "{s3cret", "'s3cret"])
def test_what_is_no_yaml_is_not_repeated(value: str) -> None:
    text = f"reference: r\nproduction: {{path: p, storage_options: {{k: {value}}}}}\n"
    with pytest.raises(ConfigError, match=r"line [23]") as caught:
        parse(text)
    assert "s3cret" not in str(caught.value)


def test_a_path_that_is_masked_is_not_told_in_pieces() -> None:
    redaction.keep_variable("API_TOKEN", "s3cret/part")
    with pytest.raises(DataError) as caught:
        open_dataset(Dataset(path="s3cret/part.csv"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("test", "the latest test was tested", "the latest *** was tested"),
        ("abc", "abc", "abc"),
        ("true", "it is true", "it is true"),
        ("30s", "after 30s", "after 30s"),
        ("longer secret", "xlonger secrety", "x***y"),
    ],
)
def test_short_secrets_are_masked_as_words_only(secret: str, text: str, shown: str) -> None:
    redaction.keep_secret(secret)
    assert masked(text) == shown


def test_documents_lose_their_secrets_and_keep_the_uris_that_are_data() -> None:
    redaction.keep_secret("hunter2hunter2")
    rows = (quantities.metric("rows", 1.0, column="a hunter2hunter2"),)
    assert redaction.without_secrets(rows)[0].column == "a ***"
    value = quantities.metric("rows", 1.0, column="https://h/?id=1")
    assert redaction.without_secrets(value) == value


@pytest.mark.parametrize(
    "piece", ["x", "?key", "a://", "a:/", "?a=", "@", "://@", "http://a:b@", "%", "&key=a", "'"]
)
def test_masking_takes_time_that_is_linear_in_the_text(piece: str) -> None:
    begin = time.process_time()
    masked(piece * (300_000 // len(piece)))
    # A quadratic search would take minutes; a busy machine may take its time.
    assert time.process_time() - begin < 10


def test_storage_options_are_masked_whatever_their_keys_and_shape() -> None:
    body = {"a": [{"storage_options": {"region": "eu", "deep": {"x": [1]}, "none": None}}]}
    shown = {"region": "***", "deep": {"x": "***"}, "none": "***"}
    assert mask(body) == {"a": [{"storage_options": shown}]}


def test_other_values_keep_their_types() -> None:
    body = {"a": 1, "b": None, "c": True, "d": 0.5, "e": ["x"]}
    assert mask(body) == body

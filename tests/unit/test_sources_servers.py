"""Servers that refuse, fail, are not there or never answer: one sentence, and soon."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from mmon.config.data import Dataset, Timeouts
from mmon.errors import ConfigError, DataError
from tests.services import silent_server
from tests.unit.source_files import open_dataset

pytestmark = pytest.mark.slow

__all__ = ["silent_server"]

SHORT = Timeouts(connect="300ms", idle="300ms")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server that serves a folder."""
    (tmp_path / "x y.csv").write_text("a,b\n1,2\n")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "x.parquet")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path))  # type: ignore[arg-type]  # as called

        def do_GET(self) -> None:
            if self.path.startswith("/closed"):
                self.send_error(403)
            elif self.path.startswith("/broken"):
                self.send_error(503)
            else:
                super().do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_on_a_web_server_is_read(web: str) -> None:
    assert open_dataset(Dataset(path=f"{web}/x%20y.csv")).collect().row(0) == (1, 2)
    assert open_dataset(Dataset(path=f"{web}/x.parquet?v=1")).collect().row(0) == (1,)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/gone.csv", "does not exist"),
        ("/closed.csv", "may not be read"),
        ("/broken.csv", "the server answers 503"),
    ],
)
def test_what_a_web_server_refuses_is_told(web: str, path: str, told: str) -> None:
    with pytest.raises(DataError, match=f"'{web}{path}' .*{told}"):
        open_dataset(Dataset(path=web + path))


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
@pytest.mark.parametrize("name", ["x", "*"])
def test_a_store_that_never_answers_is_given_up(kind: str, name: str, silent_server: str) -> None:
    options = {
        "aws_endpoint_url": silent_server,
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
    }
    path = f"s3://bucket/{name}.{kind}"
    begin = time.monotonic()
    with pytest.raises(DataError, match="the server does not answer in time") as caught:
        open_dataset(Dataset(path=path, storage_options=options, timeouts=SHORT))
    assert repr(path) in caught.value.message
    # Without limits it would take minutes; a busy machine may take its time.
    assert time.monotonic() - begin < 60


def test_a_web_server_that_never_answers_is_given_up(silent_server: str) -> None:
    with pytest.raises(DataError, match="the server does not answer in time"):
        open_dataset(Dataset(path=f"{silent_server}/x.csv", timeouts=SHORT))


@pytest.mark.parametrize("path", ["s3://bucket/x.csv", "s3://bucket/*.parquet", "http://{}/x.csv"])
def test_a_server_that_is_not_there_is_told(path: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    options = {
        "aws_endpoint_url": f"http://{address}",
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
        "max_retries": "0",
    }
    with pytest.raises(DataError, match="the server cannot be reached"):
        open_dataset(Dataset(path=path.format(address), storage_options=options))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_retries": "many"}, r"max_retries is '\*\*\*', not a whole number"),
        ({"read_timeout": "soon"}, r'failed to parse "\*\*\*" as Duration'),
    ],
)
def test_a_wrong_storage_option_is_a_configuration_error(
    options: dict[str, str], told: str
) -> None:
    known = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    given = {**known, "aws_region": "us-east-1", **options}
    with pytest.raises(ConfigError, match=told) as caught:
        open_dataset(Dataset(path="s3://bucket/x.csv", storage_options=given))
    assert "secret" not in str(caught.value)

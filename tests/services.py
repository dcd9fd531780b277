"""Real servers for tests, started by the tests that need them and stopped at their end."""

from __future__ import annotations

import atexit
import base64
import contextlib
import dataclasses
import email.utils
import functools
import hashlib
import hmac
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

_START_S = 60
_CONFIGURATION = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{ports[0]},v1:127.0.0.1:{ports[1]}]
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
pid file = {folder}/run/$name.pid
log file = {folder}/log/$name.log
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
osd pool default pg num = 2
osd pool default pgp num = 2
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[mon.a]
mon data = {folder}/mon
paxos propose interval = 0.05
[osd.0]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 268435456
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:{ports[2]}
rgw data = {folder}/rgw
"""


@dataclasses.dataclass(frozen=True)
class ObjectStore:
    """An S3 server (Ceph RADOS Gateway) with one user, on the loopback interface."""

    endpoint: str
    key: str = "AKID"
    secret: str = "SECRETKEY1"

    @property
    def options(self) -> dict[str, str]:
        """Storage options of Polars."""
        return {
            "aws_endpoint_url": self.endpoint,
            "aws_access_key_id": self.key,
            "aws_secret_access_key": self.secret,
            "aws_region": "us-east-1",
            "aws_allow_http": "true",
        }

    def put(self, resource: str, body: bytes = b"") -> None:
        """Create ``/bucket``, or write ``/bucket/key``."""
        date = email.utils.formatdate(usegmt=True)
        kind = "application/octet-stream"
        told = f"PUT\n\n{kind}\n{date}\n{resource}"
        digest = hmac.digest(self.secret.encode(), told.encode(), hashlib.sha1)
        request = urllib.request.Request(self.endpoint + resource, data=body, method="PUT")
        request.add_header("Date", date)
        request.add_header("Content-Type", kind)
        signature = base64.b64encode(digest).decode()
        request.add_header("Authorization", f"AWS {self.key}:{signature}")
        with urllib.request.urlopen(request, timeout=_START_S):
            pass


@pytest.fixture(scope="session")
def object_store() -> ObjectStore:
    """A running S3 server; tests that use it are marked ``s3``."""
    return _started_store()


@functools.cache
def _started_store() -> ObjectStore:
    folder = Path(tempfile.mkdtemp(prefix="ceph-"))
    atexit.register(_stop, folder)
    for name in ("mon", "osd", "run", "log", "rgw"):
        (folder / name).mkdir()
    with contextlib.ExitStack() as held:
        ports = [held.enter_context(_free_port()) for _ in range(3)]
    fsid, configuration = str(uuid.uuid4()), folder / "ceph.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, fsid=fsid, ports=ports))
    _start_cluster(folder, str(configuration), fsid, ports)
    store = ObjectStore(f"http://127.0.0.1:{ports[2]}")
    _wait_for(store.endpoint, folder)
    _run(
        *("radosgw-admin", "-c", configuration, "user", "create", "--uid=t", "--display-name=t"),
        *(f"--access-key={store.key}", f"--secret={store.secret}"),
    )
    return store


def _start_cluster(folder: Path, configuration: str, fsid: str, ports: list[int]) -> None:
    keys, osd = f"{folder}/keyring", str(uuid.uuid4())
    everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
    auth = ("ceph-authtool", keys, "--gen-key", "-n")
    _run("ceph-authtool", "-C", keys, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    _run(*auth, "client.admin", *everything)
    _run(*auth, "client.rgw.a", *everything)
    _run(*auth, "osd.0", "--cap", "mon", "allow profile osd", "--cap", "osd", "allow *")
    address = f"[v2:127.0.0.1:{ports[0]},v1:127.0.0.1:{ports[1]}]"
    monitors = f"{folder}/monmap"
    _run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, monitors)
    monitor = ("ceph-mon", "-c", configuration, "-i", "a")
    _run(*monitor, "--mkfs", "--monmap", monitors, "--keyring", keys)
    _run(*monitor)
    _run("ceph", "-c", configuration, "osd", "new", osd, "0")
    daemon = ("ceph-osd", "-c", configuration, "-i", "0")
    _run(*daemon, "--mkfs", "--osd-uuid", osd)
    _run(*daemon)
    _run("radosgw", "-c", configuration, "-n", "client.rgw.a")


def _run(*command: str | Path, user: str | None = None) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_START_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")


def _wait_for(url: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}; see {folder}/log")


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def _stop(folder: Path) -> None:
    for file in (folder / "run").glob("*.pid"):
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(file.read_text()), signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server on the loopback interface, with one user."""

    port: int
    password: str = "not so secret"

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        quoted = urllib.parse.quote(self.password)
        return f"postgresql+psycopg://watcher:{quoted}@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """The address of a database that nobody uses."""
        import psycopg

        name = f"history_{uuid.uuid4().hex[:12]}"
        told = f"host=127.0.0.1 port={self.port} user=watcher dbname=postgres"
        with psycopg.connect(told, password=self.password, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A running PostgreSQL server; tests that use it are marked ``postgres``."""
    return _started_postgres()


def postgres_programs() -> Path | None:
    """Where the server's programs are; None where it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    # Debian and Ubuntu keep those of each version apart.
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((one.parent for one in versions), default=None)


@functools.cache
def _started_postgres() -> Postgres:
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    with _free_port() as port:
        server = Postgres(port)
    secret = folder / "secret"
    secret.write_text(server.password)
    # The server refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        for path in (folder, secret):
            shutil.chown(path, user)
    data = str(folder / "data")
    own = ("-U", "watcher", "-A", "scram-sha-256", f"--pwfile={secret}", "-N", "-E", "UTF8")
    control, options = (
        str(programs / "pg_ctl"),
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1",
    )
    _run(str(programs / "initdb"), "-D", data, *own, user=user)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    stop = (control, "-D", data, "-m", "immediate", "stop")
    atexit.register(functools.partial(_run, *stop, user=user))
    _run(control, "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start", user=user)
    return server


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of a server that accepts connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        # The kernel completes connections of the backlog; nobody ever reads them.
        server.listen(16)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"

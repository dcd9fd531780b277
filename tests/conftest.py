"""Settings shared by all tests: reproducible examples, and what a test needs from the machine."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from mmon import models
from mmon.texts import redaction
from tests.services import postgres_programs

# As in a run of mmon (`mmon.cli.supervision`), before anything imports numpy: threads of OpenBLAS
# spin while the other workers of the tests compute.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).parent.parent
DATA = REPOSITORY.parent / "shared" / "data"

# The same examples on every run: a red build is a defect, never bad luck.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


def _lacks_s3() -> str | None:
    if all(shutil.which(program) for program in ("radosgw", "ceph-mon", "ceph-osd", "ceph-mgr")):
        return None
    return "apt-get install radosgw ceph-mon ceph-osd ceph-mgr ceph-common"


def _lacks_browser() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "pip install playwright"
    return None if shutil.which("chromium") else "apt-get install chromium"


def _lacks_data() -> str | None:
    return None if DATA.is_dir() else f"put the public data sets in {DATA}"


def _lacks_postgres() -> str | None:
    if importlib.util.find_spec("psycopg") is None:
        return 'pip install "psycopg[binary]"'
    return None if postgres_programs() is not None else "apt-get install postgresql"


def _lacks_prometheus() -> str | None:
    if shutil.which("promtool") and shutil.which("prometheus-node-exporter"):
        return None
    return "apt-get install prometheus prometheus-node-exporter"


def _lacks_systemd() -> str | None:
    return None if shutil.which("systemd-analyze") else "apt-get install systemd"


NEEDS = {
    "systemd": functools.cache(_lacks_systemd),
    "prometheus": functools.cache(_lacks_prometheus),
    "postgres": functools.cache(_lacks_postgres),
    "s3": functools.cache(_lacks_s3),
    "browser": functools.cache(_lacks_browser),
    "data": functools.cache(_lacks_data),
}
SERVICES = frozenset({"s3", "browser", "postgres", "prometheus", "systemd"})


@pytest.fixture(scope="session")
def _path_without_models(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A path on which processes find what this one does, and no scikit-learn."""
    folder = tmp_path_factory.mktemp("without_models")
    (folder / "sitecustomize.py").write_text('import sys\n\nsys.modules["sklearn"] = None\n')
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture(autouse=True)
def _models_where_they_are_tested(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _path_without_models: str
) -> None:
    """Fit no models, which takes seconds, but in tests that are about what rests on them."""
    if request.node.get_closest_marker("models") is None:
        monkeypatch.setattr(models, "lacking", lambda: "left out of this test")
        monkeypatch.setenv("PYTHONPATH", _path_without_models)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, saying what to install.

    With ``MMON_REQUIRE_SERVICES=1``, as in CI, a missing service is a failure instead: a check that
    skips is no check.
    """
    for marker, lacks in NEEDS.items():
        what = lacks() if item.get_closest_marker(marker) else None
        if what is None:
            continue
        if marker in SERVICES and os.environ.get("MMON_REQUIRE_SERVICES") == "1":
            pytest.fail(f"needs: {what}", pytrace=False)
        # Reached on a contributor's machine alone: where services are required it failed above.
        pytest.skip(f"needs: {what}")


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process remembers its secrets: what one test made one is a plain word in another."""
    for known in ("_secrets", "_uris"):
        monkeypatch.setattr(redaction, known, {})

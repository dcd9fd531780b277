"""Pages for who knows another tool name only what mmon has."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

import mmon
from mmon import metrics, performance
from mmon.applications import loading
from mmon.cli import coming_from, lists
from mmon.cli.app import app
from mmon.comparison import assessment
from mmon.config.keys import walk
from mmon.config.sections import Config
from mmon.results import Status


def page(tool: str) -> str:
    module = importlib.import_module(f"mmon.cli.coming_from.{tool}")
    return inspect.getdoc(module) or ""


def known() -> set[str]:
    keys = {".".join(key.path) for key in walk(Config)}
    names = {one.name for one in assessment.quantities()} | {*metrics.names()}
    names |= {*performance.names(), *loading.ready(), *(one.value for one in Status)}
    commands = {
        one.name or one.callback.__name__ for one in app.registered_commands if one.callback
    }
    groups = {f"mmon {one.name}": one.typer_instance for one in app.registered_groups}
    commands = {f"mmon {one}" for one in commands} | {*groups}
    for name, group in groups.items():
        commands |= {f"{name} {one.name}" for one in group.registered_commands} if group else set()
    tools = {f"mmon explain from-{one}" for one in coming_from.names()}
    return keys | names | commands | tools | {f"mmon.{name}" for name in mmon.__all__}


@pytest.mark.parametrize("tool", ["evidently", "mlrun", "nannyml"])
def test_what_a_page_calls_mmon_s_is_there(tool: str) -> None:
    named = re.findall(r"``([^`]+)``", page(tool))
    assert len(named) > 30
    assert set(named) - known() == set()


def test_every_page_is_explained() -> None:
    assert coming_from.names() == ("evidently", "mlrun", "nannyml")
    for tool in coming_from.names():
        assert lists.manual(f"from-{tool}") == page(tool)
        assert f"from-{tool}" in lists.explained()


def test_an_application_that_needs_no_place_is_explained() -> None:
    assert "MLRun's histogram data drift application" in lists.manual("histogram_data_drift")

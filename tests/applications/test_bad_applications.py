"""What an application must not return, and an entry must not say: a sentence each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mmon.errors import ConfigError
from tests.applications.python_runs import APP, HEAD, own, run


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("None", "it returned nothing (None)"),
        ("'high'", "it returned a str"),
        ("context.sample_df.collect()", "it returned a DataFrame (show a table with"),
        ("[1.0]", "it returned a list that holds a float"),
        ("float('nan')", "the value of 'one' is nan, which is no number"),
        ("mmon.Result('r', float('inf'))", "the value of 'r' is inf, which is no number"),
        ("mmon.Result('r', 'high')", "the value of 'r' is a str, which is no number"),
        ("[mmon.Result('r', 1), mmon.Result('r', 2)]", "it returned two results named 'r'"),
        ("mmon.Result('a b', 1)", "it named a result 'a b'"),
        ("mmon.Result('mm_app_failed', 1)", "which is mmon's own"),
        ("mmon.Result('r', 1, status='bad')", "has the status 'bad', which mmon does not know"),
        ("mmon.Result('r', 1, kind='drift')", "has the kind 'drift', which mmon does not know"),
        ("mmon.Result('r', 1, status='detected', detected=2)", "has a status and levels"),
        ("mmon.Result('r', 1, potential=2, detected=1)", "its potential level beyond its detected"),
        ("mmon.Result('r', 1, direction='up')", "has the direction 'up'"),
        ("mmon.Result('r', 1, column=3)", "the column of 'r' is 3, which is no text"),
        ("{'r': 'x'}", "its dict holds a str under 'r', which is no number"),
        ("context.log_artifact('a', 3)", "'a' is a int; it takes a Polars frame"),
        ("context.log_artifact('a', b'GIF89')", "the bytes of 'a' are no PNG"),
        ("context.log_artifact('a', 'plain')", "'a' is a text without markup"),
        ("context.log_artifact('a', '<p>' * 500_000)", "'a' takes 1.4 MB, more than the 1 MB"),
        ("[context.log_artifact('a', '<p>') for _ in '12']", "'a' was logged already"),
    ],
)
def test_nonsense_is_told_in_one_sentence(at: Any, returned: str, told: str) -> None:
    place = at(f"@mmon.application\ndef one(context):\n    return {returned}\n")
    document = run({"class": place})
    (failed,) = own(document)
    assert failed.name == "mm_app_failed"
    assert told in (failed.reason or "")
    assert "\n" not in (failed.reason or "")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"class": "no_such_app"}, "there is no application 'no_such_app'"),
        ({"class": "no_such_module:App"}, "there is no module 'no_such_module'"),
        ({"class": "nowhere/own.py:App"}, "there is no file 'nowhere/own.py'"),
        ({"class": "json:loads"}, "'json:loads' is no application"),
        ({"class": "FILE:Nope"}, "has no 'Nope'"),
        ({"class": "FILE:Half"}, "has no do_tracking"),
        ({"class": "FILE"}, "holds 2 applications"),
        ({"class": "FILE:Fine", "args": {"size": 3}}, "args: got an unexpected keyword"),
        ({"class": "FILE:fn", "args": {"size": 3}}, "is a function, which takes no args"),
        ({"class": "BROKEN:App"}, "cannot be imported: NameError"),
        ({"class": "FILE:Fine", "sql": "avg(x)"}, "takes exactly one of sql"),
        ({"class": "FILE:Fine", "where": "x > 1"}, "are of an application without a class"),
        (
            {"name": "n", "sql": "avg(x)", "args": {"a": 1}},
            "args is of an application with a class",
        ),
        ({"class": "histogram_data_drift", "args": {"detected": 2}}, "cannot be made: ValueError"),
        ({"class": 3}, "must be a text"),
    ],
)
def test_a_wrong_entry_is_refused_in_one_sentence(
    at: Any, entry: dict[str, Any], told: str
) -> None:
    place = at(
        "class Half(mmon.Application):\n    pass\n\n"
        "class Fine(mmon.Application):\n    def do_tracking(self, context):\n        return 1\n"
    )
    place = at(Path(place).read_text().replace(HEAD, "") + "\nfn = mmon.application(len)\n")
    if entry["class" if "class" in entry else "name"] == "FILE":
        place = at(
            "class A(mmon.Application):\n    pass\nclass B(mmon.Application):\n    pass\n", "two"
        )
    broken = at("undefined_name\n", "broken")
    paths = {"FILE": place, "BROKEN": broken}
    where = entry.get("class")
    if isinstance(where, str):
        start, colon, name = where.partition(":")
        entry = {**entry, "class": f"{paths.get(start, start)}{colon}{name}"}
    with pytest.raises(ConfigError) as caught:
        run(entry)
    assert told in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_two_applications_have_two_names(at: Any) -> None:
    place = at(APP)
    with pytest.raises(ConfigError, match="'own' is the name of another application"):
        run({"class": place}, {"class": place})

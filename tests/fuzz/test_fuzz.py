"""Some hundreds of damaged files, the same on every run: each ends as mmon promises.

`make fuzz` tries many more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.fuzz.campaign import Campaign
from tests.fuzz.server import Server
from tests.fuzz.subjects import SUBJECTS, Subject

pytestmark = pytest.mark.slow

# A box, not a gate: on a slow machine fewer mutants are tried.
_SECONDS = 20.0


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    folder = tmp_path_factory.mktemp("fuzz")
    with Server(folder) as server:
        yield Campaign(folder, server, seed=1)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_mutant_ends_as_promised(subject: Subject, campaign: Campaign) -> None:
    found = list(campaign.findings(subject, subject.count, _SECONDS))
    assert not found, "\n".join(map(str, found[:20]))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_number_is_the_same_mutant_every_time(subject: Subject, campaign: Campaign) -> None:
    assert campaign.mutant(subject, 3) == campaign.mutant(subject, 3)
    assert len({campaign.mutant(subject, number) for number in range(9)}) > 5


@pytest.mark.parametrize(
    ("status", "said", "trouble"),
    [
        (5, "", "exit 5"),
        (-11, "", "ended by signal 11"),
        (3, "", "exit 3 without a word"),
        (3, "mmon: internal error: KeyError", "exit 3: mmon: internal error: KeyError"),
        (2, "Traceback (most recent call last)", "exit 2: Traceback"),
        (1, "", "exit 1, and 0 in the document"),
        (0, "", "exit 0: 7 rows were read of 120"),
        (2, "mmon: a sentence", None),
    ],
)
def test_a_bad_end_is_found(
    status: int,
    said: str,
    trouble: str | None,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = next(one for one in SUBJECTS if one.name == "csv")
    found = {"exit_status": 0, "production": {"rows": 7}, "results": [], "verdict": "pass"}
    (campaign.folder / "found.json").write_text(json.dumps(found))
    monkeypatch.setattr(Server, "run", lambda *_: (status, said))
    monkeypatch.setattr(campaign, "mutant", lambda *_: (campaign.folder / "cur.csv").read_bytes())
    told = campaign.trouble(text, 0)
    assert told == trouble if told is None else told.startswith(str(trouble))

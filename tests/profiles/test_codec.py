"""Every part of a profile comes back from its stored form, exactly."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from mmon.profiles import baseline
from mmon.profiles.activity.identities import Identities
from mmon.profiles.codec import decode, encode
from mmon.profiles.outcomes.outcomes import Fault
from mmon.profiles.table import Profile
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import unlike

TASKS = ["binary", "multiclass", "regression"]


def full(task: str) -> Profile:
    """A profile with performance, faults, features, a sample, activity and segments."""
    return outcome_rows.reference(outcome_rows.config(task), outcome_rows.rows(task, 800))


def identities(profile: Profile) -> list[Identities]:
    """What is known of the ids, of all rows and of each segment."""
    every = [profile, *(one.profile for one in profile.segments)]
    found = [one.activity.identities for one in every if one.activity is not None]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("task", TASKS)
def test_a_full_profile_comes_back_as_it_was(task: str) -> None:
    profile = full(task)
    assert profile.performance is not None
    assert profile.activity is not None
    assert profile.features is not None
    assert profile.sample is not None
    assert len(profile.segments) == 3
    body, arrays = encode(profile)
    back = decode(json.loads(json.dumps(body)), arrays, Profile)
    assert unlike(back, profile) == []
    assert unlike(dataclasses.replace(back, rows=1), profile) == ["profile.rows: 1 is not 800"]


@pytest.mark.parametrize("task", TASKS)
def test_a_file_gives_back_what_was_saved(task: str, tmp_path: Any) -> None:
    profile = full(task)
    baseline.save(profile, tmp_path / "ref.mmon")
    loaded = baseline.load(tmp_path / "ref.mmon")
    # Of ids a file holds fewer, and what all of them told.
    parts = [one for one in unlike(loaded, profile) if ".identities." not in one]
    assert parts == []
    for kept, stored in zip(identities(profile), identities(loaded), strict=True):
        assert (kept.rows, kept.missing) == (stored.rows, stored.missing)
        assert kept.repeats == stored.repeats
        assert kept.standard_error == stored.standard_error
        assert kept.sampled == stored.sampled


def test_keys_keep_all_their_bits() -> None:
    profile = full("binary")
    assert profile.sample is not None
    keys = profile.sample.keys
    assert keys.dtype == np.uint64
    assert len(keys) > 300
    body, arrays = encode(profile)
    stored = decode(body, arrays, Profile).sample
    assert stored is not None
    np.testing.assert_array_equal(stored.keys, keys)


def test_faults_come_back_as_faults() -> None:
    body, arrays = encode(full("binary"))
    found = decode(json.loads(json.dumps(body)), arrays, Profile).faults
    assert found.keys() == {Fault.SCORE_OUTSIDE}
    assert all(isinstance(fault, Fault) for fault in found)


@pytest.mark.parametrize(
    "body",
    [
        {"$type": "Profile", "source": "x"},
        {"$type": "Popen", "args": "ls"},
        {"$enum": "Reading", "value": "nonsense"},
        {"$array": 7, "dtype": "<f8", "shape": [1]},
        {"$type": "Presence"},
    ],
)
def test_what_is_no_profile_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, IndexError)):
        decode(body, [], Profile)

"""Says what a configuration names and its data does not have, from the schemas alone."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from mmon import sources
from mmon.comparison.alerted import without_alerted
from mmon.comparison.extent import segmenting, stored_reference
from mmon.comparison.roles import (
    lacking,
    without_either,
    without_ignored,
    without_levels,
    without_roles,
    without_segments,
)
from mmon.comparison.sides import is_stored, opened
from mmon.config.data import Dataset
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.profiles import baseline


@dataclasses.dataclass(frozen=True, slots=True)
class Schemas:
    """The names of the columns of both sides, and what is configured and missing."""

    reference: Sequence[str]
    production: Sequence[str]
    missing: Sequence[ConfigError]


def schemas(config: Config) -> Schemas:
    """Look at the columns of every dataset of a configuration.

    `DataError` where one cannot be opened.
    """
    missing: list[ConfigError] = []
    if is_stored(config.reference):
        profile = baseline.load(config.reference.paths[0])
        reference = [column.name for column in profile.columns]
        try:
            stored_reference(config, profile)
        except ConfigError as error:
            missing.append(error)
    else:
        reference = _names(config.reference)
        missing += without_roles(reference, config.columns)
        missing += without_segments(reference, segmenting(config))
    production = _names(config.production)
    every = list(dict.fromkeys([*reference, *production]))
    missing += without_either(reference, production, config.columns)
    if not is_stored(config.reference):
        missing += without_ignored(every, config.columns)
    missing += [*without_levels(every, config), *without_alerted(every, config)]
    return Schemas(reference, production, [*missing, *_without_labels(config, production)])


def _without_labels(config: Config, production: Sequence[str]) -> Iterator[ConfigError]:
    """What the labels and production need, to be joined, and have not."""
    labels = config.labels
    if labels is None:
        return
    found, on = _names(labels), labels.on or config.columns.id
    sides = ((on, production, "production"), (on, found, "the dataset"))
    told = (labels.target or config.columns.target, found, "the dataset")
    keys = ("labels.on", "labels.on", "labels.target")
    for key, (name, columns, who) in zip(keys, (*sides, told), strict=True):
        if name is not None and name not in columns:
            yield lacking(key, f"{who} has no", name, columns)


def _names(dataset: Dataset) -> list[str]:
    data = opened(dataset)
    with sources.reading(data.name):
        return list(data.frame.collect_schema())


def in_words(found: Schemas) -> str:
    """How many columns the sides share."""
    shared = len(set(found.reference) & set(found.production))
    new = len(set(found.production) - set(found.reference))
    parts = itertools.chain(
        (f"the reference has {len(found.reference)} columns, production {shared} of them",),
        (f"{new} of its own",) if new else (),
    )
    return " and ".join(parts)

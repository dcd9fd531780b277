"""What an application of a user's own sees of one window, by MLRun's names."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mmon.applications.feature_stats import feature_stats
from mmon.applications.shown import artifact_of
from mmon.errors import DataError
from mmon.results.artifacts import Artifact
from mmon.windows.timestamps import to_utc

if TYPE_CHECKING:
    import polars as pl

    from mmon.analyses import Context
    from mmon.profiles.table import Profile

MOST_ARTIFACTS = 20
"""Artifacts of one application in one window: a report is no place for more."""


class TrackingContext:
    """One window, as MLRun's ``MonitoringApplicationContext`` shows it.

    Attributes
    ----------
    sample_df : polars.LazyFrame
        The window's rows, with their labels where these came separately; ``.collect().to_pandas()``
        makes a pandas frame of it.
    reference_df : polars.LazyFrame
        The rows of the reference. A baseline, and windows that the reference is made of, have
        none: `mmon.errors.DataError` says so. ``feature_stats`` is always there.
    sample_df_stats, feature_stats : dict of str to dict
        Statistics of each compared column in the window and in the reference: ``count``,
        ``missing`` and, of numbers, ``mean``, ``std``, ``min``, ``25%``, ``50%``, ``75%``, ``max``
        and ``hist``, the counts and edges of 20 bins of equal width over the range of the
        reference, with a bin on either side of it; of categories ``unique``, ``top``, ``freq`` and
        ``hist``, the counts and labels.
    start_infer_time, end_infer_time : datetime or None
        When the window begins and ends, in UTC; of windows that are not of time, when its first and
        its last row happened, where a column tells that.
    application_name, project_name, endpoint_name : str or None
    feature_names, label_names : list of str
        The compared columns that are no outcome, and the target.
    window : int
        The window's number in the run, from 0.
    sample_profile, reference_profile : Profile
        The summaries that mmon's own analyses read.
    logger : logging.Logger
        What it warns of is written to standard error.
    """

    def __init__(
        self,
        name: str,
        context: Context,
        sample: Callable[[], pl.LazyFrame],
        reference: Callable[[], pl.LazyFrame],
    ) -> None:
        self._context = context
        self._sample = sample
        self._reference = reference
        self.application_name = name
        self.project_name = context.config.project
        self.endpoint_name = context.config.endpoint
        self.window = context.window
        self.sample_profile: Profile = context.production
        self.reference_profile: Profile = context.reference
        self.logger = logging.getLogger(f"mmon.application.{name}")
        self.artifacts: list[Artifact] = []

    @functools.cached_property
    def sample_df(self) -> pl.LazyFrame:
        """The window's rows."""
        return self._sample()

    @functools.cached_property
    def reference_df(self) -> pl.LazyFrame:
        """The reference's rows; `DataError` where it has none."""
        return self._reference()

    @functools.cached_property
    def feature_stats(self) -> dict[str, dict[str, Any]]:
        """Statistics of the reference."""
        return feature_stats(self.reference_profile, self.reference_profile)

    @functools.cached_property
    def sample_df_stats(self) -> dict[str, dict[str, Any]]:
        """Statistics of the window, in the bins of the reference."""
        return feature_stats(self.reference_profile, self.sample_profile)

    @property
    def start_infer_time(self) -> dt.datetime | None:
        """When the window begins."""
        activity = self.sample_profile.activity
        start = self._context.bounds[0]
        return to_utc(activity.oldest_us if start is None and activity else start)

    @property
    def end_infer_time(self) -> dt.datetime | None:
        """When the window ends."""
        activity = self.sample_profile.activity
        end = self._context.bounds[1]
        return to_utc(activity.newest_us if end is None and activity else end)

    @property
    def feature_names(self) -> list[str]:
        """The compared columns that are no outcome."""
        outcome = self._context.config.columns.outcome
        columns = self.reference_profile.columns
        return [one.name for one in columns if one.is_tested and one.name not in outcome]

    @property
    def label_names(self) -> list[str]:
        """The target."""
        target = self._context.config.columns.target
        return [] if target is None else [target]

    @staticmethod
    def dict_to_histogram(histogram_dict: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The shares of rows in the bins of each column that has some, as arrays."""
        import numpy as np

        return {
            name: np.asarray(stats["hist"][0], dtype=np.float64) / stats["count"]
            for name, stats in histogram_dict.items()
            if "hist" in stats and stats["count"]
        }

    def log_artifact(self, name: str, body: object) -> None:
        """Show something in the report.

        Parameters
        ----------
        name : str
            What the report calls it.
        body : object
            A table, as a Polars frame; a picture, as the bytes of a PNG, a text of SVG or a figure
            of matplotlib; or a text of HTML, which is shown without any script of its own.

        Raises
        ------
        DataError
            When it is nothing of that, or too large.
        """
        if any(one.name == name for one in self.artifacts):
            raise DataError(f"log_artifact: {name!r} was logged already", hint="name it otherwise")
        if len(self.artifacts) >= MOST_ARTIFACTS:
            raise DataError(f"log_artifact: more than {MOST_ARTIFACTS} artifacts in one window")
        made = artifact_of(name, body)
        own = self.application_name
        self.artifacts.append(dataclasses.replace(made, application=own, window=self.window))

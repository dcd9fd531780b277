"""What an application of a user's own gives: numbers that are judged, and numbers that are told."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from mmon.results.quantity import ResultKind, Unit
from mmon.results.rows import Direction, Status


@dataclasses.dataclass(frozen=True)
class Result:
    """One judged number of an application, as MLRun's ``ModelMonitoringApplicationResult``.

    Attributes
    ----------
    name : str
        Letters, digits and underscores; with its column unique within an application.
    value : float or None
        None where it cannot be computed; ``reason`` says why.
    kind : ResultKind or str
        ``data_drift``, ``concept_drift``, ``model_performance``, ``system_performance``,
        ``mm_app_anomaly`` or ``data_quality``.
    status : Status or str, optional
        ``no_detection``, ``potential_detection``, ``detected``, ``inconclusive`` or ``irrelevant``
        where the application judges by itself.
    potential, detected : float, optional
        Levels by which mmon judges, where there is no status. Those of the configuration are in
        their place.
    direction : {"above", "below"}
        On which side of the levels the value is worse.
    reference_value : float, optional
        The same number of the reference, from which a drop or a rise is measured.
    column : str, optional
        The column that it is about.
    unit : Unit or str
        ``own``, ``share``, ``seconds``, ``count`` or ``yes/no``.
    reason : str, optional
        What reports say beside it.
    extra_data : mapping, optional
        More to tell beside it, as ``name: value``.
    """

    name: str
    value: float | None
    kind: ResultKind | str = ResultKind.MM_APP_ANOMALY
    status: Status | str | None = None
    potential: float | None = None
    detected: float | None = None
    direction: Direction = "above"
    reference_value: float | None = None
    column: str | None = None
    unit: Unit | str = Unit.OWN
    reason: str | None = None
    extra_data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Metric:
    """One told number of an application, as MLRun's ``ModelMonitoringApplicationMetric``.

    Attributes
    ----------
    name : str
        Letters, digits and underscores; with its column unique within an application.
    value : float
    column : str, optional
        The column that it is about.
    unit : Unit or str
        ``own``, ``share``, ``seconds``, ``count`` or ``yes/no``.
    """

    name: str
    value: float
    column: str | None = None
    unit: Unit | str = Unit.OWN

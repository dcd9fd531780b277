"""What the reference's own windows do: each is analysed as if it had come as production."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence

import numpy as np

from mmon import metrics
from mmon.analyses import Context, configured
from mmon.applications import formulas
from mmon.chance.blocks import FEWEST
from mmon.chance.proportions import Z
from mmon.comparison.assessment import contexts_of
from mmon.comparison.judged_windows import Cut, cut_of
from mmon.comparison.known_blocks import length_of
from mmon.comparison.noise_digest import KnownNoise, noise_digest
from mmon.comparison.roles import own_time
from mmon.comparison.segments import segments
from mmon.comparison.sides import Inputs, Progress, read_production
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.profiles.block_noise import BlockKey, BlockNoise, OfPhases
from mmon.profiles.rolled import rolled
from mmon.profiles.table import Profile
from mmon.records.arrays import FloatArray
from mmon.sources import Data
from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import key_of
from mmon.verdict.seasons import phases_of
from mmon.windows.cut import WindowCut
from mmon.windows.durations import length_us
from mmon.windows.timestamps import iso, to_utc

MOST = 512
"""The newest blocks that are looked at: three weeks of hours, more than a year of days."""

# So few of the newest rows may have a time far after all others.
_WRONG = 1e-3


def block_noise(
    config: Config,
    reference: Profile,
    data: Data,
    progress: Progress | None,
    known: KnownNoise | None = None,
) -> BlockNoise | None:
    """What is judged of each of the reference's blocks as long as a window.

    None where windows have no length; without keys where the blocks are too few. One more pass
    over the reference, where that is not ``known`` from before.
    """
    windows = config.windows
    if windows is None or length_of(windows) is None:
        return None
    asked = _asked(windows, config, reference)
    if asked is None:
        return _noise(windows, [], [])
    measure = functools.partial(_measured, windows, asked, reference, data, progress)
    digest = known and noise_digest(asked, reference, data, MOST, FEWEST)
    return measure() if known is None or digest is None else known(digest, measure)


def _measured(
    windows: Windows, asked: Config, reference: Profile, data: Data, progress: Progress | None
) -> BlockNoise:
    """What is found in one pass over the reference."""
    if progress is not None:
        progress("the reference, window by window", None)
    if windows.rows:
        # As many rows as are looked at; none is counted against its file's own number.
        skipped = max(0, reference.rows - MOST * windows.rows)
        data = Data(data.frame.slice(skipped), data.name)
    found = read_production(asked, reference, Inputs(reference, data), None)
    blocks = list(contexts_of(asked, reference, found, 0))
    blocks = [one for one in blocks if one.production.rows and one.is_complete]
    if len(blocks) < FEWEST:
        return _noise(windows, blocks, [])
    noise = _noise(windows, blocks, [_values(asked, one) for one in blocks])
    season = asked.reference.season
    return noise if season is None else _with_phases(noise, asked, season, reference, blocks)


def _with_phases(
    noise: BlockNoise, asked: Config, season: str, reference: Profile, blocks: Sequence[Context]
) -> BlockNoise:
    """With what blocks are against the nearest others of their phase."""
    phases = phases_of(noise.starts, noise.timezone, season)
    values: list[dict[BlockKey, tuple[float, float]]] = []
    others: list[int] = []
    for place, one in enumerate(blocks):
        same = np.flatnonzero((phases == phases[place]) & (np.arange(len(blocks)) != place))
        near = same[np.argsort(np.abs(same - place), kind="stable")][: asked.reference.same]
        if not len(near):
            values.append({})
            continue
        whole = rolled(reference, [blocks[at].production for at in np.sort(near)])
        whole = whole.compress(asked.points, asked.labels_kept)
        values.append(_values(asked, dataclasses.replace(one, reference=whole), is_part=False))
        others.append(len(near))
    if len(others) < FEWEST:
        return noise
    own = OfPhases(season, *_table(noise.keys, values), others=round(float(np.mean(others))))
    return dataclasses.replace(noise, of_phases=own)


def _asked(windows: Windows, config: Config, reference: Profile) -> Config | None:
    """A run of the reference as production, of what decides alone; None of too few blocks."""
    start, activity = None, reference.activity
    if windows.every:
        name = config.columns.timestamp or own_time(reference)
        time = None if name is None else reference.column(name)
        if activity is None or activity.oldest_us is None or time is None or time.unreadable:
            return None
        rows = np.cumsum(activity.counts)
        last = int(activity.starts[np.searchsorted(rows, (1.0 - _WRONG) * rows[-1])])
        span, length = last + activity.step_us - activity.oldest_us, length_us(windows.every)
        if span < (FEWEST - 1) * length:
            return None
        if span > MOST * length:
            start = _boundary(windows, last - (MOST - 1) * length)
    elif reference.rows < FEWEST * (windows.rows or 1):
        return None
    asked = windows.model_copy(
        update={"start": start, "end": None, "incomplete": "drop", "judge": "all"}
    )
    return config.model_copy(
        update={
            "production": config.reference,
            "labels": None,
            "windows": asked,
            "analyses": _deciding(config),
            "fast": True,
            "sample": 0,
        }
    )


def _boundary(windows: Windows, at_us: int) -> str:
    """The boundary of windows at or before a time."""
    import polars as pl

    cut: Cut = cut_of(windows.model_copy(update={"start": None, "end": None}))
    if not isinstance(cut, WindowCut):
        raise TypeError("only windows of time have boundaries in time")
    times = pl.Series([at_us]).cast(pl.Datetime("us", "UTC"))
    moment = to_utc(cut.assign(times)[0])
    if moment is None:
        raise TypeError("a time of data lies in a window")
    return iso(moment)


def _deciding(config: Config) -> object:
    """The analyses of a run, without what is only told, and what fits models."""
    drift = config.analyses.data_drift
    changed: dict[str, object] = {"change_points": None, "multivariate_drift": None}
    if drift is not None:
        of_columns = (name for levels in config.by_column.values() for name in levels)
        named = {drift.usual, *drift.thresholds, *of_columns}
        every = metrics.names() if drift.metrics == "all" else drift.metrics
        kept = tuple(name for name in every if name in named)
        changed["data_drift"] = drift.model_copy(update={"metrics": kept, "p_values": "deciding"})
    performance = config.analyses.model_performance
    if performance is not None:
        changed["model_performance"] = performance.model_copy(update={"estimates": None})
    system, columns = config.analyses.system_performance, config.columns
    if system is not None and not (system.thresholds or system.expected_rows):
        # By themselves only latencies and errors decide.
        is_idle = columns.latency is None and columns.error is None
        changed |= {"system_performance": None} if is_idle else {}
    return config.analyses.model_copy(update=changed)


def _values(
    config: Config, context: Context, *, is_part: bool = True
) -> dict[BlockKey, tuple[float, float]]:
    """What decides of one block and its variance, by what it is known by in windows."""
    rest = context.reference.rows - context.production.rows
    # Where the block is a part of the reference it is farther away from all others.
    scale = context.reference.rows / rest if is_part and rest > 0 else 1.0
    return {
        key_of(one): (one.value * (scale if _is_from_reference(one) else 1.0), _variance(one))
        for one in _found(config, context)
        if one.value is not None and np.isfinite(one.value)
    }


def _variance(one: Finding) -> float:
    """Of a value by chance among rows, as its interval tells; 0 where it has none."""
    if one.value is None or one.interval is None or not np.isfinite(one.interval[1]):
        return 0.0
    return ((one.interval[1] - one.value) / Z) ** 2


def _found(config: Config, context: Context) -> Iterator[Finding]:
    gates = config.segments is not None and config.segments.gate
    for one in (context, *(segments(context) if gates else ())):
        for analysis in (*configured(config), *formulas.configured(config)):
            found = () if analysis.analyse is None else analysis.analyse(one).findings
            for finding in found:
                evidence = finding.evidence
                is_tested = finding.gating and finding.doubt is None and not evidence.is_fact
                if is_tested and evidence.q_value is None:
                    yield dataclasses.replace(finding, segment=one.segment or finding.segment)


def _is_from_reference(one: Finding) -> bool:
    """Whether the value is a distance from the reference."""
    return one.aspect != "value" or not one.is_signed


def _noise(
    windows: Windows,
    blocks: Sequence[Context],
    values: Sequence[dict[BlockKey, tuple[float, float]]],
) -> BlockNoise:
    keys = tuple(dict.fromkeys(key for one in values for key in one))
    starts = [one.window if one.bounds[0] is None else one.bounds[0] for one in blocks]
    return BlockNoise(
        length_of(windows) or "",
        windows.timezone,
        np.array(starts, dtype=np.int64),
        keys,
        *_table(keys, values or [{}] * len(blocks)),
    )


def _table(
    keys: Sequence[BlockKey], values: Sequence[dict[BlockKey, tuple[float, float]]]
) -> tuple[FloatArray, FloatArray]:
    """(F, B) the values of blocks by key, and (F,) their mean variance."""
    none = np.nan, np.nan
    rows = [[one.get(key, none) for one in values] for key in keys]
    known = np.array(rows, dtype=np.float64).reshape(len(keys), len(values), 2)
    variances = (one[~np.isnan(one)] for one in known[:, :, 1])
    means = [float(one.mean()) if len(one) else 0.0 for one in variances]
    # In one piece, as when it is read back: sums are the same to the last digit.
    return np.ascontiguousarray(known[:, :, 0]), np.array(means)

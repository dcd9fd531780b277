"""What happened to metrics of the model and of operations, in a few words each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.results import Result, ResultKind, Status

WORSE_SEGMENT = "worse_segment"
_CHANGES = ("_drop", "_rise", "_increase")
_SHARES = frozenset({"completeness", "error_rate", "label_coverage"})
_SECONDS = frozenset({"freshness", "longest_gap"})


def phrases(failing: Iterable[Result], results: Sequence[Result]) -> list[str]:
    """What happened to each metric, where it was worst; the model as a whole before its classes."""
    worst: dict[str, Result] = {}
    for result in failing:
        name = base_name(result.name)
        worst[name] = max(worst.get(name, result), result, key=lambda r: abs(r.value or 0.0))
    return [phrase(worst[name], results) for name in sorted(worst, key=lambda name: ":" in name)]


def phrase(result: Result, results: Sequence[Result]) -> str:
    """What happened to one metric; a drop is told by the values, which another result has."""
    if result.name == WORSE_SEGMENT:
        what = (result.reason or "").removeprefix(f"{result.segment}: ").partition(",")[0]
        return f"{result.segment} got worse" + (f" ({what})" if what else "")
    before, after = values(result, results)
    name = _words(result)
    if base_name(result.name) == "completeness":
        return f"{after} of the expected rows arrived"
    if base_name(result.name) == result.name:
        reached = result.potential if result.status is Status.POTENTIAL_DETECTION else None
        limit = result.detected if reached is None else reached
        return f"{name} {after}" + ("" if limit is None else f" (limit {_number(result, limit)})")
    if before is None:
        return f"{name} {after}"
    if result.kind is ResultKind.SYSTEM_PERFORMANCE:
        return f"{name} {before} → {after}"
    base = _metric_of(result, results)
    has_fallen = (base.value or 0.0) < (base.reference_value or 0.0)
    return f"{name} {'fell' if has_fallen else 'rose'} {before} → {after}"


def values(result: Result, results: Sequence[Result]) -> tuple[str | None, str]:
    """The metric in the reference, if it was measured there, and in production."""
    base = _metric_of(result, results)
    if base.value is None:
        return None, "unknown"
    before = base.reference_value
    return None if before is None else _number(base, before), _number(base, base.value)


def _metric_of(result: Result, results: Sequence[Result]) -> Result:
    """The result with the metric itself, where only its change was judged."""
    name, where = base_name(result.name), (result.kind, result.window, result.segment)
    own = (r for r in results if r.name == name and (r.kind, r.window, r.segment) == where)
    return next(own, result)


def base_name(name: str) -> str:
    """The metric that a result is about, itself or its change."""
    for end in _CHANGES:
        name = name.removesuffix(end)
    return name


def _words(result: Result) -> str:
    """Performance metrics keep their names, by which they are configured; operations have words."""
    name, _, label = base_name(result.name).partition(":")
    if result.kind is ResultKind.MODEL_PERFORMANCE and (is_metric(result) or label):
        return f"{name} of {label}" if label else name
    return name.replace("_", " ")


def _number(result: Result, value: float) -> str:
    name = base_name(result.name)
    if name in _SHARES:
        return f"{value * 100:.3g}%"
    is_whole = abs(value) >= 1000 or float(value).is_integer()
    return (f"{value:,.0f}" if is_whole else f"{value:.3g}") + (" s" if name in _SECONDS else "")


def is_metric(result: Result) -> bool:
    """Whether a result is about a metric of the model, and not about labels or predictions."""
    is_change = result.name.endswith(_CHANGES)
    return is_change or result.interval is not None or result.reference_value is not None

"""What options mean: the configuration keys that they stand for, and messages in their words."""

from __future__ import annotations

import re
from typing import Any

from mmon.errors import ConfigError

# How messages name the keys of a configuration that was made from options.
_FLAGS = (
    (r"windows\.(?P<name>every|rows|timezone)", r"--\g<name>"),
    (r"windows", "--every and --rows"),
    (r"alpha", "--alpha"),
    (r"analyses\.data_drift\.metrics\[\d+\]", "--metric"),
    (r"analyses\.\w+\.thresholds\.(?P<name>[^.:]+)(\.\w+)?", r"--threshold \g<name>"),
    (r"(reference|production)\.(?P<name>separator)", r"--\g<name>"),
    (
        r"columns\.(?P<name>timestamp|id|ignore|categorical|target|prediction|score)(\[\d+\])?",
        r"--\g<name>",
    ),
    (r"(?P<name>task|labels)(\.\w+)?", r"--\g<name>"),
    (r"segments(\.\w+)?(\[\d+\])?", "--segment"),
    (r"columns\.features(\[\d+\])?", "--column"),
    (r"columns", "--column and --ignore"),
)
_HINT = " " * 6
_LEVELS = ("potential", "detected")
_THRESHOLD = re.compile(r"(?P<name>[^=]+)=((?P<potential>[^/]+)/)?(?P<detected>[^/]+)")


def given(**options: Any) -> dict[str, Any]:  # the names become configuration keys
    """The options that were given."""
    return {name: value for name, value in options.items() if value not in (None, [], {})}


def thresholds(texts: list[str]) -> dict[str, dict[str, Any]]:
    """``ks=0.1/0.2`` options as the ``thresholds`` sections of the analyses, by analysis.

    Raises
    ------
    ConfigError
        When one is not NAME=NUMBER or NAME=NUMBER/NUMBER.
    """
    sections: dict[str, dict[str, Any]] = {"data_drift": {}}
    for text in texts:
        match = _THRESHOLD.fullmatch(text)
        try:
            found = match.groupdict() if match else {}
            levels = {key: float(found[key]) for key in _LEVELS if found.get(key)}
        except ValueError:
            levels = {}
        if match is None or not levels:
            raise ConfigError(
                f"--threshold {text!r} is not a name, = and one or two numbers",
                hint="write it as ks=0.2 or ks=0.1/0.2",
            )
        name = match["name"]
        section, told = _section_of(name, levels)
        sections.setdefault(section, {})[name] = told
    return sections


def _section_of(name: str, levels: dict[str, float]) -> tuple[str, dict[str, Any]]:
    """The analysis that a threshold is for, and how it is written there."""
    from mmon import performance
    from mmon.analyses.data_quality import CHECKS

    if name in CHECKS:
        return "data_quality", levels
    if performance.of_name(name) is not None:
        return "model_performance", {"max_drop": levels}
    return "data_drift", levels


def in_options(error: ConfigError) -> ConfigError:
    """An error about a configuration that was made from options, in the words of the options."""
    first, *lines = map(_translated, error.message.split("\n"))
    if not lines:
        return ConfigError(first, hint=error.hint)
    # One option may stand for a key of both datasets.
    told = list(dict.fromkeys(lines))
    problems = [line.strip() for line in told if not line.startswith(_HINT)]
    if len(problems) > 1:
        return ConfigError("\n".join([first, *told]), hint=error.hint)
    hints = [line.strip() for line in told if line.startswith(_HINT)]
    return ConfigError(problems[0], hint="; ".join(hints) or error.hint)


def _translated(line: str) -> str:
    for key, flag in _FLAGS:
        found, count = re.subn(rf"^(?P<indent>\s*){key}:", rf"\g<indent>{flag}:", line)
        if count:
            return found
    return line

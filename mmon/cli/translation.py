"""What options mean: the configuration keys that they stand for, and messages in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from mmon.errors import ConfigError
from mmon.results.quantity import Limit

# Messages begin with the key that they are about.
_KEY = re.compile(r"^(?P<indent>\s*)(?P<key>[\w.]+)(\[\d+\])?(?=:)")
_LEVELS_OF = re.compile(
    r"^(?P<indent>\s*)(analyses\.\w+\.thresholds\.(?P<name>[^.:]+)(\.\w+)*|by_column\.(?P<of>.+?))(?=:)"
)
# Where keys of one section contradict each other.
_SECTIONS = {"windows": "--every and --rows", "columns": "--column and --ignore"}
_HINT = " " * 6
_LEVELS = ("potential", "detected")
_LIMITS = "|".join(get_args(Limit))
_THRESHOLD = re.compile(
    rf"(?P<name>[^=]+?)(\.(?P<limit>{_LIMITS}))?=((?P<potential>[^/]+)/)?(?P<detected>[^/]+)"
)


def thresholds(texts: Sequence[str]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """``ks=0.1/0.2`` options as the paths of keys and their values; else `ConfigError`.

    ``income.ks=0.3`` is of one column, whose name may have dots, too.
    """
    from mmon.config_file.names import column_levels
    from mmon.config_file.settable import in_lower_case, levels_of

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
                hint="write it as ks=0.2 or ks=0.1/0.2, and a limit as recall.min=0.7",
            )
        column, _, name = match["name"].rpartition(".")
        own = in_lower_case(name)
        # The name of a class may have dots: recall:1.0.
        if column and match["limit"] is None and (own in column_levels() or ":" not in column):
            yield ("by_column", column, own), levels
        else:
            yield levels_of(match["name"], levels, match["limit"])


def in_options(error: ConfigError) -> ConfigError:
    """An error about a configuration that was made from options, in the words of the options."""
    # One option may stand for a key of both datasets.
    first, *lines = dict.fromkeys(map(_translated, error.message.split("\n")))
    problems = [line.strip() for line in lines if not line.startswith(_HINT)]
    if len(problems) != 1:
        return ConfigError("\n".join([first, *lines]), hint=error.hint)
    hints = [line.strip() for line in lines if line.startswith(_HINT)]
    return ConfigError(problems[0], hint="; ".join(hints) or error.hint)


def _translated(line: str) -> str:
    return _KEY.sub(_flag, _LEVELS_OF.sub(_threshold, line))


def _threshold(match: re.Match[str]) -> str:
    return f"{match['indent']}--threshold {match['name'] or match['of']}"


def _flag(match: re.Match[str]) -> str:
    from mmon.config.keys import options

    flags = {".".join(key.path): option.name for option, keys in options().items() for key in keys}
    # What is wrong inside a section that an option sets as a whole is wrong with the option.
    found = (flags[one] for one in flags if f"{match['key']}.".startswith(f"{one}."))
    return match["indent"] + (_SECTIONS.get(match["key"]) or next(found, match[0].strip()))

"""The ``--help`` pages: options in named groups, every name in one style, nothing cut off."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from mmon.config.option import Panel


class GroupedCommand(typer.core.TyperCommand):
    """A command whose help lists its options under their ``rich_help_panel``, without Rich."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        # What is required has no brackets, as in manual pages.
        pieces = super().collect_usage_pieces(ctx)
        return [one[1:-1] if one.startswith("{") and one.endswith("}") else one for one in pieces]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            name, text = record
            if isinstance(parameter, typer.core.TyperArgument):
                group = "Arguments"
                name, text = name.split(" ")[0], text.removesuffix("[required]").rstrip()
            else:
                group = getattr(parameter, "rich_help_panel", None) or "Options"
            groups.setdefault(group, []).append((name, text))
        # One indent for all groups, and what every command has (--help) last.
        width = max(len(name) for records in groups.values() for name, _ in records)
        for group in sorted(groups, key=["Arguments", *Panel, "Options"].index):
            with formatter.section(group):
                formatter.write_dl([(name.ljust(width), text) for name, text in groups[group]])


def short_for(first: str, usage: str) -> type[typer.core.TyperGroup]:
    """A group of commands of which one need not be named; ``usage`` is what its help begins with.

    ``mmon baseline DATA -o FILE`` is short for ``mmon baseline make DATA -o FILE``.
    """

    class Group(typer.core.TyperGroup):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            if args and args[0] not in {*self.commands, "-h", "--help"}:
                args = [first, *args]
            return super().parse_args(ctx, args)

        def collect_usage_pieces(self, ctx: Any) -> list[str]:
            return [usage]

    return Group

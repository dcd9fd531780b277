"""The options of the command line that set keys of the configuration, made from their fields."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import typer.main

from mmon.cli import completion
from mmon.cli.command_help import GroupedCommand
from mmon.config.option import Panel

if TYPE_CHECKING:
    from mmon.config.option import Option

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        rich_help_panel=Panel.COMPARED,
        help="Set any key, with dots between sections, to a value as in YAML: "
        "windows.every=1d, 'segments=[region]'. May be repeated.",
    ),
]


def setting(*sections: str) -> type[GroupedCommand]:
    """A command that has the options of some keys, or of those in some sections; all, if none.

    What they set is its ``ctx.obj``: a part of a configuration, as YAML would give it. They are
    made when the command itself is asked for: ``mmon --help`` must not import the configuration.
    """

    class Setting(GroupedCommand):
        def get_params(self, ctx: Any) -> list[Any]:
            return [*_parameters(*sections), *super().get_params(ctx)]

        def invoke(self, ctx: Any) -> Any:
            from mmon.config.keys import options
            from mmon.config_file.settable import in_lower_case, put

            ctx.obj = {}
            for option, keys in options(*sections).items():
                value = ctx.params.pop(_identifier(option))
                if isinstance(value, tuple | list):
                    value = list(map(in_lower_case, value) if option.is_metric else value) or None
                for key in keys if value is not None else ():
                    put(ctx.obj, key.path, value if option.metavar else option.sets)
            return super().invoke(ctx)

    return Setting


def help_of(option: Option) -> str:
    """The first sentence of the text of what it sets."""
    from mmon.config.keys import options

    sentence = re.split(r"(?<=\.)\s", options()[option][0].text, maxsplit=1)[0]
    return f"{sentence} May be repeated." if option.is_list else sentence


@functools.cache
def _parameters(*sections: str) -> list[Any]:
    """The options as Typer makes them of the signature of a function."""
    from mmon.config.keys import options

    def command(**_values: Any) -> None: ...

    made = []
    for option in options(*sections):
        field, text = options()[option][0].field, help_of(option)
        # Where there is a file, what it says is the default.
        if not sections and option.metavar and isinstance(field.default, str | float):
            text += f"  [default: {field.default}]"
        about = typer.Option(
            *option.flags.split(),
            metavar=option.metavar,
            rich_help_panel=option.panel,
            help=text,
            autocompletion=completion.of_metrics if option.is_metric else None,
        )
        kind, way = _kind(option, field.annotation), inspect.Parameter.KEYWORD_ONLY
        made.append(
            inspect.Parameter(
                _identifier(option), way, default=None, annotation=Annotated[kind, about]
            )
        )
    command.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]  # functions may have one
    app = typer.Typer(add_completion=False)
    app.command()(command)
    return list(typer.main.get_command(app).params)


def _identifier(option: Option) -> str:
    return option.name.lstrip("-").replace("-", "_")


def _kind(option: Option, annotation: Any) -> Any:
    """What it takes, to Typer: nothing, texts, a number, one of some words, or a text.

    What may be one of several things is a text.
    """
    if option.is_list or not option.metavar:
        return list[str] if option.is_list else bool
    while typing.get_origin(annotation) in (Annotated, typing.Union, types.UnionType):
        first, *others = typing.get_args(annotation)
        is_union = typing.get_origin(annotation) is not Annotated
        annotation = str if is_union and {*others} - {types.NoneType} else first
    is_known = annotation in (int, float) or typing.get_origin(annotation) is Literal
    return annotation if is_known else str

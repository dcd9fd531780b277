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

from mmon.cli.command_help import GroupedCommand

if TYPE_CHECKING:
    from mmon.config.keys import Key
    from mmon.config.option import Option

KeyPath = tuple[str, ...]


def setting(*sections: str) -> type[GroupedCommand]:
    """A command that has the options of some keys, or of those in some sections; all, if none.

    What they set is its ``ctx.obj``: a part of a configuration, as YAML would give it. They are
    made when the command itself is asked for: ``mmon --help`` must not import the configuration.
    """

    class Setting(GroupedCommand):
        def get_params(self, ctx: Any) -> list[Any]:
            return [*_parameters(sections), *super().get_params(ctx)]

        def invoke(self, ctx: Any) -> Any:
            ctx.obj = {}
            for option, keys in _chosen(sections).items():
                value = ctx.params.pop(_identifier(option))
                if isinstance(value, tuple):
                    value = list(value) or None
                for path in keys if value is not None else ():
                    put(ctx.obj, path, value if option.metavar else option.sets)
            return super().invoke(ctx)

    return Setting


def put(body: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Set a key in nested sections, which are made where there are none."""
    *sections, key = path
    for section in sections:
        body = body.setdefault(section, {})
    body[key] = value


@functools.cache
def options() -> dict[Option, dict[KeyPath, Key]]:
    """Every option, and the keys that it sets, which all have one text."""
    from mmon.config.keys import walk
    from mmon.config.option import Option
    from mmon.config.sections import Config

    found: dict[Option, dict[KeyPath, Key]] = {}
    taken: set[KeyPath] = set()
    for path, key in walk(Config):
        # What an option sets as a whole has no options of its own.
        for option in () if len(path) > 1 and path[:1] in taken else key.field.metadata:
            if isinstance(option, Option):
                found.setdefault(option, {})[path] = key
                taken.add(path)
    return found


def help_of(option: Option) -> str:
    """The first sentence of the text of what it sets."""
    (key, *_) = options()[option].values()
    sentence = re.split(r"(?<=\.)\s", key.text, maxsplit=1)[0]
    return f"{sentence} May be repeated." if option.is_list else sentence


@functools.cache
def _chosen(sections: KeyPath) -> dict[Option, dict[KeyPath, Key]]:
    def is_chosen(path: KeyPath) -> bool:
        text = ".".join(path) + "."
        return not sections or any(text.startswith(f"{section}.") for section in sections)

    return {option: keys for option, keys in options().items() if any(map(is_chosen, keys))}


@functools.cache
def _parameters(sections: KeyPath) -> list[Any]:
    """The options as Typer makes them of the signature of a function."""

    def command(**_values: Any) -> None: ...

    made = [_parameter(option, is_whole=not sections) for option in _chosen(sections)]
    command.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]  # functions may have one
    app = typer.Typer(add_completion=False)
    app.command()(command)
    return list(typer.main.get_command(app).params)


def _parameter(option: Option, *, is_whole: bool) -> inspect.Parameter:
    (key, *_) = options()[option].values()
    usual, text = key.field.default, help_of(option)
    # Where there is a file, what it says is the default.
    if is_whole and option.metavar and isinstance(usual, str | float):
        text += f"  [default: {usual}]"
    about = typer.Option(
        *option.flags.split(),
        metavar=option.metavar,
        rich_help_panel=option.panel,
        help=text,
    )
    kind = _kind(option, key.field.annotation)
    place = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(
        _identifier(option), place, default=None, annotation=Annotated[kind, about]
    )


def _identifier(option: Option) -> str:
    return option.name.lstrip("-").replace("-", "_")


def _kind(option: Option, annotation: Any) -> Any:
    """What it takes, to Typer: nothing, texts, a number, one of some words, or a text."""
    if option.is_list or not option.metavar:
        return list[str] if option.is_list else bool
    while typing.get_origin(annotation) in (Annotated, typing.Union, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    is_known = annotation in (int, float) or typing.get_origin(annotation) is Literal
    return annotation if is_known else str

"""The command that sends a test message; heavy imports stay inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mmon.cli import about, console
from mmon.errors import ConfigError, ExitStatus, closest

if TYPE_CHECKING:
    from mmon.results import Delivery


def notify(
    config_path: about.ConfigFile,
    *,
    test: Annotated[
        bool, typer.Option("--test", help="Send each a message that is marked as a test.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only this one. May be repeated."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")
    ] = False,
) -> int:
    """Send a test message to every notification of a configuration."""
    from mmon.config_file import load
    from mmon.delivery.sending import deliver
    from mmon.delivery.trial import trial

    if not test:
        hint = "mmon notify --test sends a test message; `mmon run` sends what is found"
        raise ConfigError("mmon notify needs --test", hint=hint)
    config = load(config_path)
    known = [one.name for one in config.notifications]
    if not known:
        raise ConfigError(f"{config_path} has no notifications", hint="mmon explain notifications")
    for name in only or ():
        if name not in known:
            raise ConfigError(f"no notification is called {name!r}", hint=closest(name, known))
    message, is_bad = trial(config.project, config.endpoint), False
    for one in config.notifications:
        if only and one.name not in only:
            continue
        # What decides when it is used is not what is tried here.
        row = deliver(one.model_copy(update={"condition": None}), message, is_dry=dry_run)
        console.say(f"{row.name}: {row.outcome}\n\n{row.detail}\n" if dry_run else _line(row))
        is_bad = is_bad or row.outcome == "failed"
    return ExitStatus.FAILURE if is_bad else ExitStatus.PASS


def _line(row: Delivery) -> str:
    kind = f" ({row.kind})" if row.kind != row.name else ""
    attempts = f" after {row.attempts} attempts" if row.attempts > 1 else ""
    return f"{row.name}{kind}: {row.outcome}{attempts}: {row.detail}"

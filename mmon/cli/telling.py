"""How the command line tells of deliveries: failures on stderr, and what a dry run would send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mmon.cli import console
from mmon.config.option import Panel
from mmon.errors import ConfigError, DeliveryError
from mmon.files import witness

if TYPE_CHECKING:
    from mmon.monitoring import Telling
    from mmon.results import Delivery, Document

NoDeliver = Annotated[
    bool,
    typer.Option(
        "--no-deliver",
        rich_help_panel=Panel.OUTPUT,
        help="Tell nobody and start nothing: no alerts, notifications and actions.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        rich_help_panel=Panel.OUTPUT,
        help="Print what would be sent, and send nothing: the next run tells it.",
    ),
]


def telling(*, no_deliver: bool, dry_run: bool) -> Telling:
    """How a run tells of what it finds, by its options."""
    from mmon.monitoring import Telling

    if no_deliver and dry_run:
        raise ConfigError("--dry-run shows what is sent, and --no-deliver leaves that out")
    how = "off" if no_deliver else "dry" if dry_run else "deliver"
    return Telling(how, _decided, _ended)  # type: ignore[arg-type]  # it is one of three words


def has_failed(document: Document) -> bool:
    """Whether anything could not be delivered."""
    return any(one.outcome == "failed" for one in document.deliveries)


def end(told: Telling | None, document: Document) -> None:
    """A dry run that would send nothing says so."""
    if told is not None and told.is_dry and not document.deliveries:
        console.tell("mmon: nothing would be sent")


def _decided(document: Document) -> None:
    """A breach is one, whatever happens to this process while it tells of it."""
    from mmon.results import Verdict

    if document.verdict is Verdict.BREACH:
        witness.find_breach()


def _ended(delivery: Delivery) -> None:
    about = delivery.reason if delivery.alert is None else f"{delivery.reason} {delivery.alert}"
    what = f"{delivery.what} {delivery.name} ({about})"
    if delivery.outcome == "failed":
        console.tell_error(DeliveryError(f"the {what} could not be delivered: {delivery.detail}"))
    elif delivery.outcome == "planned":
        console.tell(f"mmon: would be sent by the {what}:\n{delivery.detail}\n")

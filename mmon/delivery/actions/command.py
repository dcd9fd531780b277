"""A program on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import Field

from mmon.config.destination import Action
from mmon.config.fields import Integer, Text, Timeout
from mmon.delivery.carrier import Carrier, TemporaryError
from mmon.delivery.message import Message, shortened
from mmon.delivery.payload import variables
from mmon.errors import DeliveryError
from mmon.texts.redaction import masked, without_secrets

_MOST_TOLD = 2000
_MOST_READ = 4 * _MOST_TOLD  # bytes: the end of what it prints


class Command(Action):
    """A program, started without a shell, with the result document at hand.

    It finds the path of the document (JSON) in the environment variable MMON_DOCUMENT and the
    document itself on standard input; MMON_PROJECT, MMON_ENDPOINT, MMON_REASON, MMON_VERDICT,
    MMON_TEXT, MMON_LINK, MMON_KEY, MMON_ALERT, MMON_WINDOW_START, MMON_WINDOW_END and MMON_RESULTS
    (the five worst, JSON) tell the rest. Where the run failed before a verdict, the document is
    ``null``. What it prints last stands in the reports; an exit status other than 0 is a failure.

    Example
    -------
    actions:
      - kind: command
        argv: [make, retrain]
        folder: /srv/model
        timeout: 1h
    """

    kind: Literal["command"]
    argv: Annotated[tuple[Text, ...], Field(min_length=1, examples=[["make", "retrain"]])]
    """The program and its arguments; no shell reads them."""
    folder: Path | None = Field(default=None, examples=["/srv/model"])
    """Where it runs; null is where mmon does."""
    timeout: Timeout = "10m"
    """How long it may take; then it is ended, with all that it started."""
    retries: Annotated[Integer, Field(ge=0, le=10)] = 0
    """How often it is started again where it ends with a status other than 0."""


Settings = Command


def send(settings: Command, message: Message, carrier: Carrier) -> str:
    """Run the program to its end."""
    shown = masked(f"{json.dumps(settings.argv)} in {settings.folder or Path.cwd()}")
    said = carrier.attempt(shown, lambda: _run(settings, message))
    return f"ended with 0: {said}" if said else "ended with 0"


def _run(settings: Command, message: Message) -> str:
    """The end of what it printed."""
    clear = None if message.document is None else without_secrets(message.document).to_dict()
    with tempfile.TemporaryDirectory(prefix="mmon-") as folder:
        path = Path(folder, "document.json")
        path.write_text(json.dumps(clear, ensure_ascii=False), encoding="utf-8")
        environment = os.environ | variables(message) | {"MMON_DOCUMENT": str(path)}
        with path.open("rb") as document:
            try:
                process = subprocess.Popen(  # noqa: S603 - it is what the configuration asks for
                    settings.argv,
                    stdin=document,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    cwd=settings.folder,
                    env=environment,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                why = (getattr(error, "strerror", None) or str(error)).lower()
                raise DeliveryError(f"{settings.argv[0]} cannot be started: {why}") from None
        return _ended(process, settings)


def _ended(process: subprocess.Popen[bytes], settings: Command) -> str:
    said = bytearray()
    reader = threading.Thread(target=_read, args=(process.stdout, said), daemon=True)
    reader.start()
    try:
        status = process.wait(settings.timeout_s)
    except subprocess.TimeoutExpired:
        words = f"{settings.argv[0]} did not end within {settings.timeout}, and was ended"
        raise DeliveryError(_with_output(words, said)) from None
    finally:
        # Also on an interrupt, and also what it left running, which would keep its output open.
        _end(process)
        reader.join(1.0)
        if process.stdout is not None:
            process.stdout.close()
    if status != 0:
        raise TemporaryError(_with_output(f"{settings.argv[0]} ended with {status}", said))
    return _output(said)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(stream: IO[bytes] | None, said: bytearray) -> None:
    # Closed where something it started lives on, and still holds its output.
    with contextlib.suppress(OSError, ValueError):
        while stream is not None and (part := os.read(stream.fileno(), 4096)):
            said += part
            del said[:-_MOST_READ]


def _output(said: bytearray) -> str:
    text = masked(said.decode("utf-8", "replace")).strip()
    return text if len(text) <= _MOST_TOLD else f"…{text[1 - _MOST_TOLD :]}"


def _with_output(words: str, said: bytearray) -> str:
    told = shortened(_output(said), _MOST_TOLD)
    return f"{words}: {told}" if told else words

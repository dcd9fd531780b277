"""What a channel or an action sends with: attempts, pauses, and a record of what was asked for."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from typing import TypeVar

from mmon.delivery.http import Answer, Request, exchange
from mmon.errors import DeliveryError

T = TypeVar("T")

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0


class TemporaryError(Exception):
    """A failure that the next attempt may not have; its text says what failed."""


@dataclasses.dataclass(slots=True)
class Carrier:
    """Carries what one delivery consists of, or only writes it down.

    Attributes
    ----------
    key : str
        The idempotency key.
    is_dry : bool
        Whether everything is written down and nothing is sent.
    attempts : int
        How often it was tried so far.
    asked : list of str
        What was asked for, in full and without secrets.
    """

    key: str
    timeout_s: float
    retries: int
    is_dry: bool = False
    attempts: int = 0
    asked: list[str] = dataclasses.field(default_factory=list)

    def request(self, request: Request) -> Answer:
        """What a server answers; in a dry run, nothing in an object.

        Raises
        ------
        DeliveryError
            When it cannot be reached, does not answer, or refuses.
        """
        keyed = request.with_key(self.key)
        self.asked.append(keyed.shown())
        if self.is_dry:
            return Answer(200, "{}")
        tries: list[object] = []
        try:
            return exchange(keyed, timeout_s=self.timeout_s, retries=self.retries, tries=tries)
        finally:
            self.attempts += len(tries)

    def attempt(self, shown: str, step: Callable[[], T]) -> T | None:
        """What a step gives that is no request; it is tried again after a `TemporaryError`.

        None in a dry run.
        """
        self.asked.append(shown)
        if self.is_dry:
            return None
        for pause in range(self.retries + 1):
            self.attempts += 1
            try:
                return step()
            except TemporaryError as error:
                if pause == self.retries:
                    raise DeliveryError(str(error)) from error
                # So that many that failed together do not come back together.
                longest = min(_FIRST_PAUSE_S * 2**pause, _LONGEST_PAUSE_S)
                time.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        raise AssertionError("the last attempt returns or raises")

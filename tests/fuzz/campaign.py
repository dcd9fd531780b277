"""Tries mutant after mutant, and says which of them did not end as mmon promises."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.fuzz.server import Server
from tests.fuzz.subjects import SUBJECTS, Subject, write

_FORBIDDEN = re.compile(r"Traceback|internal error|panicked|RUST_BACKTRACE|thread '")
_DECIDED = (0, 1, 4)


@dataclasses.dataclass(frozen=True)
class Finding:
    """A mutant that ended badly: its kind and number give it again."""

    kind: str
    number: int
    seed: int
    trouble: str

    def __str__(self) -> str:
        where = f"python -m tests.fuzz --only {self.kind} --seed {self.seed} --number {self.number}"
        return f"{self.trouble}\n    {where}"


class Campaign:
    """Mutants of every kind in one folder.

    Parameters
    ----------
    folder : Path
        An empty one.
    seed : int
        The same gives the same mutants.
    """

    def __init__(self, folder: Path, server: Server, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self._server = server
        write(folder, server)
        self._sound = {path.name: path.read_bytes() for path in folder.iterdir()}

    def findings(
        self, subject: Subject, count: int, seconds: float = float("inf")
    ) -> Iterator[Finding]:
        """What ends badly among the first mutants of a kind, as far as the time goes."""
        end = time.monotonic() + seconds
        for number in range(count):
            if time.monotonic() > end:
                return
            trouble = self.trouble(subject, number)
            if trouble is not None:
                yield Finding(subject.name, number, self.seed, trouble)

    def mutant(self, subject: Subject, number: int) -> bytes:
        """One mutant, whatever came before it."""
        rng = np.random.default_rng((self.seed, SUBJECTS.index(subject), number))
        sound = self._sound[subject.seeds[int(rng.integers(len(subject.seeds)))]]
        return subject.mutators[int(rng.integers(len(subject.mutators)))](sound, rng)

    def trouble(self, subject: Subject, number: int) -> str | None:
        """What is wrong with how one mutant ended; None when nothing is."""
        data = self.mutant(subject, number)
        name = f"mutant{subject.suffix}"
        (self.folder / name).write_bytes(data)
        words = [word.format(subject.suffix) for word in subject.words]
        status, said = self._server.run(*words)
        for other, content in self._sound.items():
            # A configuration may have named one as its output.
            if (self.folder / other).read_bytes() != content:
                (self.folder / other).write_bytes(content)
        if status < 0 and not (subject.may_abort and status in (-6, -7, -11)):
            return f"ended by signal {-status}"
        if status > max(_DECIDED):
            return f"exit {status}"
        if _FORBIDDEN.search(said):
            return f"exit {status}: {said.strip()[:300]}"
        if status == 3 and not said.strip():
            return "exit 3 without a word"
        if "--json" in words and status in _DECIDED:
            document = json.loads((self.folder / "found.json").read_text())
            return _misjudged(document, status) or self._lost(subject, data, name, document)
        return None

    def _lost(
        self, subject: Subject, data: bytes, name: str, document: dict[str, Any]
    ) -> str | None:
        rows = None if subject.rows is None else subject.rows(self._server, data, name)
        found = document["production"]["rows"]
        if rows is not None and found < rows:
            return f"exit {document['exit_status']}: {found} rows were read of {rows}"
        return None


def _misjudged(document: dict[str, Any], status: int) -> str | None:
    """Why a document does not bear out its exit status."""
    if document["exit_status"] != status:
        return f"exit {status}, and {document['exit_status']} in the document"
    levels = ("detected", "potential_detection")
    judged = [r for r in document["results"] if r["gating"] and r["status"] in levels]
    if status == 1 and not (judged and document["verdict"] == "breach"):
        return "a breach of nothing that was judged"
    return None

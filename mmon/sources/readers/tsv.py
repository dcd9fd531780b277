"""Values between tabs."""

from __future__ import annotations

from mmon.sources.readers.csv import Csv


class Tsv(Csv):
    TITLE = "TSV"
    SUFFIXES = (".tsv", ".tab")
    SEPARATOR = "\t"

    def resembles(self, head: bytes) -> bool:
        first = head.split(b"\n", 1)[0]
        return b"\t" in first and b"," not in first and not head.startswith(b"{")

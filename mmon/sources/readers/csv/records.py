"""Splits CSV into records the careful way: record by record, with the number of each one's line."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Iterable, Iterator

# A quoted field that is longer than this, in lines that have other faults, was never closed.
_LONGEST_FIELD_BYTES = 1 << 20
_PAIR = re.compile(rb"\\.", re.DOTALL)
_ESCAPED = re.compile(rb'\\["\\]|""')


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    line: int
    """Number of its first line, from 1."""
    raw: bytes
    """As written, without the line end."""
    fields: list[bytes] | None
    """What it says, field by field; None where its quotation marks make no sense."""
    quoted: list[bool]
    """Which of them stand between quotation marks."""
    is_strict: bool = True
    """Whether ``raw`` says so to every reader."""

    @property
    def width(self) -> int:
        return len(self.fields or ())


class Dialect:
    """How one file writes its records: with one ASCII character between fields.

    A quotation mark inside a quoted field is doubled; it has a backslash where the file has
    escapes, and is written as it is, in any field, in loose ones.
    """

    def __init__(
        self, separator: str, *, has_escapes: bool = False, is_loose: bool = False
    ) -> None:
        self.separator = separator.encode()
        self._has_escapes = has_escapes
        self._is_loose = is_loose
        end = rb"(?=%b|\Z)" % re.escape(self.separator)
        other = re.escape(self.separator)
        inside = rb'(?:[^"\\]++|\\.|"")*+' if has_escapes else rb'[^"]*+(?:""[^"]*+)*+'
        plain = rb'(?:[^"\\%b]++|\\.)*+' if has_escapes else rb'[^"%b]*+'
        self._strict = re.compile(
            rb'"(%b)"%b|(%b)%b' % (inside, end, plain % other, end), re.DOTALL
        )
        self._open = re.compile(rb'"%b\\?\Z' % inside, re.DOTALL)
        self._loose = re.compile(
            rb'[ \t]*"(.*?)"[ \t]*%b|((?:[^"%b][^%b]*+)?)%b' % (end, other, other, end), re.DOTALL
        )

    def records(self, lines: Iterable[bytes], columns: int | None = None) -> Iterator[Record]:
        """The records of lines, each with its end.

        Where ``columns``, the fields of a record, is known, it decides between two ways to read it.
        """
        waiting = deque[bytes]()
        source = iter(lines)
        number = 0
        while first := (waiting.popleft() if waiting else next(source, b"")):
            number += 1
            record, taken = self._record(first, number, waiting, source)
            is_wrong = record.fields is None or (columns and record.width != columns)
            if self._is_loose and is_wrong and b'"' in first:
                again = self._parsed(first.rstrip(b"\r\n"), number, self._loose)
                if again.fields and (record.fields is None or again.width == columns):
                    record, taken = again, 0
            if record.fields is None:
                taken = 0
            for _ in range(taken):
                waiting.popleft()
            number += taken
            yield record

    def written(self, record: Record) -> bytes:
        """A record as every reader understands it."""
        fields = zip(record.fields or [], record.quoted, strict=True)
        return self.separator.join(self._field(text, is_quoted) for text, is_quoted in fields)

    def _field(self, text: bytes, is_quoted: bool) -> bytes:
        if is_quoted or any(mark in text for mark in (b'"', b"\n", b"\r", self.separator)):
            return b'"%b"' % text.replace(b'"', b'""')
        return text

    def _record(
        self, first: bytes, number: int, waiting: deque[bytes], source: Iterator[bytes]
    ) -> tuple[Record, int]:
        """The strict reading of a record, and how many of the waiting lines it takes."""
        text, taken = first, 0
        while True:
            record = self._parsed(text.rstrip(b"\r\n"), number, self._strict)
            if record.fields is not None or not self._is_open(text):
                return record, taken
            # Only an odd number of quotation marks can close the field.
            while len(text) < _LONGEST_FIELD_BYTES:
                if taken == len(waiting):
                    more = next(source, None)
                    if more is None:
                        return record, taken
                    waiting.append(more)
                text += waiting[taken]
                taken += 1
                if self._marks(waiting[taken - 1]) % 2:
                    break
            else:
                return record, taken

    def _marks(self, line: bytes) -> int:
        return (_PAIR.sub(b"", line) if self._has_escapes else line).count(b'"')

    def _is_open(self, text: bytes) -> bool:
        place = 0
        while match := self._strict.match(text, place):
            place = match.end() + 1
        return self._open.match(text, place) is not None

    def _parsed(self, text: bytes, line: int, pattern: re.Pattern[bytes]) -> Record:
        is_strict = pattern is self._strict
        if b'"' not in text and not (self._has_escapes and b"\\" in text):
            fields = text.split(self.separator)
            return Record(line, text, fields, [False] * len(fields))
        fields, quoted, place = [], [], 0
        while match := pattern.match(text, place):
            is_quoted = match[1] is not None
            fields.append(self._unescaped(match[1] if is_quoted else match[2], is_quoted))
            quoted.append(is_quoted)
            place = match.end() + 1
            if place > len(text):
                return Record(line, text, fields, quoted, is_strict and not self._has_escapes)
        return Record(line, text, None, [])

    def _unescaped(self, text: bytes, is_quoted: bool) -> bytes:
        if self._has_escapes:
            return _ESCAPED.sub(lambda match: match[0][1:], text)
        return text.replace(b'""', b'"') if is_quoted else text

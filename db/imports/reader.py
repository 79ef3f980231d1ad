"""Files of rows, read one by one in memory that does not grow with the file."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from db.imports.report import ImportRefusedError
from db.imports.values import Cells

LONGEST_LINE = 1_000_000
"""Characters of a physical line; a longer one is skipped, so that a file without line ends cannot fill the memory."""

_UNREADABLE = re.compile("[\0\udc80-\udcff]")


class Lines:
    """The physical lines of a text, and what is wrong with those that cannot be used."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.faults: dict[int, str] = {}
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            self.count += 1
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._skip_rest()
                self.faults[self.count] = f"a line of more than {LONGEST_LINE:,} characters"
                line = "\n"
            elif found := _UNREADABLE.search(line):
                self.faults[self.count] = self._fault(found[0])
                line = _UNREADABLE.sub("\ufffd", line)
            yield line

    def take_fault(self, first: int, last: int) -> str | None:
        """The first fault within these lines, which are then forgotten."""
        if not self.faults:
            return None
        found = [fault for number in range(first, last + 1) if (fault := self.faults.pop(number, None))]
        return found[0] if found else None

    def _skip_rest(self) -> None:
        while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass

    def _fault(self, character: str) -> str:
        if character == "\0":
            return "contains a NUL character"
        return f"byte 0x{ord(character) - 0xDC00:02x} is not {self._text.encoding.removesuffix('-sig')}"


def open_text(path: Path, encoding: str) -> TextIO:
    """Open a text whose wrong bytes are told by :class:`Lines`; raises :class:`ImportRefusedError`."""
    # A byte-order mark belongs to the encoding, not to the text.
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        return path.open(encoding=encoding, errors="surrogateescape", newline="")
    except OSError as error:
        raise ImportRefusedError(f"{path}: cannot be read: {error.strerror}") from error


class CsvFile:
    """One open CSV file: its header, then its records with the line each begins on."""

    def __init__(self, path: Path, *, encoding: str, delimiter: str) -> None:
        self.name = path.name
        self._text = open_text(path, encoding)
        self._lines = Lines(self._text)
        # An opened quote that is never closed ends at the csv module's own limit of 131,072 characters a cell.
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        try:
            self.header = self._read_header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._text.close()

    def _read_header(self) -> list[str]:
        try:
            header = next(self._reader, None)
        except (csv.Error, UnicodeError, OSError) as error:
            raise ImportRefusedError(f"{self.name}:1: the header cannot be read: {error}") from error
        if fault := self._lines.take_fault(1, self._reader.line_num):
            raise ImportRefusedError(f"{self.name}:1: the header cannot be read: {fault}")
        if not header:
            raise ImportRefusedError(f"{self.name}: is empty; its first line must name the columns")
        return header

    def records(self, columns: frozenset[str]) -> Iterator[tuple[int, Cells | str]]:
        """Each record's first line and its cells, or the reason why it has none."""
        width = len(self.header)
        reader, lines = self._reader, self._lines
        while True:
            first = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                lines.take_fault(first, reader.line_num)
                yield first, _broken(error, first, reader.line_num)
                continue
            except UnicodeError as error:
                raise ImportRefusedError(f"{self.name}:{first}: cannot be decoded: {error}") from error
            if fault := lines.take_fault(first, reader.line_num):
                yield first, fault
            elif len(record) == width:
                yield first, record
            elif record:
                yield first, f"has {len(record)} cells where the header has {width}"


def _broken(error: csv.Error, first: int, last: int) -> str:
    lines = f"lines {first} to {last} are" if last > first else "is"
    return f"{lines} not a CSV record: {error}"

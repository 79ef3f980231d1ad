"""Files with a JSON object on each line: the names in the objects are the columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from db.imports.reader import Lines, open_text
from db.imports.report import ImportRefusedError
from db.imports.values import Cells

ENDINGS = (".ndjson", ".jsonl")

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
"""What JSON can write and PostgreSQL cannot keep."""

MOST_COLUMNS = 10_000
"""Different names in one file; a file with more of them has its data in the names."""


class NdjsonFile:
    """One open file of JSON objects. It is read twice: once for its columns, once for its rows."""

    def __init__(self, path: Path, *, encoding: str) -> None:
        self.name = path.name
        self._text = open_text(path, encoding)
        try:
            self.header = self._read_columns()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._text.close()

    def _read_columns(self) -> list[str]:
        columns: dict[str, None] = {}
        for _, row in self._rows():
            if isinstance(row, dict):
                new = (name for name in row if name not in columns and not _UNREADABLE.search(name))
                columns |= dict.fromkeys(new)
                if len(columns) > MOST_COLUMNS:
                    raise ImportRefusedError(f"{self.name}: has more than {MOST_COLUMNS:,} different names")
        if not columns:
            raise ImportRefusedError(f"{self.name}: has no JSON object that would name the columns")
        return list(columns)

    def _rows(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        try:
            self._text.seek(0)
            lines = Lines(self._text)
            for line in lines:
                fault = lines.take_fault(lines.count, lines.count)
                if fault or line.strip():
                    yield lines.count, fault or _object(line)
        except (UnicodeError, OSError) as error:
            raise ImportRefusedError(f"{self.name}: cannot be read: {error}") from error

    def records(self, columns: frozenset[str]) -> Iterator[tuple[int, Cells | str]]:
        """Each row's line and its cells, or the reason why it has none."""
        for number, row in self._rows():
            if isinstance(row, str):
                yield number, row
            else:
                yield number, _fault(row, columns) or [row.get(column) for column in self.header]


def _object(line: str) -> dict[str, Any] | str:
    """The object on ``line`` with every plain value as a word, or the reason why there is none."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {getattr(error, 'msg', None) or error}"
    return found if isinstance(found, dict) else "is not a JSON object"


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {name: str(value).lower() if isinstance(value, bool) else value for name, value in pairs}
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found


def _fault(row: dict[str, Any], columns: frozenset[str]) -> str | None:
    """What is wrong with the values that are going to be read."""
    for column, value in row.items():
        if column not in columns or value is None:
            continue
        if not isinstance(value, str):
            return f"{column} holds a list or an object, not a plain value"
        if _UNREADABLE.search(value):
            return f"{column} contains a character that PostgreSQL cannot keep"
    return None

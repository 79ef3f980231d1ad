"""The lines of an export's file, one at a time, each as the row that it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from db.exports.errors import RestoreRefusedError
from db.exports.progress import Counter, Progress
from db.exports.sheets import Field, Row, Sheet


class File:
    """One file of a folder, opened far enough to know its fields.

    Those are what its first line has, and every other line has the same. A column that they leave out, because an
    older version of the program knew no such column, takes its default.
    """

    def __init__(self, path: Path, sheet: Sheet, rows: int | None, *, whole: bool) -> None:
        """``rows`` is how many lines there must be, None where there is no file; with ``whole`` no field may miss."""
        self.path, self.sheet, self.rows = path, sheet, rows
        if rows is not None and not path.is_file():
            raise RestoreRefusedError(f"{path}: is missing, but the manifest names it")
        self.fields = self._fields(whole=whole)

    def fault(self, line: int, reason: str) -> RestoreRefusedError:
        return RestoreRefusedError(f"{self.path}:{line}: {reason}")

    def values(self, progress: Progress) -> Iterator[tuple[int, list[Any]]]:
        """Each line's number and the values of its fields."""
        counter = Counter(self.sheet.file, progress)
        names = {field.name for field in self.fields}
        for number, row in self._lines():
            if row.keys() != names:
                raise self.fault(number, _difference(row.keys(), names))
            yield number, self._read(number, row)
            counter.add(1)
        if counter.done() != (self.rows or 0):
            raise self.fault(counter.rows, f"the last of {counter.rows:,} rows, but the manifest says {self.rows:,}")

    def _fields(self, *, whole: bool) -> Sequence[Field]:
        first = next(self._lines(), None)
        if first is None:
            return self.sheet.fields
        number, row = first
        known = {field.name for field in self.sheet.fields}
        needed = {field.name for field in self.sheet.fields if whole or field.needed}
        if row.keys() - known or needed - row.keys():
            raise self.fault(number, _difference(row.keys() - (known - needed), needed))
        return [field for field in self.sheet.fields if field.name in row]

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self.rows is None:
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    row = _parse(line)
                except (ValueError, RecursionError) as error:
                    raise self.fault(number, f"is not JSON: {_reason(error)}") from None
                if not isinstance(row, dict):
                    raise self.fault(number, "is not a JSON object")
                yield number, row

    def _read(self, number: int, row: Row) -> list[Any]:
        values = []
        for field in self.fields:
            try:
                values.append(field.read(row))
            except ValueError as error:
                raise self.fault(number, f"{field.name}: {error}") from None
        return values


def _parse(line: bytes) -> Any:
    text = line.decode()
    if "\\u" in text:
        # Half of a pair of surrogates is no character, which only encoding tells.
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    return json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def _reason(error: BaseException) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg} at character {error.colno}"
        case UnicodeDecodeError():
            return f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        case UnicodeEncodeError():
            return "half of a pair of surrogates is no character"
        case RecursionError():
            return "is nested too deep"
        case _:
            return str(error)


def _difference(names: Any, expected: Any) -> str:
    unknown, missing = sorted(names - expected), sorted(expected - names)
    return " and ".join(
        [*(f"has an unknown field {name!r}" for name in unknown), *(f"has no field {name!r}" for name in missing)]
    )

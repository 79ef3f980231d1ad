"""Rows that stand in the map itself: vocabulary that the source has no file for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from db.imports.spec import Plain
from db.imports.values import Cells


class InlineRows:
    """The ``rows`` of ``[files.KEY]``; a row's line is its number in the list."""

    def __init__(self, key: str, rows: Sequence[Mapping[str, Plain]]) -> None:
        self.name = f"[files.{key}]"
        self.header = list(dict.fromkeys(column for row in rows for column in row))
        self._rows = rows

    def close(self) -> None:
        """There is nothing to close."""

    def records(self, columns: frozenset[str]) -> Iterator[tuple[int, Cells | str]]:
        """Each row's number and its cells."""
        for number, row in enumerate(self._rows, start=1):
            yield number, [None if (value := row.get(column)) is None else word_of(value) for column in self.header]


def word_of(value: Plain) -> str:
    """A TOML value as the word that a cell would hold."""
    return str(value).lower() if isinstance(value, bool) else str(value)

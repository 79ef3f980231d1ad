"""Who waits for a long file is told how far it is."""

from __future__ import annotations

from collections.abc import Callable

ROWS_PER_NEWS = 100_000

Progress = Callable[[str], None]


class Counter:
    """Counts the rows of one file, and tells of them now and then."""

    def __init__(self, file: str, progress: Progress) -> None:
        self._file, self._progress = file, progress
        self.rows = self._told = 0

    def add(self, rows: int) -> None:
        self.rows += rows
        if self.rows - self._told >= ROWS_PER_NEWS:
            self._tell()

    def done(self) -> int:
        """Tell the whole number, and return it."""
        self._tell()
        return self.rows

    def _tell(self) -> None:
        self._told = self.rows
        self._progress(f"{self._file}: {self.rows:,} rows")

"""What an import did, and which rows it could not take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TextIO


class ImportRefusedError(Exception):
    """The input as a whole cannot be imported: nothing was written. The message says what to mend."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was left out; a row with several faults has several."""

    file: str
    line: int
    """The physical line, counted from 1, on which the row begins."""
    column: str | None
    """The column at fault; None where the row as a whole is."""
    reason: str

    def __str__(self) -> str:
        return ":".join([self.file, str(self.line), *([f" {self.column}"] if self.column else []), f" {self.reason}"])


@dataclass(frozen=True, slots=True)
class Change:
    """What the rows of one file did to one kind of entity or event."""

    file: str
    entity: str
    created: int
    updated: int
    unchanged: int


@dataclass
class Report:
    """The outcome of one import.

    Every rejected row is counted and written to ``sink``, one line each; only the first ``keep`` are held in memory.
    """

    sink: TextIO | None = None
    keep: int = 1000
    imported: bool = False
    """False where ``strict`` refused: nothing was written."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows read, by file."""
    passed_over: dict[str, int] = field(default_factory=dict)
    """Good rows of which the map makes nothing, as they meet no condition or give no id, by file."""
    rejected: int = 0
    """Rows rejected, each counted once."""
    rejections: list[Rejection] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is worth knowing although nothing is wrong, such as columns that the map does not use."""

    def reject(self, file: str, line: int, *faults: tuple[str | None, str]) -> None:
        """Leave out the row that begins on ``line``; each fault is a column and a reason."""
        self.rejected += 1
        for column, reason in faults:
            rejection = Rejection(file, line, column, reason)
            if len(self.rejections) < self.keep:
                self.rejections.append(rejection)
            if self.sink is not None:
                self.sink.write(f"{rejection}\n")

    def summary(self) -> str:
        """What was read, changed and rejected, in a few lines for people."""
        lines = [f"{file}: {rows:,} rows" for file, rows in self.rows.items()]
        lines += [
            f"{change.file}: {change.entity}: {change.created:,} created, {change.updated:,} updated, "
            f"{change.unchanged:,} unchanged"
            for change in self.changes
        ]
        lines += [f"{file}: {rows:,} rows of which the map makes nothing" for file, rows in self.passed_over.items()]
        lines += self.notes
        lines.append(f"{self.rejected:,} rows rejected" + ("" if self.imported else "; nothing was imported"))
        return "\n".join(lines)

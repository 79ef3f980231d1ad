"""What bulk commands answer, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.models import Term


class OnError(Term):
    REJECT_ALL = "REJECT_ALL", "If any row fails, none is recorded."
    SKIP_FAILED = "SKIP_FAILED", "Rows that fail are left out, the others are recorded."


class RowStatus(Term):
    CREATED = "CREATED", "The row was recorded now."
    UNCHANGED = "UNCHANGED", "The row had been recorded before, with the same content."
    FAILED = "FAILED", "The row was not recorded; its errors say why."
    HELD_BACK = "HELD_BACK", "The row is right, but was not recorded because another one failed."


class UserErrorCode(Term):
    NOT_FOUND = "NOT_FOUND", "What the field names does not exist in the workspace."
    INVALID = "INVALID", "The value cannot be used here."
    CONFLICT = "CONFLICT", "It was recorded before with other content."


@dataclass(frozen=True, slots=True)
class UserError:
    """An expected failure: ``field`` is the way from the mutation's arguments to the value at fault."""

    code: UserErrorCode
    field: list[str]
    message: str


@dataclass(slots=True)
class RowErrors:
    """The errors of all rows, by the row's place."""

    prefix: tuple[str, ...]
    of_row: dict[int, list[UserError]] = field(default_factory=dict)

    def add(self, row: int, code: UserErrorCode, name: str, message: str) -> None:
        """Note that the field ``name`` of a row is at fault."""
        path = [*self.prefix, str(row), name]
        self.of_row.setdefault(row, []).append(UserError(code, path, message))

    def all(self) -> list[UserError]:
        """All errors in the order of the rows."""
        return [error for row in sorted(self.of_row) for error in self.of_row[row]]

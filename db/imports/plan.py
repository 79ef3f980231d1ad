"""What an import is going to do: the values to stage of each file, and the records to make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from db.imports.spec import FileSpec
from db.imports.targets import Target
from db.imports.values import Cells, Read, Row
from db.models import StageKind

Source = sa.ColumnElement[Any]


class Rows(Protocol):
    """The rows of a file, whatever it is written in."""

    name: str
    header: list[str]

    def records(self, columns: frozenset[str]) -> Iterator[tuple[int, Cells | str]]:
        """Each row's first line, and its cells in the header's order or the reason why it has none.

        Only ``columns`` are going to be read.
        """

    def close(self) -> None: ...


@dataclass(frozen=True)
class Slot:
    """A value staged for each row."""

    column: sa.Column[Any]
    columns: tuple[str, ...]
    """The file's columns it is made of."""
    read: Read


@dataclass(frozen=True, eq=False)
class LookUp:
    """A value that stands in another file, in the row whose ``key`` is ``by`` of this row."""

    file: StagedFile
    key: sa.Column[Any]
    value: sa.Column[Any]
    by: sa.Column[Any]


@dataclass
class Derived:
    """A staged column filled after all files are read: with the first of its parts that has a value."""

    column: sa.Column[Any]
    columns: tuple[str, ...]
    parts: tuple[Source | LookUp, ...]
    only_with: sa.Column[Any]
    """Filled only in rows that fill this one: those of which the record is made."""
    needed: bool = False
    """Whether it must have a value there."""

    @property
    def look_ups(self) -> list[LookUp]:
        return [part for part in self.parts if isinstance(part, LookUp)]


@dataclass
class StagedFile:
    """A file and its temporary table: a row for each good record, a column for each value that the map needs of it."""

    spec: FileSpec
    rows: Rows
    table: sa.Table
    slots: dict[Any, Slot] = field(default_factory=dict)
    derived: dict[Any, Derived] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """The columns of the file that the map reads."""
    required: set[str] = field(default_factory=set)
    """Staged columns that every row must fill."""
    required_with: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of staged columns: a row that fills the first must fill the second."""

    @property
    def name(self) -> str:
        return self.rows.name

    @property
    def line(self) -> sa.Column[int]:
        return self.table.c.line

    @property
    def row(self) -> Row:
        return Row(self.rows.header, self.spec.nulls)

    def has(self, column: str) -> bool:
        return column in self.rows.header or column in self.spec.optional

    def new_column(self, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
        column: sa.Column[Any] = sa.Column(f"v{len(self.slots) + len(self.derived)}", kind)
        self.table.append_column(column)
        return column

    def label(self, column: sa.ColumnElement[Any]) -> str:
        """The file's columns that a staged column is made of."""
        filled: list[Slot | Derived] = [*self.slots.values(), *self.derived.values()]
        return next(", ".join(each.columns) for each in filled if each.column is column)


@dataclass(frozen=True, eq=False)
class Record:
    """One entity or event made from each row of a file; a row whose ``id`` is null makes none."""

    target: Target
    file: StagedFile
    id: sa.Column[Any]
    mode: str
    shared: bool
    fields: Mapping[str, Source]
    """What fills each field: a staged column, or a constant."""
    attributes: Mapping[str, Source]
    on_change: bool = False
    """Made only of rows whose stage is another than in the row before of the same lead or opportunity."""

    @property
    def creates(self) -> bool:
        return self.mode != "update"

    @property
    def updates(self) -> bool:
        return not self.target.event and self.mode != "create"

    @property
    def references(self) -> dict[str, tuple[str, sa.Column[Any]]]:
        """The fields that name another entity: which kind, and the staged column of its external ids."""
        return {
            name: (entity, source)
            for name, source in self.fields.items()
            if (entity := self.target.fields[name].refers_to) and isinstance(source, sa.Column)
        }

    @property
    def names(self) -> list[tuple[str, StagedFile, sa.Column[Any]]]:
        """Every staged column whose ids the references of this record may come from: the kind of entity and its file."""
        found = []
        derived = {id(each.column): each for each in self.file.derived.values()}
        for entity, source in self.references.values():
            if (each := derived.get(id(source))) is None:
                found.append((entity, self.file, source))
                continue
            for part in each.parts:
                if isinstance(part, LookUp):
                    found.append((entity, part.file, part.value))
                elif isinstance(part, sa.Column):
                    found.append((entity, self.file, part))
        return found


@dataclass(frozen=True)
class Vocabulary:
    """What the workspace brings to a plan."""

    time_zone: str
    currency_code: str
    stages: Mapping[str, tuple[UUID, StageKind]]
    """Funnel stages by key."""

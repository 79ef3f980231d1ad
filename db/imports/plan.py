"""What an import is going to do: the values to stage of each file, and the records to make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from db.imports.map import FileSpec, Value
from db.imports.reader import CsvFile
from db.imports.targets import Target
from db.imports.values import Parse, Read, columns_of, reader
from db.models import StageKind

Source = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Slot:
    """A value staged for each row."""

    column: sa.Column[Any]
    columns: tuple[str, ...]
    """The file's columns it is made of."""
    read: Read

    @property
    def label(self) -> str:
        return ", ".join(self.columns)


@dataclass
class StagedFile:
    """A file and its temporary table: a row for each good record, a column for each value that the map needs of it."""

    spec: FileSpec
    csv: CsvFile
    table: sa.Table
    slots: dict[Any, Slot] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    """Staged columns that every row must fill."""
    required_with: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of staged columns: a row that fills the first must fill the second."""

    @property
    def name(self) -> str:
        return self.csv.path.name

    @property
    def line(self) -> sa.Column[int]:
        return self.table.c.line

    def slot(self, value: Value, kind: sa.types.TypeEngine[Any], reading: object, parse: Parse) -> Slot:
        """The slot of ``value`` parsed in the way ``reading`` names; the same value is staged once."""
        identity = (value, reading)
        if identity not in self.slots:
            column: sa.Column[Any] = sa.Column(f"v{len(self.slots)}", kind)
            self.table.append_column(column)
            read = reader(value, self.csv.header, self.spec.nulls, parse)
            self.slots[identity] = Slot(column, tuple(dict.fromkeys(columns_of(value))), read)
        return self.slots[identity]

    def label(self, column: sa.ColumnElement[Any]) -> str:
        """The file's columns that a staged column is made of."""
        return next(slot.label for slot in self.slots.values() if slot.column is column)


@dataclass(frozen=True, eq=False)
class Record:
    """One entity or event made from each row of a file."""

    target: Target
    file: StagedFile
    id: sa.Column[Any]
    mode: str
    shared: bool
    fields: Mapping[str, Source]
    """What fills each field: a staged column, or a constant."""
    attributes: Mapping[str, Source]
    stage_id: UUID | None = None
    """The stage that a transition enters."""

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


@dataclass(frozen=True)
class Vocabulary:
    """What the workspace brings to a plan."""

    time_zone: str
    currency_code: str
    stages: Mapping[str, tuple[UUID, StageKind]]
    """Funnel stages by key."""

"""Binding the values of one table of a map: each becomes a staged column of its file, or a constant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from db.imports.inline import word_of
from db.imports.plan import Derived, LookUp, Slot, Source, StagedFile, Vocabulary
from db.imports.report import ImportRefusedError
from db.imports.spec import ISO, Plain, RecordSpec, TransitionSpec, Value
from db.imports.targets import LONGEST_KEY, Field
from db.imports.values import Read, columns_of, first_of, only_where
from db.imports.words import Parse, kind_of, parser, reading_of, text_parser


class Reading(NamedTuple):
    """How words are read: the type they are staged in, a name equal for equal readings, and the parser."""

    kind: sa.types.TypeEngine[Any]
    name: object
    parse: Parse


IDENTITY = Reading(sa.Text(), ("text", LONGEST_KEY), text_parser(LONGEST_KEY))


class ValueBinder:
    """Binds the values of one table of the map."""

    def __init__(self, where: str, spec: RecordSpec, files: Mapping[str, StagedFile], vocabulary: Vocabulary) -> None:
        self._where, self._spec, self._files, self._vocabulary = where, spec, files, vocabulary
        self._file = files[spec.file]
        for name in ("when", "unless"):
            for column in getattr(spec, name):
                self._check(f"{name}.{column}", self._file, [column])
        self._holds = self._file.row.condition(spec.when, spec.unless)
        self._on_change = isinstance(spec, TransitionSpec) and spec.on_change
        # Values of different conditions are staged apart: null in the rows in which theirs does not hold.
        self._condition = None if self._holds is None else spec.model_dump_json(include={"when", "unless"})

    def identity(self, value: Value, *, needed: bool) -> sa.Column[Any]:
        """The staged column of the record's external id: null in rows of which it is not made."""
        if any(part.source is not None for part in value.alternatives):
            raise self._fault("id", "is a value of the record's own file")
        column = self._slot("id", self._file, value, IDENTITY, needed=needed)
        if needed and self._holds is None:
            self._file.required.add(column.name)
        return column

    def field(self, key: str, field: Field, value: Value, identity: sa.Column[Any]) -> Source:
        """What fills ``field`` in the rows in which ``identity`` has a value."""
        if value.value is not None:
            return sa.literal(self._constant(key, field, value.value), kind_of(field))
        return self.source(key, value, self._reading(field, value, self._file), identity, field)

    def source(
        self, key: str, value: Value, reading: Reading, identity: sa.Column[Any], field: Field | None = None
    ) -> sa.Column[Any]:
        """The staged column of ``value``; it is derived where another file holds a part of it."""
        if all(part.source is None for part in value.alternatives):
            return self._slot(key, self._file, value, reading, field=field)
        name = ("derived", value.key, reading.name, identity.name)
        if name not in self._file.derived:
            parts = tuple(self._part(key, part, reading, field) for part in value.alternatives)
            columns = tuple(dict.fromkeys(columns_of(value)))
            self._file.derived[name] = Derived(self._file.new_column(reading.kind), columns, parts, identity)
        return self._file.derived[name].column

    def require(self, with_: sa.Column[Any], column: sa.Column[Any]) -> None:
        """Make rows that fill ``with_`` fill ``column`` too."""
        for derived in self._file.derived.values():
            if derived.column is column:
                derived.needed = True
                return
        if with_.name in self._file.required:
            self._file.required.add(column.name)
        else:
            self._file.required_with.add((with_.name, column.name))

    def _fault(self, key: str, message: str) -> ImportRefusedError:
        return ImportRefusedError(f"{self._where}, {key}: {message}")

    def _constant(self, key: str, field: Field | None, constant: Plain) -> Any:
        """The one value that ``constant`` is in every row."""
        if field is None:
            raise self._fault(key, "is a column or a text, not a constant")
        if field.refers_to is not None:
            raise self._fault(
                key, 'a reference is a column or a text; for one id in every row, say { text = "the id" }'
            )
        try:
            return parser(field, zone=self._zone(self._file))(word_of(constant))
        except ValueError as error:
            raise self._fault(key, str(error)) from error

    def _part(self, key: str, part: Value, reading: Reading, field: Field | None) -> Source | LookUp:
        if part.value is not None:
            return sa.literal(self._constant(key, field, part.value), reading.kind)
        if part.source is None:
            return self._slot(key, self._file, part, reading, field=field)
        if part.source not in self._files:
            raise self._fault(key, f"there is no [files.{part.source}]")
        other = self._files[part.source]
        there = part.model_copy(update={"source": None, "where": None, "is_": None})
        by = Value(column=part.is_ or part.where)
        return LookUp(
            file=other,
            key=self._slot(key, other, Value(column=part.where), IDENTITY, everywhere=True),
            value=self._slot(
                key,
                other,
                there,
                self._reading(field, there, other) if field else reading,
                field=field,
                everywhere=True,
            ),
            by=self._slot(key, self._file, by, IDENTITY),
        )

    def _slot(
        self,
        key: str,
        file: StagedFile,
        value: Value,
        reading: Reading,
        *,
        field: Field | None = None,
        needed: bool = False,
        everywhere: bool = False,
    ) -> sa.Column[Any]:
        """The staged column of ``value``, of the record's rows or ``everywhere``; the same value is staged once."""
        reads = [self._read(key, file, part, reading, field) for part in value.alternatives]
        holds = None if everywhere else self._holds
        # The ids of transitions without a change are cleared later, so that they are nobody else's.
        own = needed and self._on_change and object()
        name = (value.key, reading.name, own, None if holds is None else (self._condition, needed))
        if name not in file.slots:
            read = first_of(reads)
            read = read if holds is None else only_where(holds, read, needed=needed)
            file.slots[name] = Slot(file.new_column(reading.kind), tuple(dict.fromkeys(columns_of(value))), read)
        return file.slots[name].column

    def _read(self, key: str, file: StagedFile, value: Value, reading: Reading, field: Field | None) -> Read:
        if value.value is not None:
            constant = self._constant(key, field, value.value)
            return lambda cells: constant
        if value.first is not None:
            raise self._fault(key, "a list of values holds no list")
        try:
            columns = columns_of(value)
        except ValueError as error:
            raise self._fault(key, str(error)) from error
        self._check(key, file, columns)
        parse = self._reading(field, value, file).parse if field else reading.parse
        return file.row.reader(value, parse)

    def _check(self, key: str, file: StagedFile, columns: list[str]) -> None:
        header = file.rows.header
        for column in columns:
            if not file.has(column):
                raise self._fault(key, f"{file.name} has no column {column!r}; it has {', '.join(header)}")
            if header.count(column) > 1:
                raise self._fault(key, f"{file.name} has {header.count(column)} columns named {column!r}")
        file.used.update(columns)

    def _reading(self, field: Field, value: Value, file: StagedFile) -> Reading:
        spec = file.spec.columns.get(value.column or "")
        parse = parser(field, zone=self._zone(file), formats=spec.format if spec else [ISO], separator=value.separator)
        return Reading(kind_of(field), reading_of(field), parse)

    def _zone(self, file: StagedFile) -> Any:
        return file.spec.zone(self._vocabulary.time_zone)

"""Binding a map to the files at hand and to the workspace's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from db.imports.map import EntitySpec, ImportMap, LeadSpec, RecordSpec, TransitionSpec, Value
from db.imports.plan import Record, Source, StagedFile, Vocabulary
from db.imports.report import ImportRefusedError
from db.imports.targets import LONGEST_KEY, Field, Target, targets
from db.imports.values import Parse, columns_of, kind_of, parser, reading_of, text_parser
from db.models import StageKind

_NEED_A_REASON = {StageKind.LOST, StageKind.DISQUALIFIED, StageKind.RECYCLED}
_ONE_SUBJECT = {"lead", "opportunity"}
_ONE_ACTOR = {"member", "contact"}


def bind(chart: ImportMap, files: Mapping[str, StagedFile], vocabulary: Vocabulary) -> list[Record]:
    """Every record of the map, in the order of writing; raises :class:`ImportRefusedError` naming table and key."""
    records: list[Record] = []
    for name, target in targets().items():
        specs: Sequence[RecordSpec] = getattr(chart, name)
        for number, spec in enumerate(specs, start=1):
            where = f"[[{name}]] {number}"
            if spec.file not in files:
                raise ImportRefusedError(f"{where}, file: there is no [files.{spec.file}]")
            records.append(_Binder(where, target, spec, files[spec.file], vocabulary).record())
    return records


class _Binder:
    """Binds one table of the map."""

    def __init__(self, where: str, target: Target, spec: RecordSpec, file: StagedFile, vocabulary: Vocabulary) -> None:
        self._where, self._target, self._spec, self._file = where, target, spec, file
        self._vocabulary = vocabulary
        self._shared = isinstance(spec, EntitySpec) and spec.shared
        self._mode = spec.mode if isinstance(spec, EntitySpec) else "create"

    def record(self) -> Record:
        stage = self._stage()
        self._check_choices()
        key = self._staged("id", self._spec.id, sa.Text(), ("text", LONGEST_KEY), text_parser(LONGEST_KEY))
        if not self._shared:
            self._file.required.add(key.name)
        fields = {name: self._source(name, value) for name, value in self._spec.set.items()}
        for name in self._required(stage):
            self._require(key, name, fields)
        if "amount" in fields or "currency_code" in fields:
            self._bind_money(fields)
        return Record(
            target=self._target,
            file=self._file,
            id=key,
            mode=self._mode,
            shared=self._shared,
            fields=fields,
            attributes=self._attributes(),
            stage_id=stage[0] if stage else None,
        )

    def _fault(self, key: str, message: str) -> ImportRefusedError:
        return ImportRefusedError(f"{self._where}, {key}: {message}")

    def _stage(self) -> tuple[UUID, StageKind] | None:
        if not isinstance(self._spec, TransitionSpec):
            return None
        stages = self._vocabulary.stages
        if self._spec.into not in stages:
            raise self._fault("into", f"there is no funnel stage {self._spec.into!r}; there are {', '.join(stages)}")
        return stages[self._spec.into]

    def _check_choices(self) -> None:
        """Choices that the database makes by a CHECK are made here, where they can be named."""
        given = self._spec.set.keys()
        if self._target.name == "stage_transition" and len(_ONE_SUBJECT & given) != 1:
            raise self._fault("set", "a transition is of either a lead or an opportunity")
        if self._target.name == "content_usage" and given >= _ONE_ACTOR:
            raise self._fault("set", "a usage is by a member or by a contact, not by both")

    def _required(self, stage: tuple[UUID, StageKind] | None) -> list[str]:
        fields = self._target.fields.values()
        if self._mode == "update":
            return [field.name for field in fields if field.required and field.name in self._spec.set]
        required = [field.name for field in fields if field.required]
        if self._target.name == "stage_transition":
            required += _ONE_SUBJECT & self._spec.set.keys()
        if stage and stage[1] in _NEED_A_REASON:
            required.append("reason")
        return required

    def _require(self, key: sa.Column[Any], name: str, fields: Mapping[str, Source]) -> None:
        """Make ``name`` a field that every row fills, or every row that names a shared entity."""
        if name not in fields:
            raise self._fault("set", f"{name} is missing: {self._target.name} needs it")
        source = fields[name]
        if not isinstance(source, sa.Column):
            return
        if self._shared:
            self._file.required_with.add((key.name, source.name))
        else:
            self._file.required.add(source.name)

    def _bind_money(self, fields: dict[str, Source]) -> None:
        """An amount has a currency, the workspace's where the map names none; no amount, no currency."""
        if "amount" not in fields:
            raise self._fault("set", "currency_code needs an amount")
        amount = fields["amount"]
        currency = fields.setdefault("currency_code", sa.literal(self._vocabulary.currency_code))
        if isinstance(amount, sa.Column):
            if isinstance(currency, sa.Column):
                self._file.required_with.add((amount.name, currency.name))
            fields["currency_code"] = sa.case((amount.is_not(None), currency))

    def _attributes(self) -> dict[str, Source]:
        if not isinstance(self._spec, LeadSpec):
            return {}
        return {
            name: self._staged(f"attributes.{name}", value, sa.Text(), ("text", None), text_parser(None))
            for name, value in self._spec.attributes.items()
        }

    def _source(self, name: str, value: Value) -> Source:
        field = self._target.fields.get(name)
        key = f"set.{name}"
        if field is None:
            raise self._fault(key, f"{self._target.name} has no such field; it has {', '.join(self._target.fields)}")
        if value.value is not None:
            return self._constant(key, field, value.value)
        parse = parser(field, zone=self._zone(), pattern=self._pattern(value))
        return self._staged(key, value, kind_of(field), reading_of(field), parse)

    def _constant(self, key: str, field: Field, constant: str | float | bool) -> Source:
        if field.refers_to is not None:
            raise self._fault(
                key, 'a reference is a column or a text; for one id in every row, say { text = "the id" }'
            )
        word = str(constant).lower() if isinstance(constant, bool) else str(constant)
        try:
            return sa.literal(parser(field, zone=self._zone())(word), kind_of(field))
        except ValueError as error:
            raise self._fault(key, str(error)) from error

    def _staged(
        self, key: str, value: Value, kind: sa.types.TypeEngine[Any], reading: object, parse: Parse
    ) -> sa.Column[Any]:
        header = self._file.csv.header
        if value.value is not None:
            raise self._fault(key, "is a column or a text, not a constant")
        try:
            columns = columns_of(value)
        except ValueError as error:
            raise self._fault(key, str(error)) from error
        for column in columns:
            if column not in header:
                raise self._fault(key, f"{self._file.name} has no column {column!r}; it has {', '.join(header)}")
            if header.count(column) > 1:
                raise self._fault(key, f"{self._file.name} has {header.count(column)} columns named {column!r}")
        return self._file.slot(value, kind, reading, parse).column

    def _pattern(self, value: Value) -> str | None:
        spec = self._file.spec.columns.get(value.column or "")
        return spec.format if spec else None

    def _zone(self) -> ZoneInfo:
        return self._file.spec.zone(self._vocabulary.time_zone)

"""Binding a map to the files at hand and to the workspace's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from db.imports.bind_values import Reading, ValueBinder
from db.imports.plan import Record, Source, StagedFile, Vocabulary
from db.imports.report import ImportRefusedError
from db.imports.spec import EntitySpec, ImportMap, LeadSpec, RecordSpec, TransitionSpec, Value
from db.imports.targets import AMOUNTS, Target, targets
from db.imports.words import text_parser
from db.models import StageKind

NEED_A_REASON = {StageKind.LOST, StageKind.DISQUALIFIED, StageKind.RECYCLED}
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
            records.append(_Binder(where, target, spec, files, vocabulary).record())
    return records


class _Binder:
    """Binds one table of the map."""

    def __init__(
        self, where: str, target: Target, spec: RecordSpec, files: Mapping[str, StagedFile], vocabulary: Vocabulary
    ) -> None:
        self._where, self._target, self._spec, self._file = where, target, spec, files[spec.file]
        self._vocabulary = vocabulary
        self._shared = isinstance(spec, EntitySpec) and spec.shared
        self._mode = spec.mode if isinstance(spec, EntitySpec) else "create"
        self._values = ValueBinder(where, spec, files, vocabulary)

    def record(self) -> Record:
        self._check_choices()
        key = self._values.identity(self._spec.id, needed=not self._shared)
        constant, needs_reason = self._into()
        fields = constant | {name: self._source(name, value, key) for name, value in self._spec.set.items()}
        for name in self._required(needs_reason=needs_reason):
            self._require(key, name, fields)
        if AMOUNTS & fields.keys() or "currency_code" in fields:
            self._bind_money(key, fields)
        return Record(
            target=self._target,
            file=self._file,
            id=key,
            mode=self._mode,
            shared=self._shared,
            fields=fields,
            attributes=self._attributes(key),
            on_change=isinstance(self._spec, TransitionSpec) and self._spec.on_change,
        )

    def _fault(self, key: str, message: str) -> ImportRefusedError:
        return ImportRefusedError(f"{self._where}, {key}: {message}")

    def _into(self) -> tuple[dict[str, Source], bool]:
        """The stage that ``into`` names, and whether entering it needs a reason."""
        if not isinstance(self._spec, TransitionSpec) or self._spec.into is None:
            return {}, False
        if "to_stage" in self._spec.set:
            raise self._fault("set.to_stage", "into names the stage already")
        stages = self._vocabulary.stages
        if self._spec.into not in stages:
            raise self._fault("into", f"there is no funnel stage {self._spec.into!r}; there are {', '.join(stages)}")
        stage_id, kind = stages[self._spec.into]
        return {"to_stage": sa.literal(stage_id)}, kind in NEED_A_REASON

    def _check_choices(self) -> None:
        """Choices that the database makes by a CHECK are made here, where they can be named."""
        given = self._spec.set.keys()
        if self._target.name == "stage_transition" and len(_ONE_SUBJECT & given) != 1:
            raise self._fault("set", "a transition is of either a lead or an opportunity")
        if self._target.name == "content_usage" and given >= _ONE_ACTOR:
            raise self._fault("set", "a usage is by a member or by a contact, not by both")

    def _required(self, *, needs_reason: bool) -> list[str]:
        fields = self._target.fields.values()
        if self._mode == "update":
            return [field.name for field in fields if field.required and field.name in self._spec.set]
        required = [field.name for field in fields if field.required]
        if self._target.name == "stage_transition":
            required += _ONE_SUBJECT & self._spec.set.keys()
        if needs_reason:
            required.append("reason")
        return required

    def _require(self, key: sa.Column[Any], name: str, fields: Mapping[str, Source]) -> None:
        """Make ``name`` a field that every row fills of which the record is made."""
        if name not in fields:
            raise self._fault("set", f"{name} is missing: {self._target.name} needs it")
        if isinstance(source := fields[name], sa.Column):
            self._values.require(key, source)

    def _bind_money(self, key: sa.Column[Any], fields: dict[str, Source]) -> None:
        """An amount has a currency, the workspace's where the map names none; no amount, no currency."""
        amounts = [source for name, source in fields.items() if name in AMOUNTS]
        if not amounts:
            raise self._fault("set", "currency_code needs an amount")
        currency = fields.setdefault("currency_code", sa.literal(self._vocabulary.currency_code))
        if isinstance(currency, sa.Column):
            for amount in amounts:
                self._values.require(amount if isinstance(amount, sa.Column) else key, currency)
        fields["currency_code"] = sa.case((sa.or_(*(amount.is_not(None) for amount in amounts)), currency))

    def _attributes(self, key: sa.Column[Any]) -> dict[str, Source]:
        if not isinstance(self._spec, LeadSpec):
            return {}
        text = Reading(sa.Text(), ("text", None), text_parser(None))
        return {
            name: self._values.source(f"attributes.{name}", value, text, key)
            for name, value in self._spec.attributes.items()
        }

    def _source(self, name: str, value: Value, key: sa.Column[Any]) -> Source:
        field = self._target.fields.get(name)
        if field is None:
            known = ", ".join(self._target.fields)
            raise self._fault(f"set.{name}", f"{self._target.name} has no such field; it has {known}")
        return self._values.field(f"set.{name}", field, value, key)

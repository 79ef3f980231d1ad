"""The line of a journey: LEAD stages, then OPPORTUNITY stages, then WON, each kind by position. Exits are not on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Alias, Select, Text, case, func, literal_column, select, tuple_
from sqlalchemy.sql.elements import ColumnElement, Tuple

from db.models import FunnelStage, StageKind
from resolvers.compiler.arguments import Argument
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table

_KINDS = (StageKind.LEAD, StageKind.OPPORTUNITY, StageKind.WON)


def place(stage: Alias) -> Tuple:
    """Where a stage stands on the line, to be compared; null for an exit."""
    rank = case(*((stage.c.kind == constant(kind), literal_column(str(index))) for index, kind in enumerate(_KINDS)))
    return tuple_(rank, stage.c.position)


def on_line(stage: Alias) -> ColumnElement[bool]:
    """Whether a stage is on the line at all."""
    return stage.c.kind.in_([constant(kind) for kind in _KINDS])


@dataclass(frozen=True, slots=True)
class Section:
    """The part of the line between two stages that are named by their keys."""

    start: Argument
    end: Argument

    def stage(self, key: Argument) -> tuple[Alias, ColumnElement[bool]]:
        """A stage by its key, and the condition that finds it."""
        stage = open_table(FunnelStage)
        return stage, in_workspace(stage) & (stage.c.key == key.bind(Text()))

    def id_of(self, key: Argument) -> ColumnElement[object]:
        """The id of a stage."""
        stage, found = self.stage(key)
        return select(stage.c.id).where(found).scalar_subquery()

    def targets(self, *, strict: bool) -> Select[tuple[object]]:
        """The ids of the stages that count as reaching the end: it and, unless ``strict``, the later ones."""
        end, found = self.stage(self.end)
        if strict:
            return select(end.c.id).where(found)
        later = open_table(FunnelStage)
        reached = (later.c.id == end.c.id) | (on_line(later) & (place(later) > place(end)))
        return select(later.c.id).where(found, in_workspace(later), reached)

    def refusals(self) -> list[ColumnElement[str]]:
        """Why the section cannot be followed: an unknown stage, or an end that is not later on the line."""
        return [_unknown(self, key) for key in (self.start, self.end)] + [self._not_later()]

    def _not_later(self) -> ColumnElement[str]:
        (start, found_start), (end, found_end) = self.stage(self.start), self.stage(self.end)
        wrong = (~on_line(start)) | (~on_line(end)) | (place(end) <= place(start))
        text = func.concat(
            constant("The stage '"),
            end.c.key,
            constant("' is not later on the line than '"),
            start.c.key,
            constant("'. The line is: "),
            _keys(only_line=True),
            constant("."),
            type_=Text(),
        )
        return select(text).where(found_start, found_end, wrong).scalar_subquery()


def _unknown(section: Section, key: Argument) -> ColumnElement[str]:
    stage, found = section.stage(key)
    exists = select(stage.c.id).where(found).exists()
    text = func.concat(
        constant("There is no stage '"),
        func.left(key.bind(Text()), literal_column("100")),
        constant("'. The stages are: "),
        _keys(only_line=False),
        constant("."),
        type_=Text(),
    )
    return case((~exists, text))


def _keys(*, only_line: bool) -> ColumnElement[str]:
    stage = open_table(FunnelStage)
    ordered = select(stage.c.key).where(in_workspace(stage)).order_by(stage.c.position)
    keys = (ordered.where(on_line(stage)) if only_line else ordered).subquery()
    return select(func.string_agg(keys.c.key, constant(", "))).scalar_subquery()

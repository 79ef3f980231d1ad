"""The line of a journey: LEAD stages, then its pipeline's OPPORTUNITY stages, then WON, each kind by position.

Exits are not on it. Pipelines stand beside each other: a stage of one is neither before nor after a stage of another.
Stages without a pipeline make one of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Alias, Select, Text, and_, case, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement, Tuple

from db.models import FunnelStage, StageKind
from resolvers.compiler.arguments import Argument
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table

_KINDS = (StageKind.LEAD, StageKind.OPPORTUNITY, StageKind.WON)


def place(stage: Alias) -> Tuple:
    """Where a stage stands on the line, to be compared; null for an exit."""
    return tuple_(_rank(stage), stage.c.position)


def later(stage: Alias, other: Alias) -> ColumnElement[bool]:
    """Whether ``stage`` comes after ``other`` on the line; both must be on it."""
    return (place(stage) > place(other)) & ~of_two_pipelines(stage, other)


def of_two_pipelines(stage: Alias, other: Alias) -> ColumnElement[bool]:
    """Whether both are stages of open opportunities, but on no common line."""
    opportunities = (one.c.kind == constant(StageKind.OPPORTUNITY) for one in (stage, other))
    return and_(*opportunities, stage.c.pipeline_id.is_distinct_from(other.c.pipeline_id))


def _rank(stage: Alias) -> ColumnElement[int]:
    return case(*((stage.c.kind == constant(kind), literal_column(str(index))) for index, kind in enumerate(_KINDS)))


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
        stage = open_table(FunnelStage)
        reached = (stage.c.id == end.c.id) | (on_line(stage) & later(stage, end))
        return select(stage.c.id).where(found, in_workspace(stage), reached)

    def refusals(self) -> list[ColumnElement[str]]:
        """Why the section cannot be followed: an unknown stage, two pipelines, or an end that is not later."""
        return [_unknown(self, key) for key in (self.start, self.end)] + [self._apart(), self._not_later()]

    def _apart(self) -> ColumnElement[str]:
        (start, found_start), (end, found_end) = self.stage(self.start), self.stage(self.end)
        text = func.concat(
            constant("The stages '"),
            start.c.key,
            constant("' and '"),
            end.c.key,
            constant("' are of different pipelines, which cannot be compared: no line leads from one to the other."),
            type_=Text(),
        )
        return select(text).where(found_start, found_end, of_two_pipelines(start, end)).scalar_subquery()

    def _not_later(self) -> ColumnElement[str]:
        (start, found_start), (end, found_end) = self.stage(self.start), self.stage(self.end)
        wrong = (~on_line(start)) | (~on_line(end)) | (place(end) <= place(start))
        text = func.concat(
            constant("The stage '"),
            end.c.key,
            constant("' is not later on the line than '"),
            start.c.key,
            constant("'. The line is: "),
            _line(),
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
        _keys(),
        constant("."),
        type_=Text(),
    )
    return case((~exists, text))


def _keys() -> ColumnElement[str]:
    stage = open_table(FunnelStage)
    return select(_joined(stage.c.key, ", ", stage.c.position)).where(in_workspace(stage)).scalar_subquery()


def _line() -> ColumnElement[str]:
    """The keys of the line's stages; semicolons part the kinds, and the pipelines that stand beside each other."""
    stage = open_table(FunnelStage)
    rank = _rank(stage)
    parts = (
        select(
            rank.label("rank"),
            func.min(stage.c.position).label("position"),
            _joined(stage.c.key, ", ", stage.c.position).label("stages"),
        )
        .where(in_workspace(stage), on_line(stage))
        .group_by(rank, stage.c.pipeline_id)
        .subquery()
    )
    return select(_joined(parts.c.stages, "; ", parts.c.rank, parts.c.position)).scalar_subquery()


def _joined(texts: ColumnElement[str], sign: str, *order: ColumnElement[int]) -> ColumnElement[str]:
    return func.string_agg(texts, aggregate_order_by(constant(sign), *order), type_=Text())

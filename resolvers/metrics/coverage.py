"""Coverage: how much active content there is for each persona in each buying stage, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    FromClause,
    Subquery,
    Uuid,
    any_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import BuyingStage, ContentAsset, ContentMapping, Entity, Persona, Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.ids import decode
from resolvers.metrics.content import is_active
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.events import USED
from resolvers.metrics.fact import Scope, reporting_currency, selected
from resolvers.metrics.influence import INFLUENCED
from resolvers.metrics.measure import Aggregate, exact, measured
from resolvers.metrics.period import scope

MOST_CELLS = 1000
_EXPECTED_CELLS = 40
_ZERO: ColumnElement[int] = literal_column("0")


class CoverageLevel(Term):
    GAP = "GAP", "Nothing."
    THIN = "THIN", "One or two assets."
    GOOD = "GOOD", "Three or four assets."
    EXCESS = "EXCESS", "Five assets or more."


_AT_MOST = {CoverageLevel.GAP: 0, CoverageLevel.THIN: 2, CoverageLevel.GOOD: 4}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The cells that are asked for, and in ``fits`` each active asset once for every cell it fits."""

    scope: Scope
    cells: CTE
    fits: CTE

    def assets(self) -> Subquery:
        """How many assets fit each cell."""
        return _by_cell(self.fits, func.count())

    def uses(self) -> Subquery:
        """How often the assets of each cell were used in the period, for whomever."""
        used = measured(Aggregate(USED), self.scope, (), (Dimension.ASSET,)).subquery()
        fit = self.fits.join(used, used.c.value_0 == self.fits.c.asset_id)
        return _by_cell(self.fits, cast(func.sum(used.c.number), BigInteger), fit)

    def revenue(self) -> Subquery:
        """What was won under the influence of each cell's assets."""
        won = self.won()
        return _by_cell(won, exact(func.sum(won.c.amount)))

    def won(self) -> Subquery:
        """The opportunities won in the period under the influence of a cell's assets, each once a cell."""
        facts = INFLUENCED.make(self.scope)
        facts.conditions.append(facts.values["won"])
        amounts = (facts.values[name].label(name) for name in ("amount", "unrated"))
        asset_id = INFLUENCED.value(facts, Dimension.TOUCHED_ASSET).label("asset_id")
        touched = selected(facts, self.scope, facts.id.label("id"), asset_id, *amounts).cte()
        # It refers to no cell, so it is computed once, whatever the planner expects of it.
        touched = touched.prefix_with("MATERIALIZED")
        columns = (touched.c[name] for name in ("id", "amount", "unrated"))
        fit = self.fits.c
        return (
            select(fit.persona_id, fit.buying_stage_id, *columns)
            .join_from(self.fits, touched, touched.c.asset_id == fit.asset_id)
            .distinct()
            .subquery()
        )


def _by_cell(rows: FromClause, number: ColumnElement[Any], joined: FromClause | None = None) -> Subquery:
    """The ``number`` of the rows of each persona and stage."""
    keys = (rows.c.persona_id, rows.c.buying_stage_id)
    found = select(*keys, number.label("number")).select_from(rows if joined is None else joined)
    return found.group_by(*keys).subquery()


def coverage(_root: Source, arguments: Arguments) -> Rows:
    """The period as one row, with what the cells are read from."""
    span = scope(arguments)
    cells = _cells(arguments)
    mapping, asset = open_table(ContentMapping), open_table(ContentAsset)
    fits = (
        select(cells.c.persona_id, cells.c.buying_stage_id, asset.c.id.label("asset_id"))
        .join_from(cells, mapping, mapping.c.buying_stage_id == cells.c.buying_stage_id)
        .join(asset, asset.c.id == mapping.c.asset_id)
        .where(in_workspace(mapping, asset), is_active(asset, span))
        .where(or_(mapping.c.persona_id.is_(None), mapping.c.persona_id == cells.c.persona_id))
        .distinct()
        .cte()
    )
    too_many = select(func.count()).select_from(cells).scalar_subquery() > literal_column(str(MOST_CELLS))
    text = constant(f"There are more than {MOST_CELLS:,} cells: name fewer 'personas' or 'stages'.")
    period: list[ColumnElement[Any]] = [span.start.label("from_"), span.end.label("to")]
    return Rows(select(*period), Coverage(span, cells, fits), refusals=[case((too_many, text))])


def _cells(arguments: Arguments) -> CTE:
    persona, stage = open_table(Persona), open_table(BuyingStage)
    cells = select(
        persona.c.id.label("persona_id"),
        persona.c.name.label("persona_name"),
        stage.c.id.label("buying_stage_id"),
        stage.c.position.label("stage_position"),
    ).where(in_workspace(persona, stage))
    personas, stages = _ids(arguments, "personas", Persona), _ids(arguments, "stages", BuyingStage)
    cells = cells.where(persona.c.active if personas is None else persona.c.id == any_(personas))
    return (cells if stages is None else cells.where(stage.c.id == any_(stages))).cte()


def _ids(arguments: Arguments, name: str, model: type[Entity]) -> ColumnElement[Any] | None:
    given = arguments.get(name)
    if given is None:
        return None
    return given.bind(ARRAY(Uuid()), lambda values, _context: [decode(model, value) for value in values])


def cells(result: Source, _arguments: Arguments) -> Rows:
    """Every persona in every buying stage, by the persona's name and the stage's position."""
    data: Coverage = result.data
    cell, rows, numbers = data.cells.c, data.cells, {}
    joined: FromClause = rows
    # What nobody selects is not computed: each part has one row a cell at most, so PostgreSQL leaves out its join.
    for name, part in (("assets", data.assets()), ("uses", data.uses()), ("influenced_revenue", data.revenue())):
        same = (part.c.persona_id == cell.persona_id) & (part.c.buying_stage_id == cell.buying_stage_id)
        joined = joined.outerjoin(part, same)
        numbers[name] = func.coalesce(part.c.number, _ZERO, type_=part.c.number.type)
    found = select(
        cell.persona_id,
        cell.buying_stage_id,
        *(number.label(name) for name, number in numbers.items()),
        _level(numbers["assets"]).label("level"),
        reporting_currency().label("currency_code"),
    ).select_from(joined)
    return Rows(found.order_by(cell.persona_name, cell.persona_id, cell.stage_position), data, _EXPECTED_CELLS)


def _level(assets: ColumnElement[Any]) -> ColumnElement[str]:
    levels = [(assets <= literal_column(str(most)), constant(level)) for level, most in _AT_MOST.items()]
    return case(*levels, else_=constant(CoverageLevel.EXCESS))


def excluded(result: Source, _arguments: Arguments) -> Rows:
    """The amounts that are in no cell because their currency had no rate, each once, counted by currency."""
    won = result.data.won()
    unrated = select(won.c.id, won.c.unrated).where(won.c.unrated.is_not(None)).distinct().subquery()
    counted = select(unrated.c.unrated.label("currency_code"), func.count().label("count"))
    return Rows(counted.group_by(unrated.c.unrated).order_by(unrated.c.unrated))

"""Which content to use now: active assets mapped to a buying stage and to the personas at hand, best first.

Ranked by fit weight, a persona's own content before any persona's, uses in won opportunities, freshness (the day of
the last review) and id. docs/metrics.md has the definition.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    FromClause,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    BuyingGroupMember,
    BuyingStage,
    Contact,
    ContentAsset,
    ContentMapping,
    ContentStatus,
    FunnelStage,
    Lead,
    Persona,
    Term,
)
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table, table_of
from resolvers.compiler.vocabulary import Columns, Item, Rows, Source
from resolvers.ids import decode
from resolvers.ranking import limit, size

_HOLDS = {"asset_id": "asset_"}
"""A chosen row has the columns of its asset, whose names begin so."""


class ReasonCode(Term):
    STAGE = "STAGE", "The asset is mapped to the buying stage."
    PERSONA = "PERSONA", "The asset is mapped to one of the personas."
    ANY_PERSONA = "ANY_PERSONA", "The asset is mapped to the buying stage for any persona."
    WON_USES = "WON_USES", "The asset was used in opportunities that were won."
    REVIEWED = "REVIEWED", "The asset was reviewed; the later, the better."


def for_lead(lead: Source, arguments: Arguments) -> Rows:
    """The best content for a lead's buying stage and its persona (else its contact's)."""
    contact = open_table(Contact)
    of_contact = (
        select(contact.c.persona_id)
        .where(in_workspace(contact), contact.c.id == lead.c.contact_id)
        .correlate_except(contact)
        .scalar_subquery()
    )
    persona = select(func.coalesce(lead.c.persona_id, of_contact)).correlate(lead.row).scalar_subquery()
    personas = func.array(persona)
    return _recommended(_buying_stage(lead), personas, arguments)


def for_opportunity(opportunity: Source, arguments: Arguments) -> Rows:
    """The best content for an opportunity's buying stage and the personas of its buying group and origin lead."""
    member, contact, lead = open_table(BuyingGroupMember), open_table(Contact), open_table(Lead)
    of_group = (
        select(contact.c.persona_id)
        .join_from(member, contact, contact.c.id == member.c.contact_id)
        .where(in_workspace(member, contact), member.c.opportunity_id == opportunity.c.id)
        .correlate(opportunity.row)
    )
    of_lead = (
        select(lead.c.persona_id)
        .where(in_workspace(lead), lead.c.id == opportunity.c.origin_lead_id)
        .correlate(opportunity.row)
    )
    return _recommended(
        _buying_stage(opportunity), func.array(union_all(of_group, of_lead).scalar_subquery()), arguments
    )


def for_several(opportunities: FromClause, arguments: Arguments) -> Rows:
    """The best content for any of several opportunities, each asset once: where it fits best."""
    first = size(arguments)
    # What is not among the first of one opportunity is not among the first of all.
    found = for_opportunity(Source(opportunities), arguments).select.lateral()
    once = (
        select(found)
        .join_from(opportunities, found, true())
        .ext(distinct_on(found.c.asset_id))
        .order_by(found.c.asset_id, *_order(found.c, _asset(found)), found.c.persona_id, found.c.buying_stage_id)
        .correlate_except(opportunities, found)
        .subquery()
    )
    ranked = select(once).order_by(*_order(once.c, _asset(once))).limit(limit(first))
    return Rows(ranked, estimate=first, holds=_HOLDS)


def for_stage(_root: Source, arguments: Arguments) -> Rows:
    """The best content for a buying stage and personas that are named outright."""
    stage_id = arguments["stage"].bind(Uuid(), lambda value, _context: decode(BuyingStage, value))
    persona_ids = arguments["personas"].bind(
        ARRAY(Uuid()), lambda values, _context: [decode(Persona, value) for value in values]
    )
    return _recommended(stage_id, persona_ids, arguments)


def reasons(recommendation: Source, _arguments: Arguments) -> list[Item]:
    """Why an asset is recommended, the weightiest reason first."""
    row = recommendation.c
    stage_name = _name(recommendation, BuyingStage, row.buying_stage_id)
    persona_name = _name(recommendation, Persona, row.persona_id)
    times = case((row.asset_won_uses == literal_column("1"), constant(" time")), else_=constant(" times"))
    own = row.persona_id.is_not(None)
    return [
        _reason(ReasonCode.STAGE, constant("Mapped to the buying stage "), stage_name, constant(".")),
        _reason(ReasonCode.PERSONA, constant("Made for "), persona_name, constant("."), when=own),
        _reason(ReasonCode.ANY_PERSONA, constant("Fits any persona."), when=~own),
        _reason(
            ReasonCode.WON_USES,
            constant("Used "),
            row.asset_won_uses,
            times,
            constant(" in won opportunities."),
            when=row.asset_won_uses > literal_column("0"),
        ),
        _reason(
            ReasonCode.REVIEWED,
            constant("Last reviewed on "),
            row.asset_reviewed_on,
            constant("."),
            when=row.asset_reviewed_on.is_not(None),
        ),
    ]


def _name(recommendation: Source, model: type[BuyingStage | Persona], key: ColumnElement[Any]) -> ColumnElement[Any]:
    row = open_table(model)
    found = select(row.c.name).where(in_workspace(row), row.c.id == key).correlate_except(row)
    return recommendation.look_up(found).c.name


def _reason(code: ReasonCode, *words: ColumnElement[Any], when: ColumnElement[bool] | None = None) -> Item:
    text = func.concat(*words, type_=Text()) if len(words) > 1 else words[0]
    return Item({"code": constant(code), "text": text}, when)


def _buying_stage(journey: Source) -> ColumnElement[Any]:
    stage = open_table(FunnelStage)
    return (
        select(stage.c.buying_stage_id)
        .where(in_workspace(stage), stage.c.id == journey.c.stage_id)
        .correlate_except(stage)
        .scalar_subquery()
    )


def _recommended(stage_id: ColumnElement[Any], wanted_ids: ColumnElement[Any], arguments: Arguments) -> Rows:
    """Walks the stage's mappings from the best fit on, and stops when there are enough.

    Picking each asset's best mapping first (DISTINCT ON) would read and sort all mappings of the stage.
    """
    first = size(arguments)
    mapping, asset = open_table(ContentMapping), open_table(ContentAsset)
    # Both uses read it from here, so that it is computed once.
    once = select(wanted_ids.label("ids")).cte()
    wanted = cast(select(once.c.ids).scalar_subquery(), ARRAY(Uuid()))
    chosen = (
        select(
            *(column.label(_HOLDS["asset_id"] + column.name) for column in asset.c),
            mapping.c.persona_id,
            mapping.c.buying_stage_id,
            mapping.c.fit_weight,
        )
        .join_from(mapping, asset, asset.c.id == mapping.c.asset_id)
        .where(
            in_workspace(mapping, asset),
            asset.c.status == constant(ContentStatus.ACTIVE),
            mapping.c.buying_stage_id == stage_id,
            _fits(mapping, wanted),
            ~_has_better(mapping, wanted),
        )
        .order_by(*_order(mapping.c, asset.c))
        .limit(limit(first))
        .correlate_except(mapping, asset)
        .add_cte(once, nest_here=True)
    )
    return Rows(chosen, estimate=first, holds=_HOLDS)


def _asset(chosen: FromClause) -> Columns:
    """The columns of the asset that a chosen row holds."""
    return Columns({column.name: chosen.c[_HOLDS["asset_id"] + column.name] for column in table_of(ContentAsset).c})


def _order(mapping: Any, asset: Any) -> tuple[ColumnElement[Any], ...]:
    """The order of what fits, the best first, by the columns of the mapping and of its asset."""
    return (
        mapping.fit_weight.desc(),
        mapping.persona_id.is_(None),
        asset.won_uses.desc(),
        asset.reviewed_on.desc().nulls_last(),
        asset.id,
    )


def _fits(mapping: FromClause, personas: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(mapping.c.persona_id == any_(personas), mapping.c.persona_id.is_(None))


def _has_better(mapping: FromClause, personas: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the same asset fits by another mapping that comes first: by weight, then by a persona of its own."""
    other = open_table(ContentMapping)
    first_persona = or_(
        other.c.persona_id < mapping.c.persona_id,
        and_(other.c.persona_id.is_not(None), mapping.c.persona_id.is_(None)),
    )
    comes_first = or_(
        other.c.fit_weight > mapping.c.fit_weight, and_(other.c.fit_weight == mapping.c.fit_weight, first_persona)
    )
    return (
        exists()
        .where(
            in_workspace(other),
            other.c.asset_id == mapping.c.asset_id,
            other.c.buying_stage_id == mapping.c.buying_stage_id,
            _fits(other, personas),
            comes_first,
        )
        .correlate_except(other)
    )

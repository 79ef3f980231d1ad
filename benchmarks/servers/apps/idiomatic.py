"""A Strawberry server as its documentation teaches it: ORM objects, a session a resolver, a DataLoader a relation."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

from db import models
from db.engine import create_engine

_WORKSPACE = UUID(os.environ["BENCHMARK_WORKSPACE"])

# The default of connections a process in the peers; the owner, so that no row-level security is paid for.
session = async_sessionmaker(create_engine(os.environ["BENCHMARK_DSN"], role=None, pool_size=10, pool_timeout=30))


def by_id(model: Any) -> Callable[[list[UUID]], Awaitable[Sequence[Any]]]:
    """What loads many rows of ``model`` in one statement."""

    async def load(ids: list[UUID]) -> Sequence[Any]:
        async with session() as s:
            rows = await s.scalars(select(model).where(model.workspace_id == _WORKSPACE, model.id.in_(ids)))
            found = {row.id: row for row in rows}
        return [found.get(id_) for id_ in ids]

    return load


async def row(model: Any, key: str) -> Any:
    """The row of ``model`` with that id; None where there is none."""
    async with session() as s:
        return await s.get(model, (_WORKSPACE, UUID(key)))


def related(name: str, key: str) -> Any:
    """A resolver that follows the foreign key ``key`` through the loader ``name``."""

    async def resolve(root: Any, info: Info) -> Any:
        id_ = getattr(root, key)
        return None if id_ is None else await info.context["loaders"][name].load(id_)

    return resolve


@strawberry.type
class Named:
    id: strawberry.ID
    name: str


@strawberry.type
class Stage:
    key: str
    name: str


@strawberry.type
class Lead:
    id: strawberry.ID
    name: str | None
    company: str | None
    email: str | None
    title: str | None
    score: int | None
    received_at: datetime
    stage_entered_at: datetime | None
    account: Named | None = strawberry.field(resolver=related("account", "account_id"))
    owner: Named | None = strawberry.field(resolver=related("member", "owner_id"))
    persona: Named | None = strawberry.field(resolver=related("persona", "persona_id"))
    stage: Stage | None = strawberry.field(resolver=related("stage", "stage_id"))


@strawberry.type
class Leads:
    nodes: list[Lead]


@strawberry.type
class Asset:
    id: strawberry.ID
    title: str
    kind: str
    url: str | None


@strawberry.type
class Reason:
    code: str
    text: str


@strawberry.type
class Recommendation:
    asset: Asset
    fit_weight: float
    reasons: list[Reason]


@strawberry.type
class Opportunity:
    id: strawberry.ID
    name: str

    @strawberry.field
    async def recommended_content(self: models.Opportunity, first: int) -> list[Recommendation]:
        async with session() as s:
            stage = await s.scalar(
                select(models.BuyingStage)
                .join(models.FunnelStage, models.FunnelStage.buying_stage_id == models.BuyingStage.id)
                .where(models.FunnelStage.workspace_id == _WORKSPACE, models.FunnelStage.id == self.stage_id)
            )
            if stage is None:
                return []
            personas = await s.scalars(_persona_ids(self))
            candidates = await s.execute(_candidates(stage.id, [id_ for id_ in personas if id_ is not None]))
            return _best(candidates.tuples(), stage, first)


def _persona_ids(opportunity: models.Opportunity) -> Any:
    """The personas of the buying group's contacts, and of the lead where it began."""
    group = (
        select(models.Contact.persona_id)
        .join(models.BuyingGroupMember, models.BuyingGroupMember.contact_id == models.Contact.id)
        .where(
            models.BuyingGroupMember.workspace_id == _WORKSPACE,
            models.BuyingGroupMember.opportunity_id == opportunity.id,
            models.Contact.workspace_id == _WORKSPACE,
        )
    )
    origin = select(models.Lead.persona_id).where(
        models.Lead.workspace_id == _WORKSPACE, models.Lead.id == opportunity.origin_lead_id
    )
    return group.union(origin)


def _candidates(stage_id: UUID, personas: list[UUID]) -> Any:
    """The mappings that fit, with their assets and personas."""
    mapping, asset = models.ContentMapping, models.ContentAsset
    return (
        select(mapping, asset, models.Persona)
        .join(asset, mapping.asset_id == asset.id)
        .outerjoin(models.Persona, mapping.persona_id == models.Persona.id)
        .where(
            mapping.workspace_id == _WORKSPACE,
            asset.workspace_id == _WORKSPACE,
            asset.status == models.ContentStatus.ACTIVE,
            mapping.buying_stage_id == stage_id,
            or_(mapping.persona_id.is_(None), mapping.persona_id.in_(personas)),
        )
    )


def _best(candidates: Any, stage: models.BuyingStage, first: int) -> list[Recommendation]:
    """Each asset by its best mapping, ranked."""
    best: dict[UUID, tuple[Any, ...]] = {}
    for mapping, asset, persona in candidates:
        key = (
            -mapping.fit_weight,
            persona is None,
            -asset.won_uses,
            -(asset.reviewed_on.toordinal() if asset.reviewed_on else 0),
            asset.id,
            "" if persona is None else str(persona.id),
        )
        if asset.id not in best or key < best[asset.id][0]:
            best[asset.id] = (key, asset, mapping, persona)
    ranked = sorted(best.values(), key=lambda entry: entry[0])[:first]
    return [
        Recommendation(asset=asset, fit_weight=float(mapping.fit_weight), reasons=_reasons(asset, stage, persona))
        for _, asset, mapping, persona in ranked
    ]


def _reasons(asset: models.ContentAsset, stage: models.BuyingStage, persona: models.Persona | None) -> list[Reason]:
    found = [Reason(code="STAGE", text=f"Mapped to the buying stage {stage.name}.")]
    if persona is None:
        found.append(Reason(code="ANY_PERSONA", text="Fits any persona."))
    else:
        found.append(Reason(code="PERSONA", text=f"Made for {persona.name}."))
    if asset.won_uses:
        times = "time" if asset.won_uses == 1 else "times"
        found.append(Reason(code="WON_USES", text=f"Used {asset.won_uses} {times} in won opportunities."))
    if asset.reviewed_on:
        found.append(Reason(code="REVIEWED", text=f"Last reviewed on {asset.reviewed_on}."))
    return found


Key = Annotated[strawberry.ID, strawberry.argument(name="id")]


@strawberry.type
class Query:
    @strawberry.field
    async def lead(self, key: Key) -> Lead | None:
        found: Lead | None = await row(models.Lead, key)
        return found

    @strawberry.field
    async def leads(self, first: int) -> Leads:
        async with session() as s:
            newest = (
                select(models.Lead)
                .where(models.Lead.workspace_id == _WORKSPACE)
                .order_by(models.Lead.received_at.desc(), models.Lead.id.desc())
                .limit(first)
            )
            return Leads(nodes=list(await s.scalars(newest)))

    @strawberry.field
    async def opportunity(self, key: Key) -> Opportunity | None:
        found: Opportunity | None = await row(models.Opportunity, key)
        return found


class Application(GraphQL[Any, Any]):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        loaded = {
            "account": models.Account,
            "member": models.Member,
            "persona": models.Persona,
            "stage": models.FunnelStage,
        }
        return {"loaders": {name: DataLoader(load_fn=by_id(model)) for name, model in loaded.items()}}


schema = strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache])
app = Application(schema)

"""The demo company, put into a workspace in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups, search
from db.engine import workspace_transaction
from db.models import (
    Account,
    Base,
    BuyingStage,
    ContentAsset,
    FunnelStage,
    Journey,
    Lead,
    Member,
    Opportunity,
    StageTransition,
    Tenant,
)
from db.seed.accounts import add_accounts, add_contacts
from db.seed.alignment import add_alignment
from db.seed.audit import add_audit_entries
from db.seed.budgets import add_allocations, add_budgets
from db.seed.calendar import Calendar
from db.seed.campaigns import add_campaigns
from db.seed.company import Company
from db.seed.content import add_content
from db.seed.conversations import add_conversations
from db.seed.definitions import add_definitions
from db.seed.feedback import add_feedback
from db.seed.glossary import add_glossary
from db.seed.goals import add_goals, name_goals
from db.seed.handoffs import add_handoffs
from db.seed.invitations import add_invitations
from db.seed.leads import Market, add_leads
from db.seed.library import Library
from db.seed.messages import add_messages
from db.seed.opportunities import add_opportunities
from db.seed.partners import add_partners
from db.seed.people import add_channels, add_people
from db.seed.personas import add_personas
from db.seed.pipelines import set_up_pipelines
from db.seed.plans import add_plans
from db.seed.products import add_products
from db.seed.rates import add_rates
from db.seed.recognition import add_recognition
from db.seed.refs import add_external_refs, number_history
from db.seed.renewals import add_renewals
from db.seed.requests import add_requests
from db.seed.reviews import add_reviews
from db.seed.stages import describe_stages
from db.seed.touchpoints import add_campaign_touchpoints
from db.seed.usages import add_usages
from db.seed.voids import add_voids
from db.statistics import analyze

# The first day of a quarter: asked as of it, the last quarter and the last twelve months are whole.
DEFAULT_UNTIL = date(2026, 10, 1)
MARGIN_RATE = Decimal("0.62")
"""What is left of the demo company's revenue, for whoever makes its workspace: only the owner writes that row."""


class WorkspaceNotEmptyError(Exception):
    """The workspace holds members, content, accounts or leads already: the demo company would mix with them."""


async def seed(
    engine: AsyncEngine, workspace_id: UUID, progress: Callable[[str], None], *, until: date = DEFAULT_UNTIL
) -> None:
    """Fill an empty workspace, which has its default stages, with the demo company's year before ``until``.

    The same ``until`` gives the same rows with the same ids. Everything happened before ``until`` (UTC); pass
    today's date so that windows such as the last 90 days have something in them. ``progress`` is told of every
    table written. Raises :class:`WorkspaceNotEmptyError`, and then nothing is written.
    """
    async with workspace_transaction(engine, workspace_id) as connection:
        if not await is_empty(connection, workspace_id):
            raise WorkspaceNotEmptyError(f"workspace {workspace_id} holds data already")
        agreed_at = Calendar(until).ago(340)
        await set_up_pipelines(connection, workspace_id, agreed_at)
        await describe_stages(connection, workspace_id, agreed_at)
        progress("stages: two pipelines, and what both departments agreed")
        stages = [await _stages(connection, table, workspace_id) for table in (FunnelStage, BuyingStage)]
        company = found(Company(workspace_id, until, *stages))
        await _write(connection, company, progress)
        progress(f"search: {await search.rebuild(connection, workspace_id)} words")
        await rollups.rebuild(connection, workspace_id)
        progress("roll-ups: usage by day and month")
    await analyze(engine)


async def is_empty(connection: AsyncConnection, workspace_id: UUID) -> bool:
    """Whether the workspace has nothing in it but its stages and tokens."""
    for table in (Member, ContentAsset, Account, Lead, Opportunity):
        found_one = select(table.id).where(table.workspace_id == workspace_id).limit(1)
        if (await connection.execute(found_one)).first() is not None:
            return False
    return True


def found(company: Company) -> Company:
    """Make all rows of the company's year."""
    people = add_people(company)
    channels = add_channels(company)
    personas = add_personas(company)
    library = Library(add_content(company, people, personas))
    accounts = add_accounts(company, people)
    contacts = add_contacts(company, accounts, personas)
    market = Market(people, channels, personas, library, accounts, contacts)
    add_opportunities(company, market, add_leads(company, market))
    add_usages(company, market)
    add_external_refs(company)
    add_renewals(company)
    add_products(company)
    add_rates(company)
    add_glossary(company)
    add_definitions(company)
    activities = add_campaigns(company)
    add_messages(company)
    add_audit_entries(company)
    add_partners(company, people)
    add_invitations(company, activities)
    add_handoffs(company, market)
    add_feedback(company)
    add_recognition(company)
    add_campaign_touchpoints(company)
    add_conversations(company)
    budgets = add_budgets(company)
    goals = add_goals(company, budgets[0])
    name_goals(company, goals)
    add_allocations(company, budgets, goals)
    add_reviews(company, add_plans(company, goals), goals)
    add_alignment(company)
    add_requests(company, personas, goals)
    add_voids(company)
    number_history(company)
    # The sequence of transitions is the order of their writing.
    company.rows(StageTransition).sort(key=lambda transition: transition.occurred_at)
    return company


async def _stages(
    connection: AsyncConnection, table: type[FunnelStage] | type[BuyingStage], workspace_id: UUID
) -> dict[str, UUID]:
    rows = await connection.execute(select(table.key, table.id).where(table.workspace_id == workspace_id))
    return dict(rows.all())


async def _write(connection: AsyncConnection, company: Company, progress: Callable[[str], None]) -> None:
    """Parents before children; journeys that name an origin lead come in a second round, after the leads."""
    further = [row for row in company.rows(Journey) if row.origin_lead_id is not None]
    for table in parents_first():
        rows = company.rows(table)
        if table is Journey:
            rows = [row for row in company.rows(Journey) if row.origin_lead_id is None]
        if rows:
            await connection.execute(insert(table), [_values(row) for row in rows])
            progress(f"{table.__tablename__}: {len(rows)} rows")
        if table is Lead:
            await connection.execute(insert(Journey), [_values(row) for row in further])


def parents_first() -> list[type[Tenant]]:
    """The models of all tables that belong to a workspace, each after those that it refers to."""
    models = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    return [model for table in Base.metadata.sorted_tables if issubclass(model := models[table], Tenant)]


def _values(row: Tenant) -> dict[str, Any]:
    """The row's columns, without those that the database numbers itself."""
    columns = inspect(type(row)).local_table.columns
    return {column.key: getattr(row, column.key) for column in columns if column.identity is None}

"""The demo company, put into a workspace in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

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
from db.seed.company import Company
from db.seed.content import add_content
from db.seed.leads import Market, add_leads
from db.seed.library import Library
from db.seed.opportunities import add_opportunities
from db.seed.people import add_channels, add_people
from db.seed.personas import add_personas
from db.seed.refs import add_external_refs
from db.seed.stages import describe_stages
from db.seed.usages import add_usages

# The first day of a quarter: asked as of it, the last quarter and the last twelve months are whole.
DEFAULT_UNTIL = date(2026, 10, 1)


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
        stages = [await _stages(connection, table, workspace_id) for table in (FunnelStage, BuyingStage)]
        company = found(Company(workspace_id, until, *stages))
        await describe_stages(connection, company)
        progress("stages: what both departments agreed")
        await _write(connection, company, progress)


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

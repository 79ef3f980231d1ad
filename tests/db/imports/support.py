"""A small map, and what it takes to run one on rows written in a test."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.imports import Report, run
from db.models import Base
from tests.oracle.server import Server

ROOT = Path(__file__).parents[3]
MAPS = ROOT / "examples" / "imports"
SHARED_DATA = Path(os.environ.get("WAVELENGTH_SHARED_DATA", ROOT.parent / "shared" / "data"))

CRM_MAP = """
source = "crm"

[files.leads]
name = "leads.csv"

[files.deals]
name = "deals.csv"

[[channel]]
file = "leads"
id = "channel"
shared = true
mode = "create"
set = { key = { column = "channel", form = "key" }, label = "channel" }

[[content_asset]]
file = "leads"
id = "page"
shared = true
set = { title = "page", kind = { value = "ARTICLE" }, status = { value = "ACTIVE" } }

[[lead]]
file = "leads"
id = "lead"
set = { received_at = "seen", email = "email", score = "score", channel = "channel", first_asset = "page" }
attributes = { size = "size" }

[[stage_transition]]
file = "leads"
id = { text = "{lead}:mql" }
into = "mql"
set = { lead = "lead", occurred_at = "seen" }

[[content_usage]]
file = "leads"
id = { text = "{lead}:page" }
set = { asset = "page", action = { value = "VIEWED" }, lead = "lead", channel = "channel", occurred_at = "seen" }

[[opportunity]]
file = "deals"
id = "deal"
set = { name = { text = "Deal {deal}" }, opened_at = "opened", origin_lead = "lead", amount = "amount" }

[[stage_transition]]
file = "deals"
id = { text = "{deal}:discovery" }
into = "discovery"
set = { opportunity = "deal", occurred_at = "opened" }

[[stage_transition]]
file = "deals"
id = { text = "{deal}:won" }
into = "won"
set = { opportunity = "deal", occurred_at = "closed" }
"""

LEADS_HEADER = "lead,seen,channel,page,email,score,size\n"
LEADS = (
    LEADS_HEADER
    + "L1,2026-01-01,Paid search,p1,a@example.org,10,big\n"
    + "L2,2026-01-02T08:30:00,Email,p1,b@example.org,,\n"
    + "L3,2026-01-03,,p2,,-5,small\n"
)
DEALS_HEADER = "deal,lead,opened,closed,amount\n"
DEALS = DEALS_HEADER + "D1,L1,2026-01-10,2026-02-01,1200.50\nD2,L1,2026-01-11,2026-02-02,\n"


@dataclass
class Desk:
    """Imports texts into one workspace, and asks it what is there."""

    engine: AsyncEngine
    workspace_id: UUID
    folder: Path
    news: list[str] = field(default_factory=list)

    async def take(
        self,
        leads: str | bytes = LEADS,
        deals: str | bytes = DEALS,
        *,
        chart: str = CRM_MAP,
        strict: bool = False,
        sink: TextIO | None = None,
    ) -> Report:
        """Run ``chart`` over the two files."""
        return await self.take_files(chart, {"leads.csv": leads, "deals.csv": deals}, strict=strict, sink=sink)

    async def take_files(
        self,
        chart: str,
        files: Mapping[str, str | bytes],
        *,
        also: Sequence[str] = (),
        strict: bool = False,
        sink: TextIO | None = None,
    ) -> Report:
        """Run ``chart`` over files of these names and contents, in this order, and over those that are there already."""
        for name, content in {"map.toml": chart, **files}.items():
            (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return await run(
            self.engine,
            self.workspace_id,
            self.folder / "map.toml",
            [self.folder / name for name in (*files, *also)],
            strict=strict,
            progress=self.news.append,
            rejections_to=sink,
        )

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of plain SQL in which ``:w`` is the workspace."""
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            return [tuple(row) for row in await connection.execute(sa.text(query), {"w": self.workspace_id})]

    async def answer(self, document: str, variables: Mapping[str, Any]) -> Any:
        """What the server answers in the workspace, which has the calendar that all have who name none."""
        workspace = {"id": self.workspace_id, "time_zone": "UTC", "fiscal_year_start_month": 1}
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, asyncpg.Connection)
            return await Server(driver, workspace).data(document, variables)

    async def counts(self) -> dict[str, int]:
        """Rows of every table that an import writes."""
        return {table: len(versions) for table, versions in (await self.versions()).items()}

    async def versions(self) -> dict[str, list[tuple[Any, ...]]]:
        """Which version of which row is there: equal if and only if nothing was written between."""
        found = {}
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            for name in WRITTEN:
                table = Base.metadata.tables[name]
                place: sa.Select[str, str] = sa.select(sa.literal_column("ctid::text"), sa.literal_column("xmin::text"))
                rows = await connection.execute(
                    place.select_from(table).where(table.c.workspace_id == self.workspace_id)
                )
                found[name] = sorted(tuple(row) for row in rows)
        return found


WRITTEN = (
    "team", "member", "channel", "product", "pipeline", "account", "contact", "content_asset", "campaign", "journey",
    "lead", "opportunity", "opportunity_line", "buying_group_member", "stage_transition", "content_usage", "touchpoint",
    "external_ref",
)  # fmt: skip


def told(report: Report) -> list[str]:
    """Every rejection as the report file has it."""
    return [str(rejection) for rejection in report.rejections]

"""What was exported and restored is the same in every column of every table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from db.engine import workspace_transaction
from db.exports.sheets import sheets
from db.models import Base, SearchTerm, StageTransition, UsageByAsset, Workspace
from db.search import Differences, check
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.exports.support import EXPORTED, contents, differences, export_to, restore_from, rows_of
from tests.factories.journey import journey, lead, opportunity

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?", fullmatch=True)
JSON_TEXT = st.recursive(
    st.one_of(st.just("null"), st.just("true"), NUMBER, TEXT.map(json.dumps)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
        st.dictionaries(TEXT, inner, max_size=3).map(
            lambda items: "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
async def restored(owner_engine: AsyncEngine, make_workspace: WorkspaceFactory, exported: Path) -> MadeWorkspace:
    made = await make_workspace()
    await restore_from(owner_engine, made.id, exported)
    return made


def test_every_table_of_a_workspace_is_exported_but_tokens_and_what_is_derived() -> None:
    tables = {table.name for table in Base.metadata.tables.values() if "workspace_id" in table.c}
    assert tables - {table.name for table in EXPORTED} == {
        "api_token",
        "search_term",
        "rollup_state",
        "usage_delta",
        "usage_by_asset",
        "usage_by_member",
        "usage_place",
        "users_by_asset",
        "touchpoint_delta",
        "touchpoints_by_channel",
        "touchpoints_by_campaign",
        "entry_delta",
        "entries_by_stage",
    }


def test_every_column_is_exported_but_three() -> None:
    left_out = {
        str(column)
        for sheet in sheets()
        for column in sheet.table.columns
        if column not in {field.column for field in sheet.fields} and column.name != "workspace_id"
    }
    assert left_out == {"stage_transition.sequence", "audit_entry.api_token_id"}


async def test_every_row_survives(engine: AsyncEngine, company: MadeWorkspace, restored: MadeWorkspace) -> None:
    assert await differences(engine, company.id, restored.id) == {}


async def test_what_was_restored_can_be_searched(engine: AsyncEngine, restored: MadeWorkspace) -> None:
    async with workspace_transaction(engine, restored.id) as connection:
        assert await check(connection, restored.id) == Differences(missing=0, superfluous=0)
        words = await connection.scalars(sa.select(sa.func.count()).select_from(SearchTerm))
        assert words.one() > 1000


async def test_what_was_restored_is_added_up(engine: AsyncEngine, restored: MadeWorkspace) -> None:
    async with workspace_transaction(engine, restored.id) as connection:
        found = await rollups.check(connection, restored.id)
        months = sa.select(sa.func.count()).where(UsageByAsset.span == "MONTH")
        assert (found.in_use, found.differences) == (True, [])
        assert (await connection.scalars(months)).one() > 100


async def test_the_order_of_transitions_survives(
    engine: AsyncEngine, company: MadeWorkspace, restored: MadeWorkspace
) -> None:
    orders = []
    for workspace in (company, restored):
        async with workspace_transaction(engine, workspace.id) as connection:
            ordered = sa.select(StageTransition.id).where(StageTransition.workspace_id == workspace.id)
            orders.append((await connection.scalars(ordered.order_by(StageTransition.sequence))).all())
    assert orders[0] == orders[1]
    assert orders[0]


async def test_the_settings_are_the_exported_workspace_s(
    owner_engine: AsyncEngine, company: MadeWorkspace, restored: MadeWorkspace
) -> None:
    table = Workspace.__table__
    own = {"id", "slug", "created_at", "updated_at"}
    columns = [column for column in table.columns if column.name not in own]
    async with owner_engine.connect() as connection:
        one, other = [
            (await connection.execute(sa.select(*columns).where(table.c.id == made.id))).one()
            for made in (company, restored)
        ]
        slug = await connection.scalar(sa.select(Workspace.slug).where(Workspace.id == restored.id))
    assert one == other
    assert one.name == "Müller & Søn"
    assert slug == restored.slug


async def test_a_second_export_is_the_same_but_for_the_workspace(
    engine: AsyncEngine, company: MadeWorkspace, restored: MadeWorkspace, exported: Path, tmp_path: Path
) -> None:
    again = await export_to(engine, restored.id, tmp_path)
    assert contents(again) == contents(exported)
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (exported, again)]
    for manifest, made in zip(manifests, (company, restored), strict=True):
        assert manifest["workspace"].pop("id") == f"ws_{made.id}"
        assert manifest["workspace"].pop("slug") == made.slug
        assert datetime.fromisoformat(manifest.pop("exportedAt")).utcoffset() is not None
    assert manifests[0] == manifests[1]


ROW = st.fixed_dictionaries(
    {
        "text": TEXT,
        "texts": st.lists(TEXT, max_size=3),
        "document": JSON_TEXT,
        # Hypothesis wants bounds without a zone beside `timezones`.
        "moment": st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
        "amount": NUMBER.map(Decimal),
        "day": st.dates(),
    }
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(ROW, min_size=10, max_size=20))
async def test_any_value_survives(
    engine: AsyncEngine,
    owner_engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
) -> None:
    source, target = await make_workspace(), await make_workspace()
    document = sa.text("UPDATE lead SET attributes = CAST(:document AS jsonb) WHERE id = :id")
    async with workspace_transaction(engine, source.id) as connection:
        for row in rows:
            named = {"name": row["text"], "needs": row["texts"], "received_at": row["moment"]}
            made = await lead(connection, source.id, **named)
            await connection.execute(document, {"document": row["document"], "id": made})
            money = {"amount": row["amount"], "currency_code": "EUR"}
            await opportunity(connection, source.id, opened_at=row["moment"], expected_close_on=row["day"], **money)
    folder = await export_to(engine, source.id, tmp_path_factory.mktemp("values"))
    await restore_from(owner_engine, target.id, folder)
    assert await differences(engine, source.id, target.id) == {}


async def test_infinite_times_and_later_journeys_of_a_lead_survive(
    engine: AsyncEngine,
    owner_engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    workspace: MadeWorkspace,
    tmp_path: Path,
) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        first = await lead(connection, workspace.id, received_at=datetime(2026, 1, 1, tzinfo=UTC))
        further = await journey(connection, workspace.id, origin_lead_id=first)
        await opportunity(connection, workspace.id, journey_id=further, origin_lead_id=first)
        await connection.execute(sa.text("UPDATE lead SET stage_entered_at = 'infinity', received_at = '-infinity'"))
        await connection.execute(sa.text("UPDATE opportunity SET expected_close_on = 'infinity'"))
    target = await make_workspace()
    await restore_from(owner_engine, target.id, await export_to(engine, workspace.id, tmp_path))
    assert await differences(engine, workspace.id, target.id) == {}
    journeys = await rows_of(engine, target.id, Base.metadata.tables["journey"])
    assert sorted(str(first) in row for row in journeys) == [False, True]

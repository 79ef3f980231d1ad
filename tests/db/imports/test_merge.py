"""What good rows make: entities by external id, journeys with their stages, and the same again the second time."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import insert

from db.engine import workspace_transaction
from db.imports import Change
from db.models import Channel
from tests.db.imports.support import CRM_MAP, DEALS, DEALS_HEADER, LEADS, LEADS_HEADER, Desk

PATHS = """
    SELECT r.external_id, f.key, t.key, to_char(s.occurred_at, 'YYYY-MM-DD')
    FROM stage_transition s
    JOIN external_ref r ON r.workspace_id = :w AND r.entity = 'stage_transition' AND r.entity_id = s.id
    LEFT JOIN funnel_stage f ON f.workspace_id = :w AND f.id = s.from_stage_id
    JOIN funnel_stage t ON t.workspace_id = :w AND t.id = s.to_stage_id
    WHERE s.workspace_id = :w ORDER BY s.journey_id, s.occurred_at, s.sequence
"""
LEAD_STAGES = """
    SELECT r.external_id, s.key, to_char(l.stage_entered_at, 'YYYY-MM-DD')
    FROM lead l JOIN external_ref r ON r.workspace_id = :w AND r.entity = 'lead' AND r.entity_id = l.id
    LEFT JOIN funnel_stage s ON s.workspace_id = :w AND s.id = l.stage_id WHERE l.workspace_id = :w ORDER BY 1
"""
DEAL_STAGES = """
    SELECT r.external_id, s.key, to_char(o.closed_at, 'YYYY-MM-DD'), j.origin_lead_id IS NOT NULL,
           o.journey_id = (SELECT l.journey_id FROM lead l WHERE l.workspace_id = :w AND l.id = o.origin_lead_id)
    FROM opportunity o JOIN external_ref r ON r.workspace_id = :w AND r.entity = 'opportunity' AND r.entity_id = o.id
    JOIN journey j ON j.workspace_id = :w AND j.id = o.journey_id
    LEFT JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id WHERE o.workspace_id = :w ORDER BY 1
"""

MOVES_MAP = """
source = "crm"
[files.moves]
time_zone = "America/New_York"
columns = { at = { format = "%d.%m.%Y %H:%M" } }
delimiter = ";"
nulls = ["", "n/a"]

[[stage_transition]]
file = "moves"
id = "id"
into = "negotiation"
set = { opportunity = "deal", occurred_at = "at", reason = "why" }

[[content_usage]]
file = "moves"
id = "id"
set = { opportunity = "deal", asset = "page", action = { value = "SENT" }, minutes = { value = 5 }, occurred_at = "at" }
"""


async def test_a_second_import_writes_nothing(desk: Desk) -> None:
    first = await desk.take()
    before = await desk.versions()
    second = await desk.take()
    assert await desk.versions() == before
    assert [change.unchanged for change in second.changes] == [change.created for change in first.changes]


async def test_imports_into_one_workspace_follow_each_other(desk: Desk) -> None:
    reports = await asyncio.gather(desk.take(), desk.take())
    created = sorted(sum(change.created for change in report.changes) for report in reports)
    assert created == [0, 19]
    assert (await desk.counts())["lead"] == 3


async def test_only_what_differs_is_written(desk: Desk) -> None:
    await desk.take()
    created = "SELECT count(*) FROM lead WHERE workspace_id = :w AND updated_at = created_at"
    assert await desk.rows(created) == [(3,)]
    report = await desk.take(LEADS.replace("b@example.org,,", "new@example.org,7,"))
    assert Change("leads.csv", "lead", 0, 1, 2) in report.changes
    assert await desk.rows(created) == [(2,)]
    assert await desk.rows("SELECT email, score FROM lead WHERE workspace_id = :w AND updated_at > created_at") == [
        ("new@example.org", 7)
    ]


async def test_empty_cells_clear_and_unnamed_attributes_stay(desk: Desk) -> None:
    await desk.take()
    other = CRM_MAP.replace('attributes = { size = "size" }', 'attributes = { email = "email" }')
    await desk.take(LEADS.replace("a@example.org", ""), chart=other)
    found = "SELECT email, attributes FROM lead WHERE workspace_id = :w ORDER BY received_at"
    assert await desk.rows(found) == [
        (None, {"size": "big"}),
        ("b@example.org", {"email": "b@example.org"}),
        (None, {"size": "small"}),
    ]
    await desk.take(LEADS.replace(",small", ","))
    assert (await desk.rows(found))[2] == (None, {})


async def test_the_first_opportunity_shares_the_journey_of_its_lead(desk: Desk) -> None:
    await desk.take()
    assert await desk.rows(DEAL_STAGES) == [
        ("D1", "won", "2026-02-01", False, True),
        ("D2", "won", "2026-02-02", True, False),
    ]
    assert sorted(await desk.rows(PATHS)) == [
        ("D1:discovery", "mql", "discovery", "2026-01-10"),
        ("D1:won", "discovery", "won", "2026-02-01"),
        ("D2:discovery", None, "discovery", "2026-01-11"),
        ("D2:won", "discovery", "won", "2026-02-02"),
        ("L1:mql", None, "mql", "2026-01-01"),
        ("L2:mql", None, "mql", "2026-01-02"),
        ("L3:mql", None, "mql", "2026-01-03"),
    ]
    assert await desk.rows(LEAD_STAGES) == [
        ("L1", "won", "2026-02-01"), ("L2", "mql", "2026-01-02"), ("L3", "mql", "2026-01-03"),
    ]  # fmt: skip
    money = "SELECT amount, currency_code FROM opportunity WHERE workspace_id = :w ORDER BY opened_at"
    assert await desk.rows(money) == [(Decimal("1200.50"), "USD"), (None, None)]


async def test_deals_that_come_later_find_the_journeys(desk: Desk) -> None:
    await desk.take(deals=DEALS_HEADER)
    await desk.take(LEADS_HEADER, "D2,L1,2026-01-11,2026-02-02,\n".join([DEALS_HEADER, ""]))
    await desk.take(LEADS_HEADER)
    assert await desk.rows(DEAL_STAGES) == [
        ("D1", "won", "2026-02-01", True, False),
        ("D2", "won", "2026-02-02", False, True),
    ]
    assert await desk.rows(LEAD_STAGES) == [
        ("L1", "won", "2026-02-02"), ("L2", "mql", "2026-01-02"), ("L3", "mql", "2026-01-03"),
    ]  # fmt: skip


async def test_a_deal_won_before_the_lead_was_seen(desk: Desk) -> None:
    await desk.take(deals=DEALS_HEADER + "D1,L3,2025-12-01,2025-12-24,\n")
    assert sorted(await desk.rows(PATHS))[:2] == [
        ("D1:discovery", None, "discovery", "2025-12-01"),
        ("D1:won", "discovery", "won", "2025-12-24"),
    ]
    assert ("L3:mql", "won", "mql", "2026-01-03") in await desk.rows(PATHS)
    assert (await desk.rows(LEAD_STAGES))[2] == ("L3", "mql", "2026-01-03")
    assert await desk.rows(DEAL_STAGES) == [("D1", "won", "2025-12-24", False, True)]


async def test_a_reopened_opportunity_and_its_content(desk: Desk) -> None:
    await desk.take()
    uses = "SELECT title, won_uses FROM content_asset WHERE workspace_id = :w ORDER BY title"
    moves = "id;deal;page;at;why\nM1;D2;p1;31.01.2026 20:30;n/a\n"
    await desk.take_files(MOVES_MAP, {"moves.csv": moves})
    assert await desk.rows(uses) == [("p1", 1), ("p2", 0)]
    assert ("M1", "discovery", "negotiation", "2026-02-01") in await desk.rows(PATHS)
    assert (await desk.rows(DEAL_STAGES))[1] == ("D2", "won", "2026-02-02", True, False)

    await desk.take_files(MOVES_MAP, {"moves.csv": moves + "M2;D2;p2;01.03.2026 00:00;again\n"})
    assert await desk.rows(uses) == [("p1", 0), ("p2", 0)]
    assert (await desk.rows(DEAL_STAGES))[1] == ("D2", "negotiation", None, True, False)
    times = (
        "SELECT to_char(occurred_at, 'YYYY-MM-DD HH24:MI') FROM content_usage WHERE workspace_id = :w AND minutes = 5"
    )
    assert sorted(await desk.rows(times)) == [("2026-02-01 01:30",), ("2026-03-01 05:00",)]


async def test_a_channel_of_the_same_key_is_adopted(desk: Desk) -> None:
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        ours = {"workspace_id": desk.workspace_id, "key": "paid_search", "label": "Search ads"}
        await connection.execute(insert(Channel).values(ours))
    report = await desk.take(f"{LEADS}L4,2026-01-05,paid-search,p1,,,\n")
    assert Change("leads.csv", "channel", 1, 0, 1) in report.changes
    found = """
        SELECT c.label, count(*) FROM lead l JOIN channel c ON c.workspace_id = :w AND c.id = l.channel_id
        WHERE l.workspace_id = :w GROUP BY 1 ORDER BY 1
    """
    assert await desk.rows(found) == [("Email", 1), ("Search ads", 2)]


@pytest.mark.parametrize(("mode", "kept"), [("create", "first"), ("upsert", "second")])
async def test_modes_and_shared_entities(desk: Desk, mode: str, kept: str) -> None:
    chart = f"""
        source = "crm"
        [files.rows]
        [[account]]
        file = "rows"
        id = "account"
        shared = true
        mode = "{mode}"
        set = {{ name = "name", parent = "parent" }}
    """
    header = "account,name,parent\n"
    await desk.take_files(chart, {"rows.csv": f"{header}A,first,B\nA,ignored,\nB,parent,\n,nobody,\n"})
    await desk.take_files(chart, {"rows.csv": f"{header}A,second,B\n"})
    found = """
        SELECT a.name, p.name FROM account a LEFT JOIN account p ON p.workspace_id = :w AND p.id = a.parent_id
        WHERE a.workspace_id = :w ORDER BY a.created_at, a.id
    """
    assert await desk.rows(found) == [(kept, "parent"), ("parent", None)]


async def test_update_needs_something_to_update(desk: Desk) -> None:
    chart = """
        source = "crm"
        [files.rows]
        [[lead]]
        file = "rows"
        id = "lead"
        mode = "update"
        set = { title = "title" }
    """
    await desk.take()
    report = await desk.take_files(chart, {"rows.csv": "lead,title\nL1,CEO\nL9,CFO\n"})
    assert [str(rejection) for rejection in report.rejections] == ["rows.csv:3: lead: there is no lead 'L9' from 'crm'"]
    assert report.changes == [Change("rows.csv", "lead", 0, 1, 0)]


async def test_files_with_a_mark_and_other_encodings(desk: Desk) -> None:
    report = await desk.take("\ufeff" + LEADS.replace("\n", "\r\n"), DEALS)
    assert report.rejected == 0
    chart = CRM_MAP.replace('name = "leads.csv"', 'name = "leads.csv"\nencoding = "cp1252"')
    await desk.take(LEADS.replace("p2", "Größe").encode("cp1252"), chart=chart)
    titles = "SELECT title FROM content_asset WHERE workspace_id = :w ORDER BY id"
    assert await desk.rows(titles) == [("p1",), ("p2",)]

"""The example map takes in HubSpot's tables: rows written here exactly, and an anonymised export to the last row."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.imports import Change, Report, run
from tests.conftest import WorkspaceFactory
from tests.db.imports.support import MAPS, SHARED_DATA, Desk, told

MAP = MAPS / "hubspot.toml"
TABLES = (
    "team", "team_user", "owner", "company", "contact", "deal_pipeline", "deal_pipeline_stage", "deal", "deal_company",
    "deal_contact", "deal_stage", "engagement_call", "engagement_email", "engagement_meeting", "engagement_note",
    "engagement_task", "engagement_company", "engagement_contact", "engagement_deal",
)  # fmt: skip
EXPORT = [SHARED_DATA / "hubspot" / f"{table}_data.csv" for table in TABLES]

ROWS = {
    "team.csv": "id,name\n1,Marketing\n2,New business\n",
    "team_user.csv": "user_id,team_id\n900,2\n900,1\n901,1\n",
    "owner.csv": (
        "owner_id,email,first_name,last_name,active_user_id\n"
        "10,ada@example.org,Ada,Okafor,900\n"
        "11,desk@example.org,,,\n"
    ),
    "company.csv": (
        "id,is_deleted,property_name,property_industry,property_country,property_hs_parent_company_id\n"
        "100,false,Harbour Foods,Food,Norway,\n"
        "101,false,Harbour Bakery,Food,Norway,100\n"
        "102,true,Gone Ltd,Food,Norway,\n"
    ),
    "contact.ndjson": (
        '{"id": 500, "_fivetran_deleted": false, "property_email": "kim@example.org", "property_firstname": "Kim",'
        ' "property_lastname": "Berg", "property_company": "Harbour Foods", "property_jobtitle": "Buyer",'
        ' "property_associatedcompanyid": 100, "property_lifecyclestage": "customer", "property_hubspotscore": 42,'
        ' "property_hs_analytics_source": "Organic search", "property_createdate": "2026-01-02T09:00:00Z",'
        ' "property_hs_lifecyclestage_marketingqualifiedlead_date": "2026-01-03T09:00:00Z"}\n'
        '{"id": 501, "_fivetran_deleted": false, "property_email": "lee@example.org", "property_firstname": "Lee",'
        ' "property_createdate": "2026-01-04 3:15:52"}\n'
        '{"id": 502, "_fivetran_deleted": true, "property_email": "gone@example.org"}\n'
        '{"id": 503, "property_email": {"work": "x@example.org"}}\n'
        '{"id": 504,\n'
    ),
    "deal_pipeline.csv": (
        "pipeline_id,_fivetran_deleted,display_order,label\ndefault,FALSE,0,Sales\nrenewals,FALSE,0,Renewals\n"
    ),
    "deal_pipeline_stage.csv": (
        "stage_id,_fivetran_deleted,closed_won,is_closed,display_order,probability,label,pipeline_id\n"
        "qualified,FALSE,FALSE,FALSE,0,0.2,Qualified,default\n"
        "closedwon,FALSE,TRUE,TRUE,1,1.0,Closed won,default\n"
        "closedlost,FALSE,FALSE,TRUE,2,0.0,Closed lost,default\n"
        "21,FALSE,FALSE,FALSE,0,0.9,Offer sent,renewals\n"
        "22,FALSE,TRUE,TRUE,1,1.0,Renewed,renewals\n"
        "23,FALSE,FALSE,FALSE,2,1.5,Too sure,renewals\n"
    ),
    "deal.csv": (
        "deal_id,is_deleted,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,property_closedate,"
        "property_createdate,property_closed_lost_reason\n"
        "D1,false,22,10,Ovens,1200.50,2026-02-10 12:00:00,2026-01-05 8:00:00,\n"
        "D2,false,closedlost,10,Mixers,300,,2026-01-06 08:00:00,Price\n"
        "D3,false,qualified,11,,,2026-05-01,,\n"
        "D4,false,closedlost,,Trays,,,2026-01-07 08:00:00,\n"
        "D5,true,qualified,,Old,,,2026-01-08 08:00:00,\n"
    ),
    "deal_company.csv": "company_id,deal_id,type_id\n100,D1,5\n101,D2,5\n101,D1,341\n102,D3,5\n",
    "deal_contact.csv": "contact_id,deal_id,type_id\n500,D1,3\n999,D1,3\n",
    "deal_stage.csv": (
        "deal_id,value,date_entered\n"
        "D1,21,2026-01-05 8:00:00\n"
        "D1,22,2026-02-10 12:00:00\n"
        "D2,qualified,2026-01-06 08:00:00\n"
        "D2,closedlost,2026-01-20 08:00:00\n"
        "D4,closedlost,2026-01-21 08:00:00\n"
        "D9,qualified,2026-01-22 08:00:00\n"
    ),
    "engagement_call.csv": (
        "engagement_id,_fivetran_deleted,property_hs_createdate,property_hs_timestamp,property_hubspot_owner_id,"
        "property_hs_call_title,property_hs_call_direction\n"
        "E1,false,2026-01-08 10:00:00,2026-01-08 09:00:00,10,First talk,INBOUND\n"
    ),
    "engagement_email.csv": (
        "engagement_id,_fivetran_deleted,property_hs_createdate,property_hs_timestamp,property_hubspot_owner_id,"
        "property_hs_email_subject\n"
        "E2,false,2026-01-09 10:00:00,,10,Your offer\n"
    ),
    "engagement_meeting.csv": "engagement_id,start_time,title\nE3,2026-01-10 10:00:00,Tasting\n",
    "engagement_note.csv": (
        "engagement_id,_fivetran_deleted,property_hs_createdate,property_hs_timestamp,property_hubspot_owner_id,"
        "property_hs_body_preview\n"
        "E4,false,2026-01-11 10:00:00,2026-01-11 10:00:00,,Likes rye\n"
    ),
    "engagement_task.csv": (
        "engagement_id,_fivetran_deleted,property_hs_createdate,property_hs_timestamp,property_hubspot_owner_id\n"
        "E5,false,2026-01-12 10:00:00,2026-01-12 10:00:00,99\n"
    ),
    "engagement_company.csv": "company_id,engagement_id\n100,E1\n",
    "engagement_contact.csv": "contact_id,engagement_id\n500,E1\n501,E1\n999,E3\n500,E77\n",
    "engagement_deal.csv": "deal_id,engagement_id\nD1,E1\nD1,E4\nD1,E5\n",
}

ENGAGEMENTS = (
    "engagement_call.csv, engagement_email.csv, engagement_meeting.csv, engagement_note.csv, engagement_task.csv"
)
REJECTED = [
    "contact.ndjson:4: property_email holds a list or an object, not a plain value",
    "contact.ndjson:5: is not JSON: Expecting property name enclosed in double quotes",
    "deal_company.csv:4: deal_id: 'D1' is the id of the opportunity on line 2 already",
    "team_user.csv:3: user_id: '900' is on line 2 already",
    "engagement_contact.csv:3: engagement_id: 'E1' is on line 2 already",
    "deal_company.csv:5: company_id: there is no account '102' from 'hubspot'",
    "deal_contact.csv:3: contact_id: there is no contact '999' from 'hubspot'",
    "deal_stage.csv:7: deal_id: there is no opportunity 'D9' from 'hubspot'",
    "engagement_contact.csv:4: contact_id: there is no contact '999' from 'hubspot'",
    "engagement_task.csv:2: property_hubspot_owner_id: there is no member '99' from 'hubspot'",
    "team_user.csv:4: user_id: no row of owner.csv has '901'",
    f"engagement_contact.csv:5: engagement_id: no row of {ENGAGEMENTS} has 'E77'",
    f"engagement_deal.csv:4: engagement_id: no row of {ENGAGEMENTS} has 'E5'",
    "deal_pipeline_stage.csv:7: breaks the rule win_probability BETWEEN 0 AND 1",
]


@pytest.fixture(scope="module")
async def hubspot(
    engine: AsyncEngine, make_workspace: WorkspaceFactory, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Report]:
    """A workspace with the rows in it, and the report of the import."""
    desk = Desk(engine, (await make_workspace()).id, tmp_path_factory.mktemp("hubspot"))
    return desk, await take(desk)


async def take(desk: Desk) -> Report:
    return await desk.take_files(MAP.read_text(), ROWS)


def test_what_is_left_out_is_told(hubspot: tuple[Desk, Report]) -> None:
    _, report = hubspot
    assert sorted(told(report)) == sorted(REJECTED)
    assert report.rejected == len(REJECTED)
    assert report.passed_over == {"company.csv": 1, "contact.ndjson": 1, "deal.csv": 1}


async def test_deals_stand_where_their_history_leaves_them(hubspot: tuple[Desk, Report]) -> None:
    deals = """
        SELECT o.name, p.name, s.key, to_char(o.stage_entered_at, 'MM-DD'), to_char(o.closed_at, 'MM-DD'),
               to_char(o.expected_close_on, 'MM-DD'), trim_scale(o.amount)::text, o.currency_code, a.name, m.name
        FROM opportunity o JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id
        LEFT JOIN pipeline p ON p.workspace_id = :w AND p.id = s.pipeline_id
        LEFT JOIN account a ON a.workspace_id = :w AND a.id = o.account_id
        LEFT JOIN member m ON m.workspace_id = :w AND m.id = o.owner_id
        WHERE o.workspace_id = :w ORDER BY 1
    """
    assert await hubspot[0].rows(deals) == [
        ("Deal D3", "Sales", "default_qualified", None, None, "05-01", None, None, None, "desk@example.org"),
        ("Mixers", None, "lost", "01-20", "01-20", None, "300", "USD", "Harbour Bakery", "Ada Okafor"),
        ("Ovens", None, "won", "02-10", "02-10", "02-10", "1200.5", "USD", "Harbour Foods", "Ada Okafor"),
        ("Trays", None, "lost", "01-21", "01-21", None, None, None, None, None),
    ]
    moves = """
        SELECT o.name, f.key, t.key, s.reason FROM stage_transition s
        JOIN opportunity o ON o.workspace_id = :w AND o.id = s.opportunity_id
        LEFT JOIN funnel_stage f ON f.workspace_id = :w AND f.id = s.from_stage_id
        JOIN funnel_stage t ON t.workspace_id = :w AND t.id = s.to_stage_id
        WHERE s.workspace_id = :w ORDER BY o.name, s.occurred_at
    """
    assert await hubspot[0].rows(moves) == [
        ("Mixers", None, "default_qualified", "Price"),
        ("Mixers", "default_qualified", "lost", "Price"),
        ("Ovens", None, "renewals_21", "Not recorded"),
        ("Ovens", "renewals_21", "won", "Not recorded"),
        ("Trays", None, "lost", "Not recorded"),
    ]


async def test_people_companies_and_leads(hubspot: tuple[Desk, Report]) -> None:
    members = """
        SELECT m.name, t.name, t.department FROM member m LEFT JOIN team t ON t.workspace_id = :w AND t.id = m.team_id
        WHERE m.workspace_id = :w ORDER BY 1
    """
    assert await hubspot[0].rows(members) == [
        ("Ada Okafor", "New business", "SALES"),
        ("desk@example.org", None, None),
    ]
    companies = """
        SELECT a.name, p.name FROM account a LEFT JOIN account p ON p.workspace_id = :w AND p.id = a.parent_id
        WHERE a.workspace_id = :w ORDER BY 1
    """
    assert await hubspot[0].rows(companies) == [("Harbour Bakery", "Harbour Foods"), ("Harbour Foods", None)]
    leads = """
        SELECT l.name, l.company, l.score, c.key, s.key, to_char(l.stage_entered_at, 'MM-DD'), a.name, p.title
        FROM lead l JOIN channel c ON c.workspace_id = :w AND c.id = l.channel_id
        JOIN funnel_stage s ON s.workspace_id = :w AND s.id = l.stage_id
        JOIN account a ON a.workspace_id = :w AND a.id = l.account_id
        JOIN contact p ON p.workspace_id = :w AND p.id = l.contact_id WHERE l.workspace_id = :w
    """
    assert await hubspot[0].rows(leads) == [
        ("Kim Berg", "Harbour Foods", 42, "organic_search", "mql", "01-03", "Harbour Foods", "Buyer")
    ]
    assert await hubspot[0].rows("SELECT name FROM contact WHERE workspace_id = :w ORDER BY 1") == [
        ("Kim Berg",),
        ("Lee",),
    ]
    assert await hubspot[0].rows("SELECT role FROM buying_group_member WHERE workspace_id = :w") == [("OTHER",)]


async def test_engagements_are_touchpoints(hubspot: tuple[Desk, Report]) -> None:
    touches = """
        SELECT t.kind, t.direction, t.subject, to_char(t.occurred_at, 'MM-DD HH24:MI'), m.name, a.name, c.name, o.name
        FROM touchpoint t LEFT JOIN member m ON m.workspace_id = :w AND m.id = t.member_id
        LEFT JOIN account a ON a.workspace_id = :w AND a.id = t.account_id
        LEFT JOIN contact c ON c.workspace_id = :w AND c.id = t.contact_id
        LEFT JOIN opportunity o ON o.workspace_id = :w AND o.id = t.opportunity_id
        WHERE t.workspace_id = :w ORDER BY t.occurred_at
    """
    assert await hubspot[0].rows(touches) == [
        ("CALL", "INBOUND", "First talk", "01-08 09:00", "Ada Okafor", "Harbour Foods", "Kim Berg", "Ovens"),
        ("EMAIL", None, "Your offer", "01-09 10:00", "Ada Okafor", None, None, None),
        ("MEETING", None, "Tasting", "01-10 10:00", None, None, None, None),
        ("NOTE", None, "Likes rye", "01-11 10:00", None, None, None, "Ovens"),
    ]


async def test_a_second_import_writes_nothing(hubspot: tuple[Desk, Report]) -> None:
    desk, first = hubspot
    before = await desk.versions()
    second = await take(desk)
    assert await desk.versions() == before
    assert sorted(told(second)) == sorted(told(first))
    assert {(change.created, change.updated) for change in second.changes} == {(0, 0)}


@pytest.mark.skipif(not all(file.exists() for file in EXPORT), reason=f"no HubSpot data in {SHARED_DATA / 'hubspot'}")
async def test_an_anonymised_export(desk: Desk) -> None:
    report = await run(desk.engine, desk.workspace_id, MAP, EXPORT, progress=desk.news.append)
    assert {file.removesuffix("_data.csv"): rows for file, rows in report.rows.items()} == {
        "team": 3, "team_user": 2, "owner": 100, "company": 24, "contact": 22, "deal_pipeline": 6,
        "deal_pipeline_stage": 71, "deal": 44, "deal_company": 2, "deal_contact": 11, "deal_stage": 14,
        "engagement_call": 1, "engagement_email": 1, "engagement_meeting": 100, "engagement_note": 1,
        "engagement_task": 2, "engagement_company": 1, "engagement_contact": 1, "engagement_deal": 1,
    }  # fmt: skip
    written = {change.entity: 0 for change in report.changes}
    for change in report.changes:
        assert change.updated == 0
        written[change.entity] += change.created
    assert {entity: rows for entity, rows in written.items() if rows} == {
        "team": 3, "member": 100, "pipeline": 6, "account": 24, "contact": 22, "opportunity": 44, "touchpoint": 103,
    }  # fmt: skip
    assert Change("deal_pipeline_stage_data.csv", "funnel_stage", 0, 0, 1) in report.changes
    won = "SELECT count(DISTINCT external_id), count(DISTINCT entity_id) FROM external_ref WHERE workspace_id = :w AND entity = 'funnel_stage'"
    assert await desk.rows(won) == [(5, 1)]
    assert report.passed_over == {"deal_pipeline_stage_data.csv": 2}
    # The anonymous ids are in quotes, and refer to nothing.
    reasons = Counter((each.file.removesuffix("_data.csv"), each.reason.split(" '")[0]) for each in report.rejections)
    assert reasons == {
        ("deal_pipeline_stage", "there is no pipeline"): 64,
        ("deal_company", "there is no account"): 2,
        ("deal_contact", "there is no opportunity"): 11,
        ("deal_stage", "there is no opportunity"): 14,
        ("engagement_company", "there is no account"): 1,
        ("engagement_contact", "there is no contact"): 1,
        ("engagement_deal", "there is no opportunity"): 1,
        ("engagement_task", "there is no member"): 2,
    }
    assert report.rejected == 96

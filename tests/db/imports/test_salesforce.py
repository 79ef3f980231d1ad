"""The example map takes in a Salesforce export: a lead and its opportunity are one journey."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.imports import Report
from tests.conftest import WorkspaceFactory
from tests.db.imports.support import MAPS, Desk, told

ROWS = {
    "User.csv": (
        "Id,Name,Email,IsActive,ManagerId,Department\n"
        "005A,Ines Falk,ines@example.org,true,,Sales\n"
        "005B,Tom Reis,tom@example.org,false,005A,Marketing\n"
    ),
    "Account.csv": (
        "Id,Name,Website,Industry,NumberOfEmployees,BillingCountry,ParentId,OwnerId\n"
        "001A,Hillside Dairy,hillside.example,Food,250,Norway,,005A\n"
    ),
    "Contact.csv": "Id,FirstName,LastName,Email,Title,AccountId\n003A,Uma,Dahl,uma@example.org,Head of milk,001A\n",
    "Campaign.csv": (
        "Id,Name,Type,Status,StartDate,EndDate,BudgetedCost,ActualCost,OwnerId\n"
        "701A,Spring fair,Trade Show,Completed,2026-03-01,2026-03-03,5000,,005B\n"
        "701B,Letters,Direct Mail,,2026-03-01,2026-02-01,,,005B\n"
    ),
    "Lead.ndjson": (
        '{"Id": "00QA", "FirstName": "Uma", "LastName": "Dahl", "Company": "Hillside Dairy", "Email": "uma@example.org",'
        ' "Title": null, "LeadSource": "Trade Show", "Status": "Closed - Converted", "OwnerId": "005A",'
        ' "CreatedDate": "2026-03-02T10:00:00.000+0000", "IsConverted": true, "ConvertedDate": "2026-03-05",'
        ' "ConvertedOpportunityId": "006A", "ConvertedAccountId": "001A", "ConvertedContactId": "003A"}\n'
        '{"Id": "00QB", "LastName": "Moe", "Company": "Moe & Co", "Status": "Open", "OwnerId": "00GX",'
        ' "CreatedDate": "2026-03-03T10:00:00.000+0000", "IsConverted": false}\n'
    ),
    "Opportunity.csv": (
        "Id,Name,AccountId,OwnerId,CampaignId,CreatedDate,CloseDate,Amount,StageName,Loss_Reason__c\n"
        "006A,Dairy line,001A,005A,701A,2026-03-05T09:00:00Z,2026-06-30,80000,Closed Lost,Chose another\n"
        "006B,Spare parts,001A,005A,,2026-04-05T09:00:00Z,2026-06-30,1000,Prospecting,\n"
    ),
    "OpportunityHistory.csv": (
        "Id,OpportunityId,StageName,CreatedDate,CreatedById\n"
        "008A,006A,Prospecting,2026-03-05T09:00:00Z,005A\n"
        "008B,006A,Prospecting,2026-03-06T09:00:00Z,005A\n"
        "008D,006A,Closed Lost,2026-05-01T09:00:00Z,005A\n"
        "008C,006A,Needs Analysis,2026-04-01T09:00:00Z,005A\n"
        "008E,006A,Bargaining,2026-05-02T09:00:00Z,005A\n"
    ),
    "CampaignMember.csv": (
        "Id,CampaignId,LeadId,ContactId,Status,CreatedDate\n"
        "00vA,701A,00QA,,Attended,2026-03-02T09:00:00Z\n"
        "00vB,701X,00QB,,Sent,2026-03-02T09:00:00Z\n"
    ),
    "Task.csv": (
        "Id,WhoId,WhatId,OwnerId,Subject,TaskSubtype,CompletedDateTime,CreatedDate\n"
        "00TA,00QA,,005A,First call,Call,2026-03-04T09:00:00Z,2026-03-03T09:00:00Z\n"
        "00TB,003A,006A,005A,Send prices,,,2026-04-02T09:00:00Z\n"
    ),
    "Event.csv": ("Id,WhoId,WhatId,OwnerId,Subject,StartDateTime\n00UA,003A,001A,005A,Visit,2026-04-10T09:00:00Z\n"),
}

REJECTED = [
    "OpportunityHistory.csv:6: StageName: there is no funnel_stage 'Bargaining' from 'salesforce'",
    "CampaignMember.csv:3: CampaignId: there is no campaign '701X' from 'salesforce'",
    "Campaign.csv:3: breaks the rule ends_on >= starts_on",
]


@pytest.fixture(scope="module")
async def salesforce(
    engine: AsyncEngine, make_workspace: WorkspaceFactory, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Report]:
    """A workspace with the rows in it, and the report of the import."""
    desk = Desk(engine, (await make_workspace()).id, tmp_path_factory.mktemp("salesforce"))
    return desk, await take(desk)


async def take(desk: Desk) -> Report:
    return await desk.take_files((MAPS / "salesforce.toml").read_text(), ROWS)


def test_what_is_left_out_is_told(salesforce: tuple[Desk, Report]) -> None:
    _, report = salesforce
    assert sorted(told(report)) == sorted(REJECTED)
    assert report.passed_over == {"OpportunityHistory.csv": 1}


async def test_a_converted_lead_keeps_its_journey(salesforce: tuple[Desk, Report]) -> None:
    journey = """
        SELECT r.external_id, f.key, t.key, to_char(s.occurred_at, 'MM-DD'), s.lead_id IS NOT NULL
        FROM lead l JOIN stage_transition s ON s.workspace_id = :w AND s.journey_id = l.journey_id
        JOIN external_ref r ON r.workspace_id = :w AND r.entity = 'stage_transition' AND r.entity_id = s.id
        LEFT JOIN funnel_stage f ON f.workspace_id = :w AND f.id = s.from_stage_id
        JOIN funnel_stage t ON t.workspace_id = :w AND t.id = s.to_stage_id
        WHERE l.workspace_id = :w AND l.email = 'uma@example.org' ORDER BY s.occurred_at, s.sequence
    """
    assert await salesforce[0].rows(journey) == [
        ("00QA:inquiry", None, "inquiry", "03-02", True),
        ("00QA:sql", "inquiry", "sql", "03-05", True),
        ("008A", "sql", "prospecting", "03-05", False),
        ("008C", "prospecting", "needs_analysis", "04-01", False),
        ("008D", "needs_analysis", "lost", "05-01", False),
    ]
    leads = """
        SELECT l.name, l.company, c.key, g.name, g.kind, m.name, s.key, p.name, a.name, l.attributes
        FROM lead l LEFT JOIN channel c ON c.workspace_id = :w AND c.id = l.channel_id
        LEFT JOIN campaign g ON g.workspace_id = :w AND g.id = l.campaign_id
        LEFT JOIN member m ON m.workspace_id = :w AND m.id = l.owner_id
        JOIN funnel_stage s ON s.workspace_id = :w AND s.id = l.stage_id
        LEFT JOIN contact p ON p.workspace_id = :w AND p.id = l.contact_id
        LEFT JOIN account a ON a.workspace_id = :w AND a.id = l.account_id WHERE l.workspace_id = :w ORDER BY 1
    """
    assert await salesforce[0].rows(leads) == [
        ("Moe", "Moe & Co", None, None, None, None, "inquiry", None, None, {"status": "Open"}),
        (
            "Uma Dahl", "Hillside Dairy", "trade_show", "Spring fair", "EVENT", "Ines Falk", "lost", "Uma Dahl",
            "Hillside Dairy", {"status": "Closed - Converted"},
        ),
    ]  # fmt: skip


async def test_opportunities(salesforce: tuple[Desk, Report]) -> None:
    deals = """
        SELECT o.name, s.key, o.stage_entered_at IS NOT NULL, to_char(o.closed_at, 'MM-DD'), o.lost_reason, l.email,
               g.name, trim_scale(o.amount)::text, t.reason
        FROM opportunity o JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id
        LEFT JOIN lead l ON l.workspace_id = :w AND l.id = o.origin_lead_id AND l.journey_id = o.journey_id
        LEFT JOIN campaign g ON g.workspace_id = :w AND g.id = o.campaign_id
        LEFT JOIN stage_transition t ON t.workspace_id = :w AND t.opportunity_id = o.id AND t.to_stage_id = o.stage_id
        WHERE o.workspace_id = :w ORDER BY 1
    """
    assert await salesforce[0].rows(deals) == [
        (
            "Dairy line",
            "lost",
            True,
            "05-01",
            "Chose another",
            "uma@example.org",
            "Spring fair",
            "80000",
            "Chose another",
        ),
        ("Spare parts", "prospecting", False, None, None, None, None, "1000", None),
    ]


async def test_what_happened_with_the_buyer(salesforce: tuple[Desk, Report]) -> None:
    touches = """
        SELECT t.kind, t.department, t.subject, to_char(t.occurred_at, 'MM-DD'), m.name, g.name, l.email, c.name,
               o.name, a.name
        FROM touchpoint t LEFT JOIN member m ON m.workspace_id = :w AND m.id = t.member_id
        LEFT JOIN campaign g ON g.workspace_id = :w AND g.id = t.campaign_id
        LEFT JOIN lead l ON l.workspace_id = :w AND l.id = t.lead_id
        LEFT JOIN contact c ON c.workspace_id = :w AND c.id = t.contact_id
        LEFT JOIN opportunity o ON o.workspace_id = :w AND o.id = t.opportunity_id
        LEFT JOIN account a ON a.workspace_id = :w AND a.id = t.account_id
        WHERE t.workspace_id = :w ORDER BY t.occurred_at
    """
    assert await salesforce[0].rows(touches) == [
        ("EVENT", "MARKETING", "Attended", "03-02", None, "Spring fair", "uma@example.org", None, None, None),
        ("CALL", "SALES", "First call", "03-04", "Ines Falk", None, "uma@example.org", None, None, None),
        ("TASK", "SALES", "Send prices", "04-02", "Ines Falk", None, None, "Uma Dahl", "Dairy line", None),
        ("MEETING", "SALES", "Visit", "04-10", "Ines Falk", None, None, "Uma Dahl", None, "Hillside Dairy"),
    ]
    members = """
        SELECT m.name, m.active, m.department, b.name FROM member m
        LEFT JOIN member b ON b.workspace_id = :w AND b.id = m.manager_id WHERE m.workspace_id = :w ORDER BY 1
    """
    assert await salesforce[0].rows(members) == [
        ("Ines Falk", True, "SALES", None),
        ("Tom Reis", False, "MARKETING", "Ines Falk"),
    ]


async def test_a_second_import_writes_nothing(salesforce: tuple[Desk, Report]) -> None:
    desk, first = salesforce
    before = await desk.versions()
    second = await take(desk)
    assert await desk.versions() == before
    assert sorted(told(second)) == sorted(told(first))
    assert {(change.created, change.updated) for change in second.changes} == {(0, 0)}

"""Examples of what is known of one company: each answers what it promises."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_account_timeline(demo: Demo) -> None:
    (company,) = (await demo.example("account-timeline"))["accounts"]["nodes"]
    timeline = company["timeline"]
    assert (company["name"], timeline["totalCount"]) == ("Corvid Parcel", 95)
    assert [(event["occurredAt"][:10], event["__typename"]) for event in timeline["nodes"]] == [
        ("2026-09-26", "ContentUsage"),
        ("2026-09-24", "Touchpoint"),
        ("2026-09-14", "Touchpoint"),
        ("2026-09-10", "Touchpoint"),
        ("2026-09-08", "StageTransition"),
        ("2026-09-08", "Touchpoint"),
        ("2026-09-03", "Touchpoint"),
        ("2026-09-03", "Handoff"),
    ]
    used, written, *_, moved, _, called, handed = timeline["nodes"]
    assert used == {
        "__typename": "ContentUsage",
        "occurredAt": "2026-09-26T12:04:15+00:00",
        "action": "DOWNLOADED",
        "asset": {"title": "Business case slides for the board"},
    }
    assert (written["direction"], written["department"]) == ("OUTBOUND", "SALES")
    assert (called["kind"], called["subject"]) == ("CALL", "First call")
    assert (moved["fromStage"], moved["toStage"]) == ({"name": "MQL"}, {"name": "SAL"})
    assert (handed["decision"], handed["toMember"]) == ("ACCEPTED", {"name": "Liam Gallagher-Stone"})


async def test_account_timeline_page_by_page(demo: Demo) -> None:
    times: list[str] = []
    after, more = None, True
    while more:
        (company,) = (await demo.example("account-timeline", after=after))["accounts"]["nodes"]
        times += [event["occurredAt"] for event in company["timeline"]["nodes"]]
        after, more = (company["timeline"]["pageInfo"][name] for name in ("endCursor", "hasNextPage"))
    assert len(times) == 95
    assert times == sorted(times, reverse=True)
    kinds = ["HANDOFF", "LEAD_FEEDBACK", "CONTENT_FEEDBACK"]
    (company,) = (await demo.example("account-timeline", kinds=kinds))["accounts"]["nodes"]
    assert {event["__typename"] for event in company["timeline"]["nodes"]} <= {
        "Handoff",
        "LeadFeedback",
        "ContentFeedback",
    }


async def test_account_brief(demo: Demo) -> None:
    brief = (await demo.example("account-brief", asOf=AS_OF))["accountBrief"]
    assert brief["account"].pop("opportunities")["nodes"] == [
        {
            "name": "Tasman Wool Stores: AisleMap and DockSense",
            "amount": {"amount": "14350.00", "currencyCode": "USD"},
            "stage": {"name": "Negotiation"},
            "expectedCloseOn": "2026-10-28",
        },
        {
            "name": "Tasman Wool Stores: AisleMap for the forklifts",
            "amount": None,
            "stage": {"name": "Discovery"},
            "expectedCloseOn": "2026-11-25",
        },
        {
            "name": "Tasman Wool Stores: PalletEye pilot",
            "amount": None,
            "stage": {"name": "Usage review"},
            "expectedCloseOn": "2026-11-22",
        },
    ]
    assert brief["account"] == {"name": "Tasman Wool Stores", "industry": "Wholesale", "tier": None, "owner": None}
    counts = ("openLeads", "openOpportunities", "wonOpportunities", "lostOpportunities", "touchpointsLast90Days")
    assert [brief[count] for count in counts] == [1, 3, 1, 0, 35]
    assert brief["openPipeline"] == [{"amount": "14350.00", "currencyCode": "USD"}]
    assert brief["wonRevenue"] == [{"amount": "13350.00", "currencyCode": "USD"}]
    assert brief["lastTouch"] == {
        "occurredAt": "2026-09-30T15:53:52+00:00",
        "kind": "MEETING",
        "subject": "Walked through the offer",
        "member": {"name": "Liam Gallagher-Stone"},
        "contact": {"name": "Marek Murphy"},
    }
    assert [(one["contact"]["name"], one["roles"], one["isPrimary"]) for one in brief["keyPeople"]] == [
        ("Marek Murphy", ["BUYER"], True),
        ("Robert Okafor", ["CHAMPION"], True),
        ("Astrid Okafor", ["DECISION_MAKER"], False),
    ]
    assert [(one["asset"]["title"], one["uses"], one["lastUsedAt"][:10]) for one in brief["usedContent"]] == [
        ("Sensors and your network: ten questions to ask first", 3, "2026-09-30"),
        ("Payback calculator for warehouse sensors", 2, "2026-09-29"),
        ("Sensors, cameras or spot checks: a comparison", 2, "2026-09-29"),
    ]
    assert [(one["asset"]["title"], one["reasons"][0]["text"]) for one in brief["nextContent"]] == [
        ("Sensors, cameras or spot checks: a comparison", "Mapped to the buying stage Consideration."),
        ("Payback calculator for warehouse sensors", "Mapped to the buying stage Consideration."),
        ("Case study: Corvid Parcel turns docks 18% faster", "Mapped to the buying stage Decision."),
    ]


async def test_account_brief_of_nobody(demo: Demo) -> None:
    nobody = {"source": "crm", "externalId": "ACC-1"}
    assert await demo.example("account-brief", account=nobody) == {"accountBrief": None}

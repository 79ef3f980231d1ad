"""Examples of campaigns, hand-offs and thanks: each answers what it promises."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_campaign(demo: Demo) -> None:
    campaign = (await demo.example("campaign"))["campaigns"]["nodes"][0]
    assert (campaign["kind"], campaign["status"]) == ("WEBINAR", "FINISHED")
    assert (campaign["startsOn"], campaign["endsOn"]) == ("2025-10-26", "2026-03-11")
    assert campaign["plannedCost"] == {"amount": "9000.00", "currencyCode": "USD"}
    assert campaign["actualCost"] == {"amount": "8350.00"}
    assert campaign["targetList"] == {"name": "Large docks", "accounts": {"totalCount": 14}}
    assert [
        (one["name"], one["startsAt"][:10], one["invited"]["totalCount"], one["attended"]["totalCount"])
        for one in campaign["activities"]["nodes"]
    ] == [
        ("Letter about the series", "2025-11-13", 0, 0),
        ("Webinar: what a lost pallet costs", "2025-12-04", 30, 12),
        ("Webinar: docks without queues", "2026-01-15", 29, 10),
        ("Webinar: near misses in the aisles", "2026-02-26", 28, 10),
    ]
    last = campaign["activities"]["nodes"][-1]["milestones"]["nodes"]
    assert last[1:] == [
        {"name": "Page for registration is live", "dueOn": "2026-02-05", "doneOn": "2026-02-05"},
        {"name": "Rehearsal", "dueOn": "2026-02-24", "doneOn": "2026-02-25"},
        {"name": "Recording sent to those who missed it", "dueOn": "2026-02-27", "doneOn": None},
    ]
    results = [campaign[name]["totalCount"] for name in ("touchpoints", "leads", "takenOn", "opportunities", "won")]
    assert results == [90, 17, 10, 3, 2]
    assert campaign["won"]["nodes"] == [
        {"name": "Lagoa Papel: PalletEye pilot", "amount": {"amount": "34600.00", "currencyCode": "USD"}},
        {
            "name": "Elbe Reederei Lagerhaus: ColdTrace for the cold store",
            "amount": {"amount": "38700.00", "currencyCode": "USD"},
        },
    ]


async def test_target_list(demo: Demo) -> None:
    found = (await demo.example("target-list"))["targetLists"]["nodes"][0]
    assert [(one["department"], one["decision"], one["member"]["name"]) for one in found["approvals"]["nodes"]] == [
        ("MARKETING", "APPROVED", "Priya Raman"),
        ("SALES", "APPROVED", "Marcus Oyelaran"),
    ]
    assert found["accounts"]["totalCount"] == 14
    assert found["accounts"]["nodes"][0] == {"name": "Adriatica Surgelati", "tier": "B"}
    (campaign,) = found["campaigns"]["nodes"]
    (event,) = campaign["activities"]["nodes"]
    assert (campaign["name"], event["name"]) == ("Cold Chain Forum", "Day at the Cold Chain Forum")
    assert (event["startsAt"], event["listReadyBy"]) == ("2026-10-20T09:00:00+00:00", "2026-10-10")
    # Not ready yet: sales has not approved, though the guests are asked already.
    assert event["approvals"]["nodes"] == [{"department": "MARKETING", "decision": "APPROVED"}]
    assert [event[name]["totalCount"] for name in ("invited", "accepted", "declined")] == [36, 12, 6]
    assert [milestone["name"] for milestone in event["undone"]["nodes"]] == [
        "List of guests agreed",
        "Material packed and sent",
        "Sellers know whom they meet",
        "Every guest called back",
    ]


async def test_target_list_that_marketing_rejected(demo: Demo) -> None:
    found = (await demo.example("target-list", list="Wish list of sales"))["targetLists"]["nodes"][0]
    assert [(one["department"], one["decision"]) for one in found["approvals"]["nodes"]] == [
        ("SALES", "APPROVED"),
        ("MARKETING", "REJECTED"),
    ]
    assert found["campaigns"]["nodes"] == []


async def test_handoffs(demo: Demo) -> None:
    found = await demo.example("handoffs")
    counts = [found[name]["totalCount"] for name in ("all", "accepted", "rejected", "overdue")]
    assert counts == [321, 252, 28, 22]
    unseen, paper, poor = found["rejected"]["nodes"]
    # The seller knew the name, and did not call.
    assert (unseen["rejectionReason"], unseen["firstResponseAt"], unseen["lead"]["stage"]) == (
        "COMPETITOR",
        None,
        {"key": "disqualified"},
    )
    assert unseen["feedback"]["nodes"] == [{"quality": 2, "reasons": ["COMPETITOR"], "comment": None}]
    assert paper == {
        "handedOverAt": "2026-08-27T11:48:24+00:00",
        "dueAt": "2026-08-28T11:48:24+00:00",
        "firstResponseAt": None,
        "decidedAt": "2026-09-03T09:32:24+00:00",
        "decidedBy": {"name": "Marcus Oyelaran"},
        "rejectionReason": "NOT_A_FIT",
        "comment": "They rent forty pallet places from a carrier. There is nothing to put a sensor on.",
        "definition": {"version": 2},
        "serviceLevel": {"name": "Within one working day"},
        "lead": {"score": None, "channel": {"key": "outbound"}, "stage": {"key": "disqualified"}},
        "feedback": {
            "nodes": [{"quality": 2, "reasons": ["NOT_A_FIT"], "comment": "Three downloads make no project."}]
        },
    }
    # Answered four working hours late, given back, and taken on later.
    assert (poor["dueAt"], poor["firstResponseAt"]) == ("2026-07-28T11:52:03+00:00", "2026-07-28T16:16:03+00:00")
    assert (poor["rejectionReason"], poor["lead"]["stage"]) == ("NO_BUDGET", {"key": "sal"})
    assert found["overdue"]["nodes"][0] == {
        "dueAt": "2026-09-30T15:42:36+00:00",
        "toMember": {"name": "Liam Gallagher-Stone"},
        "toTeam": None,
        "serviceLevel": {"name": "Hot leads within an hour", "responseMinutes": 60, "businessHours": True},
        "lead": {"company": "Anatolia Textiles", "score": 78},
    }


async def test_contributions(demo: Demo) -> None:
    found = (await demo.example("contributions"))["opportunities"]
    assert found["totalCount"] == 28
    largest, _, shared = found["nodes"]
    assert largest == {
        "name": "Nordlys Seafood: PalletEye pilot",
        "amount": {"amount": "181450.00", "currencyCode": "USD"},
        "contributions": {
            "nodes": [
                {
                    "member": {"name": "Marcus Oyelaran"},
                    "department": "SALES",
                    "share": "0.55",
                    "note": "Wrote the offer.",
                    "recognitions": {
                        "nodes": [
                            {
                                "fromMember": {"name": "Ben Whitaker"},
                                "message": "Thank you for writing down what they asked. It is in the next edition.",
                            }
                        ]
                    },
                },
                {
                    "member": {"name": "Ben Whitaker"},
                    "department": "MARKETING",
                    "share": "0.2",
                    "note": "Found the lead.",
                    "recognitions": {
                        "nodes": [
                            {
                                "fromMember": {"name": "Marcus Oyelaran"},
                                "message": "The visit that you set up did what three of mine had not.",
                            }
                        ]
                    },
                },
            ]
        },
    }
    assert [(one["department"], one["share"]) for one in shared["contributions"]["nodes"]] == [
        ("SALES", "0.4"),
        ("MARKETING", "0.15"),
        ("LEADERSHIP", "0.05"),
        ("MARKETING", "0.05"),
        ("SALES", "0.05"),
    ]

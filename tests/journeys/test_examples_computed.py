"""Examples of what is computed, and of what is recorded: each answers what it promises."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_recommended_content(demo: Demo) -> None:
    first, second = (await demo.example("recommended-content"))["opportunities"]["nodes"]
    assert (first["name"], first["amount"]["amount"]) == ("Brightwater Pharma: AisleMap for the forklifts", "227350.00")
    assert first["buyingStage"] == {"name": "Decision"}
    assert first["buyingGroup"]["nodes"] == [{"contact": {"persona": {"name": "Supply Chain Director"}}}]
    assert [(row["fitWeight"], row["asset"]["title"]) for row in first["recommendedContent"]] == [
        ("1", "Case study: Halden Foods halves its spoilage"),
        ("0.9", "Business case slides for the board"),
        ("0.7", "Case study: Brightwater Pharma passes the audit"),
    ]
    assert first["recommendedContent"][0]["reasons"] == [
        {"code": "STAGE", "text": "Mapped to the buying stage Decision."},
        {"code": "PERSONA", "text": "Made for Supply Chain Director."},
        {"code": "WON_USES", "text": "Used 8 times in won opportunities."},
        {"code": "REVIEWED", "text": "Last reviewed on 2026-03-15."},
    ]
    never_reviewed = first["recommendedContent"][2]
    assert (never_reviewed["asset"]["reviewedOn"], never_reviewed["asset"]["wonUses"]) == (None, 1)
    assert [reason["text"] for reason in never_reviewed["reasons"]][2:] == ["Used 1 time in won opportunities."]
    # Equal fit for equal personas: more uses in won opportunities come first.
    assert [(row["fitWeight"], row["asset"]["wonUses"]) for row in second["recommendedContent"]] == [
        ("0.9", 8),
        ("0.6", 11),
        ("0.6", 0),
    ]


async def test_content_for(demo: Demo) -> None:
    stages = {stage["key"]: stage["id"] for stage in (await demo.example("buying-stages"))["buyingStages"]["nodes"]}
    persona = (await demo.example("persona"))["personas"]["nodes"][0]
    found = (await demo.example("content-for", stage=stages["awareness"], personas=[persona["id"]]))["contentFor"]
    assert [(row["fitWeight"], row["asset"]["title"]) for row in found] == [
        ("1", "What a lost pallet really costs"),
        ("0.95", "Seven signs that your docks lose money"),
        ("0.85", "From clipboard to live map: a warehouse in a day"),
    ]
    assert found[0]["persona"] == {"name": "Warehouse Operations Manager"}
    assert [reason["text"] for reason in found[0]["reasons"]][:2] == [
        "Mapped to the buying stage Awareness.",
        "Made for Warehouse Operations Manager.",
    ]
    for_anybody = (await demo.example("content-for", stage=stages["awareness"], personas=[]))["contentFor"]
    assert [(row["fitWeight"], row["persona"], row["reasons"][1]["text"]) for row in for_anybody] == [
        ("0.9", None, "Fits any persona."),
        ("0.6", None, "Fits any persona."),
    ]


async def test_content_usage(demo: Demo) -> None:
    report = (await demo.example("content-usage", asOf=AS_OF))["contentUsage"]
    assert [(row["asset"]["title"], row["uses"], row["users"]) for row in report["nodes"]] == [
        ("Payback calculator for warehouse sensors", 93, 9),
        ("What a lost pallet really costs", 77, 9),
        ("Case study: Halden Foods halves its spoilage", 76, 10),
        ("Product overview for a first meeting", 72, 10),
        ("Seven signs that your docks lose money", 69, 11),
    ]
    assert [(row["action"], row["uses"], row["users"]) for row in report["byAction"]] == [
        ("CUSTOMIZED", 83, 11),
        ("DOWNLOADED", 198, 0),
        ("PRESENTED", 154, 11),
        ("RECREATED", 57, 10),
        ("SENT", 275, 11),
        ("SHARED", 139, 11),
        ("VIEWED", 594, 9),
    ]


async def test_asset_usage(demo: Demo) -> None:
    asset = (await demo.example("asset-usage", asOf=AS_OF))["contentAssets"]["nodes"][0]
    assert asset["wonUses"] == 11
    year = asset["year"]
    by_action = {row["action"]: (row["uses"], row["users"]) for row in year.pop("byAction")}
    assert year == {"uses": 93, "users": 9, "recreated": 4, "minutes": "1762"}
    assert by_action == {
        "CUSTOMIZED": (5, 4),
        "DOWNLOADED": (11, 0),
        "PRESENTED": (9, 5),
        "RECREATED": (4, 3),
        "SENT": (21, 8),
        "SHARED": (7, 5),
        "VIEWED": (40, 3),
    }
    quarter = asset["quarter"]
    assert (quarter["uses"], quarter["users"], quarter["recreated"], quarter["minutes"]) == (31, 5, 1, "295")


async def test_stage_conversion(demo: Demo) -> None:
    answer = await demo.example("stage-conversion", asOf=AS_OF)
    ever, soon = answer["ever"], answer["soon"]
    assert (ever["from"], ever["to"]) == ({"name": "MQL"}, {"name": "Won"})
    groups = ever.pop("groups")
    assert [
        (
            *(group["dimensions"][0][part] for part in ("key", "label")),
            *(group[part] for part in ("entered", "converted", "rate")),
        )
        for group in groups
    ] == [
        ("organic_search", "Organic search", 75, 10, 0.133333),
        ("paid_search", "Paid search", 63, 8, 0.126984),
        ("outbound", "Outbound call", 37, 3, 0.081081),
        ("trade_show", "Trade show", 33, 4, 0.121212),
        ("webinar", "Webinar", 32, 2, 0.0625),
        ("partner", "Partner", 22, 4, 0.181818),
        ("referral", "Customer referral", 16, 2, 0.125),
        (None, None, 16, 0, 0),
    ]
    assert [sum(group[part] for group in groups) for part in ("entered", "converted", "outOfOrder")] == [294, 33, 0]
    assert ever == {
        "from": {"name": "MQL"},
        "to": {"name": "Won"},
        "entered": 294,
        "converted": 33,
        "outOfOrder": 0,
        "rate": 0.112245,
        "mature": None,
        "medianDays": 63.016597,
    }
    assert (soon["entered"], soon["converted"], soon["rate"], soon["mature"]) == (294, 32, 0.108844, False)


async def test_content_usage_record(found_demo: FoundDemo) -> None:
    demo = await found_demo()
    first = (await demo.example("content-usage-record"))["contentUsageRecord"]["results"]
    again = (await demo.example("content-usage-record"))["contentUsageRecord"]["results"]
    usage = first[0]["usage"]
    assert usage.pop("id") == again[0]["usage"].pop("id")
    assert usage == {
        "action": "PRESENTED",
        "occurredAt": "2026-03-02T14:30:00+00:00",
        "minutes": "25",
        "asset": {"title": "Seven signs that your docks lose money"},
        "opportunity": {
            "name": "Independent buyer: ColdTrace for the cold store",
            "stage": {"key": "lost"},
        },
    }
    assert first == [{"status": "CREATED", "usage": usage, "userErrors": []}]
    assert again == [{"status": "UNCHANGED", "usage": usage, "userErrors": []}]


async def test_content_usage_void(found_demo: FoundDemo) -> None:
    demo = await found_demo()
    first, again = [(await demo.example("content-usage-void"))["contentUsageVoid"] for _ in range(2)]
    usage = {
        "action": "PRESENTED",
        "occurredAt": "2026-01-05T08:00:00+00:00",
        # One less than before: the opportunity is won.
        "asset": {"title": "DockSense 1 datasheet", "wonUses": 5},
        "opportunity": {"name": "Lagoa Papel: PalletEye pilot", "stage": {"key": "won"}},
        "voided": {"reason": "A colleague tried the form."},
    }
    assert first == {"status": "CREATED", "usage": usage, "userErrors": []}
    assert again == {"status": "UNCHANGED", "usage": usage, "userErrors": []}


async def test_stage_transition_void(found_demo: FoundDemo) -> None:
    demo = await found_demo()
    first, again = [(await demo.example("stage-transition-void"))["stageTransitionVoid"] for _ in range(2)]
    transition = {
        "fromStage": {"key": "negotiation"},
        "toStage": {"key": "won"},
        "occurredAt": "2026-01-08T15:31:11+00:00",
        "opportunity": {
            "name": "Halden Foods Danmark: ColdTrace, validated",
            "stage": {"key": "negotiation"},
            "stageEnteredAt": "2025-12-24T13:04:55+00:00",
            "closedAt": None,
        },
        "voided": {"reason": "The order was of another company with the same name."},
    }
    assert first == {"status": "CREATED", "stageTransition": transition, "userErrors": []}
    assert again == {"status": "UNCHANGED", "stageTransition": transition, "userErrors": []}

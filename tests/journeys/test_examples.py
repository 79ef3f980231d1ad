"""Examples that read what is there: each answers what it promises, and none is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.cli.serve import FIRST_QUERY
from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import FOLDER, ROOT, Demo

RUN = re.compile(r'\.example\("([a-z-]+)"')


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_viewer(demo: Demo) -> None:
    workspace = {
        "slug": demo.workspace.slug,
        "name": "Demo",
        "timeZone": "UTC",
        "currencyCode": "USD",
        "fiscalYearStartMonth": 1,
        "marginRate": "0.62",
    }
    assert await demo.example("viewer") == {"viewer": {"role": "ADMIN", "member": None, "workspace": workspace}}


async def test_leads(demo: Demo) -> None:
    leads = (await demo.example("leads"))["leads"]
    assert (leads["totalCount"], leads["pageInfo"]["hasNextPage"]) == (400, True)
    assert leads["nodes"][0] == {
        "id": "lead_01a0edd7-3860-7295-a1af-065a73f5695b",
        "receivedAt": "2026-09-29T15:45:00+00:00",
        "name": "Emily Walsh",
        "company": "Ashgrove Retail Group",
        "score": 21,
        "needs": ["Audit-proof records", "Fewer near misses", "One view over all sites"],
        "channel": {"label": "Outbound call"},
        "persona": {"name": "Supply Chain Director"},
        "account": {"name": "Ashgrove Retail Group", "tier": "A"},
        "owner": {"name": "Claire Dubois", "department": "MARKETING"},
        "salesOwner": {"name": "Liam Gallagher-Stone", "department": "SALES"},
        "stage": {
            "key": "inquiry",
            "name": "Inquiry",
            "exitCriteria": ["The contact can be reached.", "The company runs at least one warehouse."],
        },
        "buyingStage": {"name": "Awareness"},
    }
    second = leads["nodes"][1]
    assert (second["owner"], second["stage"]["key"], second["buyingStage"]) == (None, "disqualified", None)


async def test_leads_goes_through_all_pages(demo: Demo) -> None:
    seen: list[tuple[str, str]] = []
    after = None
    for _page in range(4):
        leads = (await demo.example("leads", first=100, after=after))["leads"]
        seen += ((lead["receivedAt"], lead["id"]) for lead in leads["nodes"])
        after = leads["pageInfo"]["endCursor"]
    assert len(set(seen)) == 400
    assert seen == sorted(seen, reverse=True)
    assert not leads["pageInfo"]["hasNextPage"]


async def test_leads_backward(demo: Demo) -> None:
    newest = [lead["id"] for lead in (await demo.example("leads", first=6))["leads"]["nodes"]]
    last = (await demo.example("leads-backward"))["leads"]
    assert [edge["node"]["id"] for edge in last["edges"]] == newest[2::-1]
    assert (last["pageInfo"]["hasPreviousPage"], last["pageInfo"]["hasNextPage"]) == (True, False)
    assert last["pageInfo"]["startCursor"] == last["edges"][0]["cursor"]
    before = (await demo.example("leads-backward", before=last["pageInfo"]["startCursor"]))["leads"]
    assert [edge["node"]["id"] for edge in before["edges"]] == newest[5:2:-1]
    assert before["pageInfo"]["hasNextPage"]


async def test_leads_filtered(demo: Demo) -> None:
    leads = (await demo.example("leads-filtered"))["leads"]
    assert leads["totalCount"] == 53
    assert [(lead["score"], lead["account"]["name"]) for lead in leads["nodes"]] == [
        (95, "Steinbach Automotive"),
        (90, "Maasland Greenhouses"),
        (90, "Verano Frutas"),
        (89, "Adriatica Surgelati"),
        (88, "Delacroix Cosmétiques"),
    ]
    for lead in leads["nodes"]:
        assert lead["account"]["tier"] in {"A", "B"}
        assert lead["stage"] == {"key": "sql", "kind": "LEAD"}
        assert lead["opportunities"]["totalCount"] == 0
    assert (await demo.example("leads-filtered", score=96))["leads"] == {"totalCount": 0, "nodes": []}


async def test_lead_by_external_id(demo: Demo) -> None:
    lead = (await demo.example("lead-by-external-id"))["lead"]
    assert (lead["name"], lead["company"]) == ("George Ahmed", "Ahmed Cold Storage")
    assert lead["externalRefs"] == [
        {"source": "crm", "externalId": "LEA-10006"},
        {"source": "marketing", "externalId": "form/10006"},
    ]
    way = [
        (step["fromStage"] and step["fromStage"]["key"], step["toStage"]["key"], step["occurredAt"][:10])
        for step in lead["transitions"]["nodes"]
    ]
    assert way == [
        (None, "inquiry", "2025-10-20"),
        ("inquiry", "mql", "2025-10-22"),
        ("mql", "sal", "2025-10-28"),
        ("sal", "recycled", "2025-11-07"),
    ]
    reasons = [step["reason"] for step in lead["transitions"]["nodes"]]
    assert reasons == [None, None, None, "Not reached after six attempts"]


async def test_node(demo: Demo) -> None:
    lead = (await demo.example("lead-by-external-id"))["lead"]
    node = (await demo.example("node", id=lead["id"]))["node"]
    assert node == {
        "__typename": "Lead",
        "id": lead["id"],
        "createdAt": "2025-10-20T12:37:17+00:00",
        "externalRefs": lead["externalRefs"],
        "company": "Ahmed Cold Storage",
        "stage": {"name": "Recycled"},
    }
    assert await demo.example("node", id="lead_00000000-0000-7000-8000-000000000000") == {"node": None}


async def test_nodes(demo: Demo) -> None:
    account = (await demo.example("account"))["accounts"]["nodes"][0]
    opportunity = account["opportunities"]["nodes"][1]
    missing = "acct_00000000-0000-7000-8000-000000000000"
    nodes = (await demo.example("nodes", ids=[opportunity["id"], missing, account["id"]]))["nodes"]
    assert nodes == [
        {
            "__typename": "Opportunity",
            "id": opportunity["id"],
            "name": "Ashgrove Retail Group: PalletEye pilot",
            "amount": {"amount": "164000.00", "currencyCode": "USD"},
        },
        None,
        {"__typename": "Account", "id": account["id"], "name": "Ashgrove Retail Group"},
    ]


async def test_account(demo: Demo) -> None:
    account = (await demo.example("account"))["accounts"]["nodes"][0]
    assert (account["industry"], account["employees"], account["tier"]) == ("Retail", 12_400, "A")
    assert account["owner"] == {"name": "Nadia Kowalczyk"}
    assert account["children"]["nodes"] == [{"name": "Ashgrove Distribution"}, {"name": "Ashgrove Online"}]
    assert [(contact["name"], contact["persona"]["name"]) for contact in account["contacts"]["nodes"]] == [
        ("Emily Walsh", "Supply Chain Director"),
        ("Katrin Garcia", "Procurement Manager"),
        ("Kofi Price", "Warehouse Operations Manager"),
        ("Victoria Wójcik", "Quality and Compliance Manager"),
    ]
    assert account["leads"]["totalCount"] == 9
    assert [(lead["receivedAt"][:10], lead["channel"]["key"]) for lead in account["leads"]["nodes"]] == [
        ("2026-09-29", "outbound"),
        ("2026-09-29", "webinar"),
        ("2026-09-18", "organic_search"),
    ]
    lost, won = account["opportunities"]["nodes"]
    assert (lost["stage"]["key"], lost["amount"]) == ("lost", {"amount": "233950.00", "currencyCode": "USD"})
    assert won["stage"]["key"] == "won"
    first, *others = lost["buyingGroup"]["nodes"]
    assert first == {"role": "BUYER", "isPrimary": True, "contact": {"name": "Katrin Garcia"}}
    assert {(member["role"], member["contact"]["name"]) for member in others} == {
        ("INFLUENCER", "Victoria Wójcik"),
        ("CHAMPION", "Kofi Price"),
    }


async def test_persona(demo: Demo) -> None:
    persona = (await demo.example("persona"))["personas"]["nodes"][0]
    assert persona["defaultBuyingRole"] == "CHAMPION"
    assert persona["goals"] == [
        "Ship every order the same day",
        "Keep the docks turning",
        "Fewer near misses in the aisles",
    ]
    assert len(persona["jobTitles"]) == 4
    assert len(persona["pains"]) == 2
    asked: dict[str, list[str]] = {}
    for question in persona["questions"]["nodes"]:
        asked.setdefault(question["buyingStage"]["key"], []).append(question["question"])
    assert asked == {
        "awareness": ["Where do we lose the most minutes at the docks?", "Is our damage rate normal?"],
        "consideration": ["Can my shift leaders use it without training?", "What happens when a sensor dies?"],
        "decision": [
            "Which site like mine runs it, and may I visit?",
            "Who installs it, and do we stop for that?",
        ],
        "purchase": ["Which aisle do we start with?"],
    }
    weights = [mapping["fitWeight"] for mapping in persona["contentMappings"]["nodes"]]
    assert weights == ["1", "1", "0.95", "0.95", "0.9"]
    assert {
        "fitWeight": "1",
        "buyingStage": {"key": "consideration"},
        "asset": {"title": "Sensors, cameras or spot checks: a comparison"},
    } in persona["contentMappings"]["nodes"]


async def test_buying_stages_carry_both_vocabularies(demo: Demo) -> None:
    stages = (await demo.example("buying-stages"))["buyingStages"]["nodes"]
    assert [(stage["key"], stage["marketingName"], stage["salesName"]) for stage in stages] == [
        ("awareness", "Attract", None),
        ("consideration", "Educate", "Qualify"),
        ("decision", "Convince", "Propose and negotiate"),
        ("purchase", None, "Close and roll out"),
    ]
    assert [[ours["key"] for ours in stage["funnelStages"]["nodes"]] for stage in stages] == [
        ["inquiry", "mql"],
        ["sal", "sql", "discovery", "usage_review"],
        ["proposal", "negotiation", "renewal_offer", "renewal_terms"],
        ["won"],
    ]
    assert stages[2]["funnelStages"]["nodes"][1] == {
        "key": "negotiation",
        "department": "SALES",
        "winProbability": "0.75",
    }
    assert stages[2]["exitCriteria"] == ["The decision maker has seen the business case."]


def test_every_example_is_run_and_told_of() -> None:
    names = {path.stem for path in FOLDER.glob("*.graphql")}
    run = {name for test in Path(__file__).parent.glob("test_examples*.py") for name in RUN.findall(test.read_text())}
    assert run == names
    beside = {path.name.removesuffix(".variables.json") for path in FOLDER.glob("*.variables.json")}
    assert beside <= names
    told = "".join(page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    assert {name for name in names if f"examples/{name}.graphql" not in told} == set()


def test_the_readme_begins_with_the_query_that_serve_prints() -> None:
    assert FIRST_QUERY in (ROOT / "README.md").read_text()

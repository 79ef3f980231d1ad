"""Examples of what both departments want and agree on: plans, goals, reviews, surveys, and requests to marketing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_plan(demo: Demo) -> None:
    plans = (await demo.example("plan"))["plans"]["nodes"]
    assert [(plan["name"], plan["startsOn"], plan["endsOn"], len(plan["commitments"]["nodes"])) for plan in plans] == [
        ("Joint plan 2027", "2027-01-01", "2028-01-01", 3),
        ("Joint plan 2026", "2026-01-01", "2027-01-01", 7),
        ("Joint plan 2025", "2025-01-01", "2026-01-01", 3),
    ]
    signed = [
        [(approval["department"], approval["decision"], approval["decidedAt"][:10]) for approval in _approvals(plan)]
        for plan in plans
    ]
    assert signed == [
        [("MARKETING", "APPROVED", "2026-09-18")],
        [("MARKETING", "APPROVED", "2025-12-09"), ("SALES", "APPROVED", "2025-12-18")],
        [("SALES", "APPROVED", "2024-12-12"), ("MARKETING", "APPROVED", "2024-12-17")],
    ]


def _approvals(plan: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = plan["approvals"]["nodes"]
    return nodes


async def test_plan_tells_who_commits_to_what_and_who_objects(demo: Demo) -> None:
    open_plan, agreed, _ = (await demo.example("plan"))["plans"]["nodes"]
    assert agreed["summary"] == (
        "Twice the pipeline, fed by both: marketing answers for what it hands over, sales for what becomes of it."
    )
    assert agreed["commitments"]["nodes"][4:6] == [
        {
            "department": "SALES",
            "text": "Names the buying group of every proposal.",
            "dueOn": "2026-03-31",
            "owner": {"name": "Erik Sandvik"},
            "goal": {"name": "Win two deals of three"},
        },
        {
            "department": "SALES",
            "text": "Says yes or no to every hand-off in a day, and why not.",
            "dueOn": None,
            "owner": {"name": "Sofia Brandt"},
            "goal": {"name": "Sales accepts four hand-offs of five"},
        },
    ]
    assert _approvals(agreed)[1]["comment"] == "With a day for every hand-off, except in trade show weeks."
    assert _approvals(agreed)[1]["member"] == {"name": "Marcus Oyelaran"}
    assert open_plan["summary"] is None
    assert [(said["member"], said["text"]) for said in open_plan["comments"]["nodes"]] == [
        ({"name": "Erik Sandvik", "department": "SALES"}, "Thirty is too many for two people. Twelve."),
        (
            {"name": "Tomás Rivera", "department": "LEADERSHIP"},
            "Settle the number before either of you signs the rest.",
        ),
        ({"name": "Marcus Oyelaran", "department": "SALES"}, "We sign once it is clear who pays for the partners."),
    ]


async def test_goals(demo: Demo) -> None:
    doubled, used = (await demo.example("goals"))["jointGoals"]["nodes"]
    children = doubled.pop("children")["nodes"]
    assert doubled == {
        "name": "Double the open pipeline",
        "metric": "OPEN_PIPELINE",
        "filters": {},
        "baseline": "1250000",
        "target": None,
        "factor": "2",
        "startsOn": "2025-10-01",
        "endsOn": "2027-10-01",
        "horizon": "LONG",
        "marketingOwner": {"name": "Priya Raman"},
        "salesOwner": {"name": "Marcus Oyelaran"},
        "budget": {
            "name": "Growth budget 2026",
            "amount": {"amount": "240000", "currencyCode": "USD"},
            "owner": {"name": "Tomás Rivera"},
        },
        "allocations": {"nodes": [{"amount": "25000", "spent": "11800"}]},
        "commitments": {
            "nodes": [
                {"department": "MARKETING", "text": "Builds a programme for thirty accounts that sales names."},
                {"department": "SALES", "text": "Names the thirty accounts, and their owners."},
                {"department": "MARKETING", "text": "Runs a webinar every quarter, with a topic that sales picks."},
            ]
        },
    }
    owners = [
        (child["name"], child["horizon"], child["marketingOwner"], child["salesOwner"], child["parent"]["name"])
        for child in children
    ]
    names = ("Claire Dubois", "Jonas Lindqvist", "Marcus Oyelaran", "Priya Raman", "Sofia Brandt")
    claire, jonas, marcus, priya, sofia = ({"name": name} for name in names)
    assert owners == [
        ("Twice the pipeline from search and webinars", "LONG", jonas, None, doubled["name"]),
        ("Win four million in a year", "LONG", priya, marcus, doubled["name"]),
        ("Win two deals of three", "LONG", None, marcus, doubled["name"]),
        ("Sales accepts three hand-offs of four", "SHORT", claire, sofia, doubled["name"]),
        ("Sales accepts four hand-offs of five", "SHORT", claire, sofia, doubled["name"]),
    ]
    assert children[0]["filters"] == {"CHANNEL": ["organic_search", "paid_search", "webinar"]}
    assert (children[4]["baseline"], children[4]["target"], children[4]["factor"]) == ("0.78", "0.8", None)
    assert (used["name"], used["metric"], used["target"]) == ("No content that nobody uses", "USED_SHARE", "0.95")
    assert [child["metric"] for child in used["children"]["nodes"]] == ["CONTENT_ADOPTION"]


async def test_review(demo: Demo) -> None:
    reviews = (await demo.example("review", first=4, asOf=AS_OF))["reviews"]
    assert reviews["totalCount"] == 4
    assert [(review["title"], review["heldAt"], review["plan"]) for review in reviews["nodes"]] == [
        ("Why hand-offs come back", "2026-08-25T09:00:00+00:00", None),
        ("Quarterly review 2026 Q2", "2026-07-14T13:00:00+00:00", {"name": "Joint plan 2026"}),
        ("Quarterly review 2026 Q1", "2026-04-14T13:00:00+00:00", {"name": "Joint plan 2026"}),
        ("Quarterly review 2025 Q4", "2026-01-14T13:00:00+00:00", {"name": "Joint plan 2026"}),
    ]
    second = reviews["nodes"][1]
    assert [(there["name"], there["department"]) for there in second["attendees"]["nodes"]] == [
        ("Ben Whitaker", "MARKETING"),
        ("Erik Sandvik", "SALES"),
        ("Marcus Oyelaran", "SALES"),
        ("Priya Raman", "MARKETING"),
        ("Sofia Brandt", "SALES"),
        ("Tomás Rivera", "LEADERSHIP"),
    ]
    assert second["decisions"] == ["Try other words before spending more.", "Key accounts are counted apart."]
    seen = [(value["metric"], value["startsOn"], value["value"], value["unit"]) for value in second["values"]["nodes"]]
    assert seen == [
        ("WIN_RATE", "2026-04-01", "0.56", "RATIO"),
        ("WIN_RATE", "2025-04-01", None, "RATIO"),
        ("ACCEPTANCE_RATE", "2026-04-01", "0.761905", "RATIO"),
        ("USED_SHARE", "2026-04-01", "0.944444", "RATIO"),
        ("OPEN_PIPELINE", None, "666150.00", "MONEY"),
    ]
    assert second["values"]["nodes"][4]["currencyCode"] == "USD"
    assert second["values"]["nodes"][4]["goal"] == {
        "name": "Double the open pipeline",
        "progress": {"status": "ON_TRACK", "actual": {"number": "2376026.2"}},
    }


async def test_review_tells_what_is_overdue(demo: Demo) -> None:
    reviews = (await demo.example("review", first=4))["reviews"]["nodes"]
    overdue = [
        (task["text"], task["dueOn"], task["owner"]["name"], task["owner"]["manager"]["name"])
        for review in reviews
        for task in review["open"]["nodes"]
        if task["dueOn"] < AS_OF
    ]
    assert overdue == [
        ("Set up the daily list of open hand-offs.", "2026-09-15", "Aiko Tanaka", "Marcus Oyelaran"),
        ("Buy other words for six weeks, and compare.", "2026-08-25", "Ben Whitaker", "Priya Raman"),
        ("Find a customer who passed an audit with ColdTrace.", "2026-05-14", "Nadia Kowalczyk", "Erik Sandvik"),
        ("Clear the library of data sheets that sales does not know.", "2026-02-28", "Claire Dubois", "Priya Raman"),
    ]
    assert [review["done"]["totalCount"] for review in reviews] == [1, 1, 1, 2]


async def test_alignment_survey(demo: Demo) -> None:
    rounds = (await demo.example("alignment-survey"))["alignmentSurveys"]["nodes"]
    assert [(one["title"], one["closedAt"] and one["closedAt"][:10]) for one in rounds] == [
        ("Working together, December 2025", "2025-12-17"),
        ("Working together, March 2026", "2026-03-17"),
        ("Working together, June 2026", "2026-06-15"),
        ("Working together, September 2026", None),
    ]
    means = [(_mean(one["marketing"]), _mean(one["sales"])) for one in rounds]
    assert means == [
        (Fraction(22, 3), Fraction(29, 6)),
        (Fraction(27, 4), Fraction(5)),
        (Fraction(7), Fraction(11, 2)),
        (Fraction(7), Fraction(31, 5)),
    ]
    gaps = [marketing - sales for marketing, sales in means]
    assert gaps == sorted(gaps, reverse=True)
    assert rounds[0]["marketing"]["nodes"][0] == {
        "score": 8,
        "comment": "We deliver more leads than ever.",
        "member": {"name": "Priya Raman"},
    }


def _mean(answers: dict[str, Any]) -> Fraction:
    assert answers["totalCount"] == len(answers["nodes"])
    return Fraction(sum(answer["score"] for answer in answers["nodes"]), len(answers["nodes"]))


async def test_content_requests(demo: Demo) -> None:
    answer = await demo.example("content-requests")
    requests = answer["contentRequests"]["nodes"]
    assert (answer["contentRequests"]["totalCount"], answer["undecided"]["totalCount"]) == (10, 3)
    decided = [request for request in requests if request["decision"]]
    assert [(request["decision"], request["requestedAt"][:10], request["title"]) for request in decided] == [
        ("DECLINED", "2026-08-28", "Slides on the return on investment"),
        ("DECLINED", "2026-08-10", "The price lists of three competitors"),
        ("ACCEPTED", "2026-07-31", "A checklist for comparing offers"),
        ("DECLINED", "2026-07-17", "A brochure in the buyer's own colours"),
        ("ACCEPTED", "2026-06-15", "The framework agreement in plain words"),
        ("ACCEPTED", "2026-06-05", "The total cost of ownership on one page"),
        ("ACCEPTED", "2026-05-22", "The Halden Foods case study in French"),
    ]
    assert {request["title"]: request["exception"] for request in requests if request["goal"] is None} == {
        "A film of a night shift with AisleMap": "The cameras are at the site next week anyway.",
        "A brochure in the buyer's own colours": "It is for one meeting.",
        "The Halden Foods case study in French": "No goal asks for French. One large buyer reads nothing else.",
    }
    made = [(request["asset"]["status"], request["asset"]["usages"]["totalCount"]) for request in _made(requests)]
    assert made == [("DRAFT", 0), ("ACTIVE", 0), ("ACTIVE", 10), ("ACTIVE", 0)]
    assert sum(Decimal(request["effortHours"]) for request in _made(requests)) == Decimal("43.5")


def _made(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [request for request in requests if request["asset"]]


async def test_content_requests_say_why(demo: Demo) -> None:
    requests = {
        request["title"]: request for request in (await demo.example("content-requests"))["contentRequests"]["nodes"]
    }
    assert requests["Slides on the return on investment"] == {
        "title": "Slides on the return on investment",
        "reason": "The board wants a figure.",
        "requestedAt": "2026-08-28T09:00:00+00:00",
        "neededBy": "2026-09-04",
        "effortHours": "10",
        "requester": {"name": "Aiko Tanaka", "department": "SALES"},
        "goal": {"name": "Double the open pipeline"},
        "exception": None,
        "persona": {"name": "Supply Chain Director"},
        "buyingStage": {"name": "Decision"},
        "opportunity": None,
        "decision": "DECLINED",
        "decisionReason": "There already: the payback calculator, and the slides for the board.",
        "decidedBy": {"name": "Jonas Lindqvist"},
        "asset": None,
    }
    deals = [request["opportunity"] for request in requests.values() if request["opportunity"]]
    assert deals == [
        {"name": "Northgate Stores: PalletEye pilot"},
        {"name": "Maasland Greenhouses: AisleMap for the forklifts"},
    ]

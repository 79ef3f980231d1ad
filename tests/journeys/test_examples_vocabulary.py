"""Examples of what both departments agreed on, and of the ways in which they sell."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from schema.build import vocabulary
from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


def said(version: Any) -> list[tuple[str, str]]:
    """What each department said to a version or definition, in the order of time."""
    return [(approval["department"], approval["decision"]) for approval in version["approvals"]["nodes"]]


BOTH = [("MARKETING", "APPROVED"), ("SALES", "APPROVED")]


async def test_glossary_term(demo: Demo) -> None:
    (term,) = (await demo.example("glossary-term"))["glossaryTerms"]["nodes"]
    assert (term["name"], term["governs"], term["owner"]) == ("Lead", ["Lead", "Query.leads"], {"name": "Priya Raman"})
    agreed = term["agreed"]
    assert agreed["number"] == 2
    assert agreed["definition"] == (
        "A person or company that showed interest and can be reached; interest alone makes no qualified lead."
    )
    assert agreed["marketingMeaning"] == "Everyone who filled in a form and can be reached."
    assert agreed["salesMeaning"] == "A person worth a call, which a form alone does not tell."
    assert agreed["approvals"]["nodes"] == [
        {
            "department": "MARKETING",
            "decision": "APPROVED",
            "member": {"name": "Priya Raman"},
            "decidedAt": "2025-11-19T09:00:00+00:00",
        },
        {
            "department": "SALES",
            "decision": "APPROVED",
            "member": {"name": "Marcus Oyelaran"},
            "decidedAt": "2025-11-22T09:00:00+00:00",
        },
    ]
    versions = {version["number"]: version for version in term["versions"]["nodes"]}
    assert list(versions) == [3, 2, 1]
    # The latest is not the agreed one: sales has not answered yet. The first was refused.
    assert said(versions[3]) == [("MARKETING", "APPROVED")]
    assert said(versions[2]) == BOTH
    assert said(versions[1]) == [("MARKETING", "APPROVED"), ("SALES", "REJECTED")]
    assert versions[1]["approvals"]["nodes"][1]["comment"] == (
        "Half of those forms are students. We call nobody because of a download."
    )


async def test_a_term_without_an_agreed_version(demo: Demo) -> None:
    """Each department refused another version of it."""
    (term,) = (await demo.example("glossary-term", key="pipeline"))["glossaryTerms"]["nodes"]
    assert term["agreed"] is None
    assert [said(version) for version in term["versions"]["nodes"]] == [
        [("MARKETING", "APPROVED"), ("SALES", "REJECTED")],
        [("MARKETING", "REJECTED"), ("SALES", "APPROVED")],
    ]


async def test_terms_govern_what_there_is(demo: Demo) -> None:
    answer = await demo.client.data("{ glossaryTerms(first: 50) { nodes { governs } } }")
    governed = {name for term in answer["glossaryTerms"]["nodes"] for name in term["governs"]}
    types = vocabulary.schema.type_map
    fields = {
        f"{name}.{field}"
        for name, type_ in types.items()
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType))
        for field in type_.fields
    }
    assert len(governed) == 12
    assert governed - types.keys() - fields == set()


async def test_lead_definition(demo: Demo) -> None:
    answer = await demo.example("lead-definition")
    (agreed,), (proposed,) = (answer[key]["nodes"] for key in ("agreed", "proposed"))
    assert (agreed["version"], agreed["threshold"], agreed["author"]) == (2, "3", {"name": "Jonas Lindqvist"})
    assert (agreed["proposedAt"], agreed["agreedAt"]) == ("2026-03-06T09:00:00+00:00", "2026-03-10T09:00:00+00:00")
    assert [tuple(criterion.values()) for criterion in agreed["criteria"]["nodes"]] == [
        ("We can write to the person.", "email", "EXISTS", None, "0", True),
        ("The score is 50 or more.", "score", "AT_LEAST", 50, "2", False),
        ("The persona is known.", "persona.name", "EXISTS", None, "1", False),
        ("A need is known.", "needs", "EXISTS", None, "1", False),
        ("The company has 50 employees or more.", "account.employees", "AT_LEAST", 50, "1", False),
    ]
    assert said(agreed) == BOTH
    assert (proposed["version"], proposed["threshold"], proposed["agreedAt"]) == (3, "4", None)
    assert [(criterion["operator"], criterion["value"]) for criterion in proposed["criteria"]["nodes"]][3:] == [
        ("NOT_EQUALS", "USER"),
        ("AT_LEAST", 1),
        ("IN", ["DE", "NL", "NO"]),
        ("CONTAINS", "Cold-chain alarms"),
    ]
    assert said(proposed) == [("MARKETING", "APPROVED"), ("SALES", "REJECTED")]


async def test_opportunity_lines(demo: Demo) -> None:
    (product,) = (await demo.example("opportunity-lines"))["products"]["nodes"]
    assert (product["name"], product["price"]) == ("AisleMap", {"amount": "960.00", "currencyCode": "USD"})
    assert product["lines"]["totalCount"] == 14
    whole, with_work, with_others = product["lines"]["nodes"]
    assert whole["opportunity"] == {
        "name": "Brightwater Pharma: AisleMap for the forklifts",
        "amount": {"amount": "227350.00"},
        "lines": {"nodes": [{"product": {"name": "AisleMap"}, "quantity": "237", "amount": {"amount": "227350.00"}}]},
    }
    assert (with_work["quantity"], with_work["opportunity"]["amount"]) == ("166", {"amount": "181050.00"})
    parts = [
        [(line["product"]["name"], line["amount"]["amount"]) for line in found["opportunity"]["lines"]["nodes"]]
        for found in (with_work, with_others)
    ]
    assert parts[0] == [("AisleMap", "159324.00"), ("Installation and training", "21726.00")]
    assert sorted(parts[1]) == [
        ("AisleMap", "101332.00"),
        ("DockSense", "101332.00"),
        ("Installation and training", "27636.00"),
    ]


async def test_pipelines(demo: Demo) -> None:
    pipelines = (await demo.example("pipelines"))["pipelines"]["nodes"]
    assert [(pipeline["key"], pipeline["name"]) for pipeline in pipelines] == [
        ("new-business", "New business"),
        ("renewal", "Renewal"),
    ]
    assert [
        (stage["key"], stage["winProbability"], stage["opportunities"]["totalCount"], stage["undated"]["totalCount"])
        for pipeline in pipelines
        for stage in pipeline["stages"]["nodes"]
    ] == [
        ("discovery", "0.25", 21, 0),
        ("proposal", "0.5", 16, 0),
        ("negotiation", "0.75", 10, 0),
        ("usage_review", "0.6", 3, 2),
        ("renewal_offer", "0.8", 2, 1),
        ("renewal_terms", "0.9", 1, 0),
    ]
    assert pipelines[1]["stages"]["nodes"][1]["undated"]["nodes"] == [
        {"name": "Bayou Spice Company: renewal of PalletEye, all halls", "openedAt": None, "stageEnteredAt": None}
    ]

"""The example of a search, on the demo company."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def found(demo: Demo, **variables: Any) -> list[tuple[Any, ...]]:
    """Rank, type and words of what the example finds."""
    answer = (await demo.example("search", **variables))["search"]
    return [
        (
            one["rank"],
            one["entity"]["__typename"],
            *(value for key, value in one["entity"].items() if key[0] not in "_i"),
        )
        for one in answer
    ]


async def test_search(demo: Demo) -> None:
    assert await found(demo) == [
        (13, "Account", "Ashgrove Retail Group", "A"),
        (13, "Opportunity", "Ashgrove Retail Group: DockSense for six docks"),
        (13, "Opportunity", "Ashgrove Retail Group: PalletEye pilot"),
        (11, "Lead", "Katrin Garcia", "Ashgrove Retail Group"),
        (11, "Lead", "Victoria Wójcik", "Ashgrove Retail Group"),
    ]


async def test_search_is_blind_to_accents(demo: Demo) -> None:
    # One person asked three times.
    leads = [(17, "Lead", "Victoria Wójcik", "Ashgrove Retail Group")] * 3
    assert await found(demo, text="WOJCIK ashgrove", types=["LEAD"]) == leads
    assert await found(demo, text="Wo\u0301jcik Ashgrove", types="LEAD") == leads


async def test_search_for_leads_by_the_beginning_of_an_address(demo: Demo) -> None:
    emily = (26, "Lead", "Emily Walsh", "Ashgrove Retail Group")
    assert await found(demo, text="EMILY.WALSH@ashgrove", types=["LEAD"]) == [emily, emily]


async def test_search_for_the_words_we_share(demo: Demo) -> None:
    assert await found(demo, text="quali", types=["GLOSSARY_TERM", "CAMPAIGN", "PERSONA"]) == [
        (4, "GlossaryTerm", "Marketing qualified lead (MQL)"),
        (4, "GlossaryTerm", "Sales qualified lead (SQL)"),
        (4, "Persona", "Quality and Compliance Manager"),
    ]

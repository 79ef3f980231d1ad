"""A partner's view of the demo company, asked with the token of one of its members."""

from __future__ import annotations

import pytest

from db.models import Role
from tests.api.client import code_of
from tests.conftest import TokenFactory
from tests.journeys.conftest import Asking, FoundDemo
from tests.journeys.examples import Demo

GIULIA = "giulia@ferri.example"


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def as_partner(demo: Demo, asking: Asking, make_token: TokenFactory, member: str | None = GIULIA) -> Demo:
    return Demo(demo.workspace, asking(await make_token(demo.workspace.id, Role.PARTNER, member=member)))


async def test_a_partner_sees_what_is_shared_with_its_team(
    demo: Demo, asking: Asking, make_token: TokenFactory
) -> None:
    seen = await (await as_partner(demo, asking, make_token)).example("partner")
    assert seen["viewer"] == {
        "role": "PARTNER",
        "member": {"name": "Giulia Moretti", "team": {"name": "Ferri Integrations"}},
    }
    assert {name: seen[name]["totalCount"] for name in ("accounts", "leads", "opportunities", "contentAssets")} == {
        "accounts": 10,
        "leads": 18,
        "opportunities": 4,
        "contentAssets": 9,
    }
    assert all(asset["forPartners"] for asset in seen["contentAssets"]["nodes"])
    marked = {asset["title"] for asset in seen["contentAssets"]["nodes"]}
    recommended = [found["asset"]["title"] for lead in seen["leads"]["nodes"] for found in lead["recommendedContent"]]
    assert recommended
    assert set(recommended) <= marked
    names = {account["name"] for account in seen["accounts"]["nodes"]}
    behind = [one["account"] for one in (*seen["leads"]["nodes"], *seen["opportunities"]["nodes"])]
    assert {account["name"] for account in behind if account is not None} <= names


async def test_the_admin_sees_the_same_among_everything(demo: Demo) -> None:
    everything = await demo.client.data("""{
        teams(first: 1, filter: { department: { eq: PARTNER } }) { nodes {
            sharedAccounts { totalCount } sharedLeads { totalCount } sharedOpportunities { totalCount }
        } }
        accounts { totalCount } leads { totalCount }
    }""")
    assert everything["teams"]["nodes"] == [
        {
            "sharedAccounts": {"totalCount": 10},
            "sharedLeads": {"totalCount": 18},
            "sharedOpportunities": {"totalCount": 4},
        }
    ]
    assert (everything["accounts"]["totalCount"], everything["leads"]["totalCount"]) == (60, 400)


@pytest.mark.parametrize("member", [None, "sofia@norrvik.example"])
async def test_a_partner_without_a_team_of_partners_sees_the_vocabulary_alone(
    demo: Demo, asking: Asking, make_token: TokenFactory, member: str | None
) -> None:
    nobody = await as_partner(demo, asking, make_token, member)
    seen = await nobody.example("partner")
    assert seen["viewer"] == {"role": "PARTNER", "member": None}
    lists = [name for name in seen if name != "viewer"]
    assert [seen[name] for name in lists] == [{"totalCount": 0, "nodes": []}] * 4
    assert await nobody.client.data("{ personas { totalCount } }") == {"personas": {"totalCount": 6}}


async def test_partners_have_connections_of_their_own(demo: Demo, asking: Asking, make_token: TokenFactory) -> None:
    partner = await as_partner(demo, asking, make_token)
    await partner.client.data("{ viewer { role } }")
    before = partner.client.pool.counters.statements
    await partner.client.data("{ leads { totalCount } }")
    assert partner.client.pool.counters.statements == before
    for document in ("{ stageTransitions { totalCount } }", "{ viewer { workspace { name marginRate } } }"):
        response = await partner.client.ask(document)
        assert code_of(response) == "FORBIDDEN"

"""An account's brief on rows made for it; every answer is checked against the oracle too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import enter_workspace
from db.models import Account, BuyingRole, ContentUsage, ExternalRef, Lead, Role, Touchpoint, UsageAction
from resolvers.compiler.errors import ApiError, Code
from resolvers.ids import decode, encode
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.factories.account import account, contact
from tests.factories.content import asset, mapping, usage
from tests.factories.journey import buying_group_member, buying_stages, lead, opportunity, stages
from tests.factories.persona import persona
from tests.factories.touchpoint import touchpoint
from tests.factories.void import void
from tests.oracle.desk import Desk, desk
from tests.oracle.server import COMPILER, NOW

# NOW is the 15th of September in New York: the 90 days before it begin on the 17th of June there, at 04:00 in UTC.
WINDOW = datetime(2026, 6, 17, 4, tzinfo=UTC), datetime(2026, 9, 15, 4, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class Company:
    """An account, and a quick way to write what belongs to it."""

    def __init__(self, asked: Desk, account_id: UUID, stage: dict[str, UUID]) -> None:
        self.asked, self.account_id, self.stage = asked, account_id, stage

    @property
    def to(self) -> tuple[AsyncConnection, UUID]:
        return self.asked.connection, self.asked.workspace_id

    async def sale(self, stage: str | None, amount: str | None = None, code: str = "EUR", **values: Any) -> UUID:
        """An opportunity in a stage."""
        money: dict[str, Any] = {"amount": Decimal(amount), "currency_code": code} if amount else {}
        named = {"account_id": self.account_id, "stage_id": stage and self.stage[stage]}
        return await opportunity(self.asked.connection, self.asked.workspace_id, **(named | money | values))

    async def touch(self, at: datetime, **values: Any) -> str:
        """A touchpoint, with the account itself unless another is named; gives its public id."""
        named = values or {"account_id": self.account_id}
        return encode(Touchpoint, await touchpoint(*self.to, occurred_at=at, **named))

    async def brief(self, selection: str, as_of: datetime | None = None) -> Any:
        """What is selected of the account's brief."""
        document = f"query ($id: ID!, $asOf: DateTime) {{ accountBrief(id: $id, asOf: $asOf) {{ {selection} }} }}"
        moment = as_of and as_of.isoformat()
        return (await self.asked.ask(document, {"id": encode(Account, self.account_id), "asOf": moment}))[
            "accountBrief"
        ]


@pytest.fixture(scope="module")
async def shared(make_workspace: WorkspaceFactory) -> MadeWorkspace:
    """A workspace in which each test writes what it then takes back."""
    return await make_workspace(time_zone="America/New_York")


@pytest.fixture
async def company(engine: AsyncEngine, shared: MadeWorkspace) -> AsyncIterator[Company]:
    async with desk(engine, shared.id) as asked:
        written = await account(asked.connection, shared.id)
        yield Company(asked, written, await stages(asked.connection, shared.id))


ALL = """
account { name } openLeads openOpportunities wonOpportunities lostOpportunities
openPipeline { amount currencyCode } wonRevenue { amount currencyCode }
lastTouch { id } touchpointsLast90Days
keyPeople { contact { name } roles isPrimary }
usedContent { asset { title } uses lastUsedAt }
nextContent { asset { title } persona { name } fitWeight reasons { code } }
"""


async def test_an_account_of_which_nothing_is_known(company: Company) -> None:
    assert await company.brief(ALL) == {
        "account": {"name": "Nordlager"},
        **dict.fromkeys(("openLeads", "openOpportunities", "wonOpportunities", "lostOpportunities"), 0),
        "openPipeline": [],
        "wonRevenue": [],
        "lastTouch": None,
        "touchpointsLast90Days": 0,
        "keyPeople": [],
        "usedContent": [],
        "nextContent": [],
    }


async def test_leads_and_opportunities_count_by_the_kind_of_their_stage(company: Company) -> None:
    for stage in ("inquiry", "mql", "sql", "disqualified", "recycled", "proposal", None):
        stage_id = stage and company.stage[stage]
        await lead(*company.to, account_id=company.account_id, stage_id=stage_id)
    await lead(*company.to, stage_id=company.stage["mql"])
    for name in ("discovery", "negotiation", "won", "won", "lost", None):
        await company.sale(name)
    await opportunity(*company.to, stage_id=company.stage["won"])
    counts = "openLeads openOpportunities wonOpportunities lostOpportunities"
    assert await company.brief(counts) == {
        "openLeads": 3,
        "openOpportunities": 2,
        "wonOpportunities": 2,
        "lostOpportunities": 1,
    }


async def test_amounts_are_added_up_by_currency(company: Company) -> None:
    for stage, amount, code in (
        ("proposal", "100", "USD"),
        ("discovery", "0.50", "USD"),
        ("proposal", "12345678901234567890.123456789", "EUR"),
        ("proposal", None, ""),
        ("won", "7", "EUR"),
        ("won", "8", "CHF"),
        ("lost", "9", "EUR"),
    ):
        await company.sale(stage, amount, code)
    assert await company.brief("openPipeline { amount currencyCode } wonRevenue { currencyCode amount }") == {
        "openPipeline": [
            {"amount": "12345678901234567890.123456789", "currencyCode": "EUR"},
            {"amount": "100.50", "currencyCode": "USD"},
        ],
        "wonRevenue": [{"currencyCode": "CHF", "amount": "8"}, {"currencyCode": "EUR", "amount": "7"}],
    }


TOUCHES = "lastTouch { id occurredAt } touchpointsLast90Days"


async def test_touchpoints_of_its_people_leads_and_opportunities_count(company: Company) -> None:
    person = await contact(*company.to, account_id=company.account_id)
    inquiry = await lead(*company.to, account_id=company.account_id)
    sale = await company.sale("proposal")
    at = WINDOW[0]
    await company.touch(at)
    await company.touch(at, contact_id=person)
    await company.touch(at, opportunity_id=sale)
    last = await company.touch(at + MOMENT, lead_id=inquiry, contact_id=person, account_id=company.account_id)
    await company.touch(at + 2 * MOMENT, contact_id=await contact(*company.to))
    assert await company.brief(TOUCHES) == {
        "lastTouch": {"id": last, "occurredAt": "2026-06-17T04:00:00.000001+00:00"},
        "touchpointsLast90Days": 4,
    }


async def test_ninety_complete_days_of_the_workspace(company: Company) -> None:
    for at in (WINDOW[0] - MOMENT, WINDOW[0], WINDOW[1] - MOMENT, WINDOW[1]):
        last = await company.touch(at)
    await company.touch(NOW)
    found = await company.brief(TOUCHES)
    assert (found["lastTouch"]["id"], found["touchpointsLast90Days"]) == (last, 2)


async def test_as_of_leaves_out_what_came_later(company: Company) -> None:
    first, second = await company.touch(WINDOW[0]), await company.touch(WINDOW[1] - MOMENT)
    at_second = await company.brief(TOUCHES, as_of=WINDOW[1] - MOMENT)
    assert (at_second["lastTouch"]["id"], at_second["touchpointsLast90Days"]) == (first, 1)
    later = await company.brief(TOUCHES, as_of=WINDOW[1])
    assert (later["lastTouch"]["id"], later["touchpointsLast90Days"]) == (second, 2)
    assert await company.brief(TOUCHES, as_of=WINDOW[0]) == {"lastTouch": None, "touchpointsLast90Days": 0}


async def test_of_touchpoints_at_one_time_the_later_id_is_the_last(company: Company) -> None:
    person = await contact(*company.to, account_id=company.account_id)
    later = await company.touch(WINDOW[0], id=UUID(int=2), contact_id=person)
    await company.touch(WINDOW[0], id=UUID(int=1), account_id=company.account_id)
    assert (await company.brief("lastTouch { id }"))["lastTouch"] == {"id": later}


async def test_what_is_void_is_as_if_it_had_never_been(company: Company) -> None:
    kept = await company.touch(WINDOW[0])
    for at in (WINDOW[0] - MOMENT, WINDOW[0] + MOMENT):
        await void(*company.to, Touchpoint, decode(Touchpoint, await company.touch(at)))
    guide, deck = [await asset(*company.to, title=title) for title in ("Guide", "Deck")]
    for used, at in ((guide, WINDOW[0]), (guide, WINDOW[0] + MOMENT), (deck, WINDOW[0] + MOMENT)):
        use = await usage(*company.to, used, occurred_at=at, account_id=company.account_id)
        if at > WINDOW[0]:
            await void(*company.to, ContentUsage, use)
    assert await company.brief(
        "lastTouch { id } touchpointsLast90Days usedContent { asset { title } uses lastUsedAt }"
    ) == {
        "lastTouch": {"id": kept},
        "touchpointsLast90Days": 1,
        "usedContent": [{"asset": {"title": "Guide"}, "uses": 1, "lastUsedAt": "2026-06-17T04:00:00+00:00"}],
    }


async def test_key_people_are_there_once_the_primary_ones_first(company: Company) -> None:
    names = ("Cleo", "Ada", "Bo", "Dora")
    people = {name: await contact(*company.to, name=name, account_id=company.account_id) for name in names}
    one, two, closed = [await company.sale(stage) for stage in ("proposal", "discovery", "won")]
    for sale, name, role, primary in (
        (one, "Cleo", BuyingRole.USER, False),
        (one, "Bo", BuyingRole.DECISION_MAKER, True),
        (two, "Bo", BuyingRole.CHAMPION, False),
        (two, "Ada", BuyingRole.USER, False),
        (two, "Cleo", BuyingRole.USER, False),
        (closed, "Dora", BuyingRole.CHAMPION, True),
    ):
        await buying_group_member(*company.to, sale, people[name], role=role, is_primary=primary)
    bo = {"contact": {"name": "Bo"}, "roles": ["CHAMPION", "DECISION_MAKER"], "isPrimary": True}
    others = [{"contact": {"name": name}, "roles": ["USER"], "isPrimary": False} for name in ("Ada", "Cleo")]
    people_ = "contact { name } roles isPrimary"
    assert await company.brief(f"keyPeople {{ {people_} }} one: keyPeople(first: 1) {{ {people_} }}") == {
        "keyPeople": [bo, *others],
        "one": [bo],
    }


async def test_used_content_is_ranked_by_its_uses(company: Company) -> None:
    person = await contact(*company.to, account_id=company.account_id)
    sale = await company.sale("lost")
    guide, deck, film = [await asset(*company.to, title=title) for title in ("Guide", "Deck", "Film")]
    day = timedelta(days=1)
    uses: list[tuple[UUID, datetime, UsageAction, dict[str, Any]]] = [
        (guide, WINDOW[0], UsageAction.SENT, {"account_id": company.account_id}),
        (guide, WINDOW[0] + day, UsageAction.VIEWED, {"contact_id": person, "opportunity_id": sale}),
        (guide, WINDOW[0] + 9 * day, UsageAction.RECREATED, {"opportunity_id": sale}),
        (deck, WINDOW[0], UsageAction.PRESENTED, {"opportunity_id": sale}),
        (film, WINDOW[0] + MOMENT, UsageAction.DOWNLOADED, {"contact_id": person}),
        (deck, NOW + day, UsageAction.SENT, {"account_id": company.account_id}),
        (deck, WINDOW[0], UsageAction.SENT, {"contact_id": await contact(*company.to)}),
    ]
    for used, at, action, named in uses:
        await usage(*company.to, used, occurred_at=at, action=action, **named)
    expected = [
        {"asset": {"title": "Guide"}, "uses": 2, "lastUsedAt": "2026-06-18T04:00:00+00:00"},
        {"asset": {"title": "Film"}, "uses": 1, "lastUsedAt": "2026-06-17T04:00:00.000001+00:00"},
        {"asset": {"title": "Deck"}, "uses": 1, "lastUsedAt": "2026-06-17T04:00:00+00:00"},
    ]
    selected = "asset { title } uses lastUsedAt"
    assert (await company.brief(f"usedContent {{ {selected} }}"))["usedContent"] == expected
    assert (await company.brief(f"usedContent(first: 2) {{ {selected} }}"))["usedContent"] == expected[:2]


async def test_next_content_is_the_best_of_all_open_opportunities(company: Company) -> None:
    buyer, user = [await persona(*company.to, name=name) for name in ("Buyer", "User")]
    buying = await buying_stages(*company.to)
    early, late = await company.sale("discovery"), await company.sale("negotiation")
    for sale, persona_id in ((early, user), (late, buyer), (await company.sale("won"), user)):
        person = await contact(*company.to, persona_id=persona_id)
        await buying_group_member(*company.to, sale, person)
    titles = ("Both", "Early", "Late", "Won", "Draft")
    assets = {title: await asset(*company.to, title=title, reviewed_on=date(2026, 1, 1)) for title in titles}
    for title, stage, whom, weight in (
        ("Both", "consideration", user, "0.4"),
        ("Both", "decision", None, "0.9"),
        ("Early", "consideration", user, "0.9"),
        ("Early", "decision", user, "1"),
        ("Late", "decision", buyer, "0.5"),
        ("Won", "purchase", user, "1"),
    ):
        fit: dict[str, Any] = {"persona_id": whom, "fit_weight": Decimal(weight)}
        await mapping(*company.to, assets[title], buying[stage], **fit)
    chosen = "asset { title } persona { name } fitWeight reasons { code }"
    found = await company.brief(f"nextContent {{ {chosen} }} two: nextContent(first: 2) {{ {chosen} }}")
    assert [(row["asset"]["title"], row["fitWeight"], row["persona"]) for row in found["nextContent"]] == [
        ("Early", "0.9", {"name": "User"}),
        ("Both", "0.9", None),
        ("Late", "0.5", {"name": "Buyer"}),
    ]
    assert [reason["code"] for reason in found["nextContent"][1]["reasons"]] == ["STAGE", "ANY_PERSONA", "REVIEWED"]
    assert found["two"] == found["nextContent"][:2]


async def test_by_external_id_and_for_nobody(company: Company) -> None:
    connection, own = company.to
    reference = {"entity": "account", "source": "crm", "external_id": "1", "entity_id": company.account_id}
    await connection.execute(insert(ExternalRef).values(workspace_id=own, **reference))
    document = """query ($known: ExternalRefInput!, $other: ExternalRefInput!, $id: ID!) {
      known: accountBrief(externalRef: $known) { account { name } openLeads }
      other: accountBrief(externalRef: $other) { openLeads }
      nobody: accountBrief(id: $id) { account { name } }
    }"""
    known, other = ({"source": "crm", "externalId": name} for name in ("1", "2"))
    variables = {"known": known, "other": other, "id": encode(Account, UUID(int=1))}
    assert await company.asked.ask(document, variables) == {
        "known": {"account": {"name": "Nordlager"}, "openLeads": 0},
        "other": None,
        "nobody": None,
    }


LEAD_ID, ACCOUNT_ID = encode(Lead, UUID(int=1)), encode(Account, UUID(int=1))


@pytest.mark.parametrize(
    ("asked_for", "text"),
    [
        ("accountBrief { openLeads }", "Give either 'id' or 'externalRef'."),
        (f'accountBrief(id: "{LEAD_ID}") {{ openLeads }}', "is not an id of Account"),
        (
            f'accountBrief(id: "{ACCOUNT_ID}") {{ keyPeople(first: 0) {{ roles }} }}',
            "'first' must be between 1 and 100.",
        ),
        (f'accountBrief(id: "{ACCOUNT_ID}") {{ usedContent(first: 101) {{ uses }} }}', "'first' must be between"),
        (f'accountBrief(id: "{ACCOUNT_ID}") {{ nextContent(first: -1) {{ fitWeight }} }}', "'first' must be between"),
    ],
)
async def test_what_cannot_be_asked(company: Company, asked_for: str, text: str) -> None:
    with pytest.raises(ApiError) as refused:
        await company.asked.served(f"{{ {asked_for} }}", {})
    assert refused.value.code is Code.BAD_USER_INPUT
    assert text in str(refused.value)


def test_partners_do_not_get_one() -> None:
    operation = COMPILER.operation(f'{{ accountBrief(id: "{ACCOUNT_ID}") {{ openLeads }} }}', None)
    with pytest.raises(ApiError) as refused:
        COMPILER.plan(operation, {}, Role.PARTNER)
    assert refused.value.code is Code.FORBIDDEN


async def test_another_workspace_has_no_part_in_it(company: Company, make_workspace: WorkspaceFactory) -> None:
    connection, own = company.to
    other = await make_workspace()
    await enter_workspace(connection, other.id)
    theirs = Company(
        Desk(connection, other.id), await account(connection, other.id), await stages(connection, other.id)
    )
    await theirs.sale("proposal", "5")
    await theirs.touch(WINDOW[0])
    assert (await theirs.brief(ALL))["touchpointsLast90Days"] == 1
    await enter_workspace(connection, own)
    document = "query ($id: ID!) { accountBrief(id: $id) { openOpportunities } }"
    assert await company.asked.ask(document, {"id": encode(Account, theirs.account_id)}) == {"accountBrief": None}
    assert (await company.brief(ALL))["touchpointsLast90Days"] == 0

"""contentUsageRecord: what is recorded, once, and what the payload says of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.commands.usage import REFERENCES
from tests.conftest import MadeWorkspace, TokenFactory
from tests.journeys.conftest import Asking
from tests.journeys.recording import RECORD, World, build

KEY = {"source": "sales-room", "externalId": "session/1"}


@pytest.fixture
async def world(engine: AsyncEngine, workspace: MadeWorkspace, asking: Asking, make_token: TokenFactory) -> World:
    return await build(engine, workspace.id, asking(await make_token(workspace.id)))


def statuses(payload: Any) -> list[str]:
    return [result["status"] for result in payload["results"]]


def error(row: int, name: str, code: str, message: str) -> dict[str, Any]:
    return {"code": code, "field": ["input", "events", str(row), name], "message": message}


async def test_one_event_becomes_one_row(world: World) -> None:
    named = {name: world.named(name) for name in REFERENCES if name != "contact"}
    event = world.event(action="PRESENTED", occurredAt="2026-03-02T11:30:00+01:00", minutes="12.5", **named)
    payload = await world.record(event)
    (result,) = payload["results"]
    assert (result["status"], result["userErrors"], payload["userErrors"]) == ("CREATED", [], [])
    row = await world.row(result["usage"]["id"])
    assert {name: f"{model.__prefix__}_{row[f'{name}_id']}" for name, model in REFERENCES.items()} == {
        **{name: world.ids[name] for name in named},
        "contact": "cont_None",
    }
    assert (row["action"], row["minutes"]) == ("PRESENTED", Decimal("12.5"))
    assert row["occurred_at"] == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert await world.count() == (1, 0)


async def test_a_contact_may_be_the_actor(world: World) -> None:
    payload = await world.record(world.event(contact=world.named("contact")))
    row = await world.row(payload["results"][0]["usage"]["id"])
    assert (f"cont_{row['contact_id']}", row["member_id"]) == (world.ids["contact"], None)


async def test_without_an_external_id_every_event_is_its_own(world: World) -> None:
    payload = await world.record(world.event(), world.event())
    assert statuses(payload) == ["CREATED", "CREATED"]
    assert await world.count() == (2, 0)


async def test_500_events_at_once(world: World) -> None:
    keys = [{"source": "sales-room", "externalId": f"session/{number}"} for number in range(500)]
    events = [world.event(externalRef=key, opportunity=world.named("opportunity")) for key in keys]
    payload = await world.record(*events)
    assert statuses(payload) == ["CREATED"] * 500
    created = [result["usage"]["id"] for result in payload["results"]]
    assert len(set(created)) == 500
    again = await world.record(*reversed(events))
    assert statuses(again) == ["UNCHANGED"] * 500
    assert [result["usage"]["id"] for result in again["results"]] == created[::-1]
    assert await world.count() == (500, 500)
    assert await world.won_uses() == {"Guide": 500, "Deck": 0}


async def test_500_events_that_name_everything_by_external_ids(world: World) -> None:
    named = {name: {"externalRef": {"source": "crm", "externalId": name}} for name in REFERENCES if name != "contact"}
    keys = [{"source": "sales-room", "externalId": f"session/{number}"} for number in range(500)]
    payload = await world.record(*(world.event(externalRef=key, **named) for key in keys))
    assert statuses(payload) == ["CREATED"] * 500
    assert await world.count() == (500, 500)


@pytest.mark.parametrize("number", [0, 501])
async def test_no_events_and_too_many_are_refused(world: World, number: int) -> None:
    response = await world.client.ask(RECORD, {"events": [world.event()] * number})
    answer = response.json()
    assert answer["data"] is None
    (told,) = answer["errors"]
    assert told["message"] == "'events' must have between 1 and 500 items."
    assert (told["extensions"]["code"], told["path"]) == ("BAD_USER_INPUT", ["contentUsageRecord"])
    assert await world.count() == (0, 0)


async def test_the_same_event_again_changes_nothing(world: World) -> None:
    event = world.event(externalRef=KEY, minutes="5.5", opportunity=world.named("opportunity"))
    first = await world.record(event)
    usage = first["results"][0]["usage"]
    before = await world.row(usage["id"])
    # The same content in other words: another offset, another zero, another name of the opportunity.
    in_crm = {"externalRef": {"source": "crm", "externalId": "opportunity"}}
    again = await world.record(
        event | {"occurredAt": "2026-03-02T12:00:00+02:00", "minutes": 5.50, "opportunity": in_crm}
    )
    assert again["results"] == [{"status": "UNCHANGED", "usage": usage, "userErrors": []}]
    assert await world.row(usage["id"]) == before
    assert await world.count() == (1, 1)
    assert await world.won_uses() == {"Guide": 1, "Deck": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"action": "VIEWED"},
        {"occurredAt": "2026-03-02T10:00:00.000001Z"},
        {"minutes": "5.51"},
        {"minutes": None},
        {"asset": "deck"},
        {"opportunity": "open"},
        {"member": "member"},
        {"channel": "channel"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_other_content_under_the_same_id_is_a_conflict(world: World, change: dict[str, Any]) -> None:
    event = world.event(externalRef=KEY, minutes="5.5", opportunity=world.named("opportunity"))
    usage = (await world.record(event))["results"][0]["usage"]
    before = await world.row(usage["id"])
    other = {name: world.named(value) if value in world.ids else value for name, value in change.items()}
    conflict = error(0, "externalRef", "CONFLICT", "Another event was recorded under this id.")
    for on_error in ("REJECT_ALL", "SKIP_FAILED"):
        payload = await world.record(event | other, on_error=on_error)
        assert payload == {
            "results": [{"status": "FAILED", "usage": None, "userErrors": [conflict]}],
            "userErrors": [conflict],
        }
    assert await world.row(usage["id"]) == before
    assert await world.count() == (1, 1)
    assert await world.won_uses() == {"Guide": 1, "Deck": 0}


async def test_the_same_id_twice_in_one_batch(world: World) -> None:
    event, other = world.event(externalRef=KEY), world.event(externalRef=KEY, action="VIEWED")
    conflict = error(1, "externalRef", "CONFLICT", "Another event was recorded under this id.")
    refused = await world.record(event, other, event)
    assert statuses(refused) == ["HELD_BACK", "FAILED", "HELD_BACK"]
    assert refused["userErrors"] == [conflict]
    assert await world.count() == (0, 0)
    payload = await world.record(event, other, event, on_error="SKIP_FAILED")
    assert statuses(payload) == ["CREATED", "FAILED", "UNCHANGED"]
    assert payload["userErrors"] == [conflict]
    assert payload["results"][0]["usage"] == payload["results"][2]["usage"]
    assert await world.count() == (1, 1)


async def test_what_is_recorded_already_stays_so_when_others_are_rejected(world: World) -> None:
    event = world.event(externalRef=KEY)
    usage = (await world.record(event))["results"][0]["usage"]
    payload = await world.record(event, world.event(), world.event(minutes="-1"))
    assert statuses(payload) == ["UNCHANGED", "HELD_BACK", "FAILED"]
    assert [result["usage"] for result in payload["results"]] == [usage, None, None]
    assert await world.count() == (1, 1)


async def test_an_external_id_has_a_length(world: World) -> None:
    keys = [{"source": "s", "externalId": "x" * length} for length in (0, 256, 12_000, 255)]
    keys.append({"source": "", "externalId": "x"})
    payload = await world.record(*(world.event(externalRef=key) for key in keys), on_error="SKIP_FAILED")
    assert statuses(payload) == ["FAILED", "FAILED", "FAILED", "CREATED", "FAILED"]
    message = "'source' and 'externalId' have 1 to 255 characters."
    assert payload["userErrors"] == [error(row, "externalRef", "INVALID", message) for row in (0, 1, 2, 4)]
    assert await world.count() == (1, 1)


async def test_an_id_belongs_to_the_first_event_that_is_right(world: World) -> None:
    wrong = world.event(externalRef=KEY, minutes="-1")
    payload = await world.record(wrong, world.event(externalRef=KEY), on_error="SKIP_FAILED")
    assert statuses(payload) == ["FAILED", "CREATED"]
    assert await world.count() == (1, 1)


async def test_reject_all_records_nothing_and_skip_failed_the_rest(world: World) -> None:
    won = world.named("opportunity")
    events = [
        world.event(externalRef=KEY, opportunity=won),
        world.event(asset={"id": "asset_00000000-0000-7000-8000-000000000000"}, opportunity=won),
        world.event(opportunity=won),
        world.event(minutes="-0.01", member={"externalRef": {"source": "crm", "externalId": "nobody"}}),
    ]
    errors = [
        error(1, "asset", "NOT_FOUND", "There is no such asset in the workspace."),
        error(3, "minutes", "INVALID", "Minutes are not negative."),
        error(3, "member", "NOT_FOUND", "There is no such member in the workspace."),
    ]
    refused = await world.record(*events)
    assert refused == {
        "results": [
            {"status": "HELD_BACK", "usage": None, "userErrors": []},
            {"status": "FAILED", "usage": None, "userErrors": errors[:1]},
            {"status": "HELD_BACK", "usage": None, "userErrors": []},
            {"status": "FAILED", "usage": None, "userErrors": errors[1:]},
        ],
        "userErrors": errors,
    }
    assert await world.count() == (0, 0)
    assert await world.won_uses() == {"Guide": 0, "Deck": 0}
    payload = await world.record(*events, on_error="SKIP_FAILED")
    assert statuses(payload) == ["CREATED", "FAILED", "CREATED", "FAILED"]
    assert [result["usage"] is None for result in payload["results"]] == [False, True, False, True]
    assert payload["userErrors"] == errors
    assert await world.count() == (2, 1)
    assert await world.won_uses() == {"Guide": 2, "Deck": 0}


@pytest.mark.parametrize("name", REFERENCES)
async def test_everything_is_found_by_its_external_id_too(world: World, name: str) -> None:
    by_id = await world.record(world.event(**{name: world.named(name)}))
    by_key = await world.record(world.event(**{name: {"externalRef": {"source": "crm", "externalId": name}}}))
    rows = [await world.row(payload["results"][0]["usage"]["id"]) for payload in (by_id, by_key)]
    assert rows[0][f"{name}_id"] is not None
    assert rows[0][f"{name}_id"] == rows[1][f"{name}_id"]


@pytest.mark.parametrize("name", REFERENCES)
async def test_what_a_reference_names_must_be_there_and_of_its_type(world: World, name: str) -> None:
    model = REFERENCES[name]
    wrong = [
        {"id": f"{model.__prefix__}_00000000-0000-7000-8000-000000000000"},
        {"id": "nonsense"},
        {"id": world.ids["asset" if name != "asset" else "lead"]},
        {"externalRef": {"source": "crm", "externalId": "nothing"}},
        {"externalRef": {"source": "erp", "externalId": name}},
    ]
    payload = await world.record(*(world.event(**{name: reference}) for reference in wrong), on_error="SKIP_FAILED")
    assert statuses(payload) == ["FAILED"] * len(wrong)
    message = f"There is no such {name} in the workspace."
    assert payload["userErrors"] == [error(row, name, "NOT_FOUND", message) for row in range(len(wrong))]
    assert await world.count() == (0, 0)


async def test_an_event_lies_in_the_past_and_has_one_actor(world: World) -> None:
    soon, later = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (1, 10))
    payload = await world.record(
        world.event(occurredAt=later.isoformat()),
        world.event(minutes="-1"),
        world.event(member=world.named("member"), contact=world.named("contact")),
        # The clocks of two machines differ a little.
        world.event(occurredAt=soon.isoformat()),
        world.event(minutes="0"),
        on_error="SKIP_FAILED",
    )
    assert payload["userErrors"] == [
        error(0, "occurredAt", "INVALID", "The event lies in the future."),
        error(1, "minutes", "INVALID", "Minutes are not negative."),
        error(2, "contact", "INVALID", "Either a member or a contact did it, not both."),
    ]
    assert statuses(payload) == ["FAILED", "FAILED", "FAILED", "CREATED", "CREATED"]
    assert await world.count() == (2, 0)


async def test_uses_in_won_opportunities_are_counted(world: World) -> None:
    won, open_ = world.named("opportunity"), world.named("open")
    await world.record(
        world.event(opportunity=won),
        world.event(opportunity=won, action="VIEWED"),
        world.event(opportunity=won, asset=world.named("deck"), externalRef=KEY),
        world.event(opportunity=won, action="RECREATED"),
        world.event(opportunity=open_),
        world.event(lead=world.named("lead")),
    )
    assert await world.won_uses() == {"Guide": 2, "Deck": 1}
    await world.record(world.event(opportunity=won, asset=world.named("deck"), externalRef=KEY))
    assert await world.won_uses() == {"Guide": 2, "Deck": 1}
    await world.record(world.event(opportunity=won))
    assert await world.won_uses() == {"Guide": 3, "Deck": 1}


async def test_concurrent_recordings_of_one_id_make_one_row(world: World) -> None:
    event = world.event(externalRef=KEY, opportunity=world.named("opportunity"))
    payloads = await asyncio.gather(*(world.record(event) for _ in range(8)))
    assert sorted(statuses(payload)[0] for payload in payloads) == ["CREATED", *["UNCHANGED"] * 7]
    assert len({payload["results"][0]["usage"]["id"] for payload in payloads}) == 1
    assert await world.count() == (1, 1)
    assert await world.won_uses() == {"Guide": 1, "Deck": 0}


async def test_concurrent_batches_in_opposite_order_do_not_block_each_other(world: World) -> None:
    keys = [{"source": "sales-room", "externalId": f"session/{number}"} for number in range(50)]
    events = [world.event(externalRef=key, opportunity=world.named("opportunity")) for key in keys]
    payloads = await asyncio.gather(*(world.record(*events[:: 1 - 2 * (turn % 2)]) for turn in range(4)))
    assert (
        sorted(status for payload in payloads for status in statuses(payload)) == ["CREATED"] * 50 + ["UNCHANGED"] * 150
    )
    assert await world.count() == (50, 50)
    assert await world.won_uses() == {"Guide": 50, "Deck": 0}

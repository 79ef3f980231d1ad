"""An account's timeline by its definition: every event there is, is asked whether it belongs to the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from tests.oracle import pages
from tests.oracle.pages import Order, Place
from tests.oracle.rows import PREFIXES, Row, World, key_of, not_void, public_id

KINDS = ("TOUCHPOINT", "CONTENT_USAGE", "STAGE_TRANSITION", "HANDOFF", "LEAD_FEEDBACK", "CONTENT_FEEDBACK")
"""The members of ``EventKind``; the table of each has the same name."""

OWNED = {"contact_id": "contact", "lead_id": "lead", "opportunity_id": "opportunity"}


def timeline(world: World, account: Row, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of ``Account.timeline``."""
    found = events(world, account, arguments.get("kinds") or KINDS)
    return pages.connection(Events(world, public_id("account", account["id"])), found, arguments)


def events(world: World, account: Row, kinds: Iterable[str]) -> list[Row]:
    """The events of some kinds that belong to an account, each as its ``id``, ``occurred_at``, ``table`` and ``row``."""
    tables = {kind.lower() for kind in kinds}
    return [event for event in _by_account(world).get(account["id"], []) if event["table"] in tables]


def accounts_with_events(world: World) -> list[UUID]:
    """The accounts at which anything happened."""
    return sorted(_by_account(world))


@lru_cache(maxsize=2)
def _by_account(world: World) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for table in map(str.lower, KINDS):
        for row in not_void(world, table):
            time = "handed_over_at" if table == "handoff" else "occurred_at"
            event = {"id": row["id"], "occurred_at": row[time], "table": table, "row": row}
            for account_id in _accounts(world, row):
                found.setdefault(account_id, []).append(event)
    return found


def _accounts(world: World, row: Row) -> set[UUID]:
    """The accounts that a row names, itself or by what it is about."""
    named = [row.get("account_id")]
    for column, table in OWNED.items():
        owned = world.get(table, row.get(column))
        named.append(owned["account_id"] if owned else None)
    return set(filter(None, named))


@dataclass(frozen=True)
class Events:
    """Events of one account, the latest first."""

    world: World
    owner: str
    order: Order = (("OCCURRED_AT", "DESC"),)

    def place(self, event: Row) -> Place:
        return Place("timeline", self.order, public_id(event["table"], event["id"]), self.owner)

    def row(self, place: Place) -> Row | None:
        assert (place.table, place.order) == ("timeline", self.order)
        (table,) = (name for name, prefix in PREFIXES.items() if prefix == place.id.rpartition("_")[0])
        row = self.world.get(table, key_of(place.id))
        time = "handed_over_at" if table == "handoff" else "occurred_at"
        return row and {"id": row["id"], "occurred_at": row[time]}

    def node(self, event: Row) -> tuple[str, Row]:
        """The event's type, which is called as its table is, and its row."""
        return event["table"].title().replace("_", ""), event["row"]

"""The rows of the demo company while they are being made."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from db.models import Entity, ExternalRef, Tenant
from db.seed.calendar import Calendar

SEED = 20_417

Row = TypeVar("Row", bound=Tenant)

# Letters that Unicode does not take apart into a plain letter and a mark.
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "ß": "ss"})


class Company:
    """One workspace's rows by table, all drawn from one random sequence, so that the same date gives the same rows."""

    def __init__(
        self, workspace_id: UUID, until: date, funnel_stages: Mapping[str, UUID], buying_stages: Mapping[str, UUID]
    ) -> None:
        self.workspace_id = workspace_id
        self.calendar = Calendar(until)
        self.random = random.Random(SEED)
        self.funnel_stages = funnel_stages
        self.buying_stages = buying_stages
        self._rows: dict[type[Tenant], list[Any]] = {}

    def add(self, row: Row, at: datetime) -> Row:
        """Put ``row`` into the workspace as written at ``at``; an entity without an id gets one of that time."""
        row.workspace_id = self.workspace_id
        if isinstance(row, Entity):
            row.id = self.identity(at)
            row.created_at = row.updated_at = at
        elif isinstance(row, ExternalRef):
            row.created_at = at
        self._rows.setdefault(type(row), []).append(row)
        return row

    def rows(self, table: type[Row]) -> list[Row]:
        """The rows of ``table`` so far, in the order in which they were added."""
        return self._rows.get(table, [])

    def identity(self, at: datetime) -> UUID:
        """A version 7 UUID of the time ``at``: 48 bits of milliseconds, the rest drawn."""
        milliseconds = int(at.timestamp()) * 1000 + at.microsecond // 1000
        drawn = self.random.getrandbits(74)
        high, low = drawn >> 62, drawn & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)

    def draws(self, noun: str) -> random.Random:
        """A sequence of a noun's own: what it draws leaves the rows of the others as they are."""
        return random.Random(f"{SEED}:{noun}")

    def chance(self, share: float) -> bool:
        """True in ``share`` of the draws."""
        return self.random.random() < share

    def deck(self, counts: Mapping[str, int]) -> list[str]:
        """A shuffled list that holds every key as often as its count says."""
        cards = [card for card, count in counts.items() for _ in range(count)]
        self.random.shuffle(cards)
        return cards

    def weighted(self, weights: Mapping[str, float]) -> str:
        """One key, drawn by its weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]


def slug(text: str) -> str:
    """``text`` as a part of an address: plain lower-case words joined by hyphens."""
    return "-".join(words(text))


def words(text: str) -> list[str]:
    """The words of ``text`` in lower-case letters of the Latin alphabet, and digits."""
    spelled = text.lower().replace("'", "").translate(_UNDECOMPOSED)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in plain).split()

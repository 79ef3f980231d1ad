"""What each touchpoint had a part in: the amount of a won opportunity, handed out cent by cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from math import floor
from typing import Any

from tests.oracle.metrics.deals import closed
from tests.oracle.metrics.facts import NONE, Counted, Span, Value, named
from tests.oracle.metrics.influence import naming
from tests.oracle.rows import Row, World

LOOKBACK = timedelta(days=90)
CENT = Fraction(1, 100)


def credited(world: World, span: Span) -> list[Counted]:
    """Each touch of each opportunity that was won in a span, with its part of the amount."""
    margin = Fraction(world.workspace["margin_rate"])
    found = []
    for deal in closed(world, span):
        if not deal.numbers["won"] or deal.subject["amount"] is None:
            continue
        touches = eligible(world, deal)
        amount = deal.numbers["amount"]
        parts: Sequence[Any] = [None] * len(touches) if amount is None else equal_parts(amount, len(touches))
        for touch, part in zip(touches, parts, strict=True):
            numbers = {
                "amount": part,
                "margin": None if part is None else part * margin,
                "unrated": deal.numbers["unrated"],
                "whole": deal.id,
            }
            found.append(Counted(touch["id"], touch["occurred_at"], touch, numbers, _where(world, touch)))
    return found


def eligible(world: World, deal: Counted) -> list[Row]:
    """The touchpoints in the 90 days before an opportunity was closed, in their order."""
    named = naming(world, "touchpoint", deal.subject)
    touches = [one for one in named if timedelta() <= deal.at - one["occurred_at"] < LOOKBACK]
    return sorted(touches, key=lambda one: (one["occurred_at"], one["id"]))


def equal_parts(amount: Fraction, number: int) -> list[Fraction]:
    """As many parts, equal to a cent: who comes first gets a cent more, and what is less than a cent."""
    if amount < 0:
        return [-part for part in equal_parts(-amount, number)]
    cents = floor(amount / CENT)
    parts = [Fraction(0)] * number
    for place in range(number):
        parts[place] = (cents // number + (1 if place < cents % number else 0)) * CENT
    if parts:
        parts[0] += amount - cents * CENT
    return parts


def _where(world: World, touch: Row) -> dict[str, Sequence[Value]]:
    """The campaign, and the channel that paid: the campaign's, if there is one."""
    campaign = world.get("campaign", touch["campaign_id"])
    channel_id = touch["channel_id"] if campaign is None else campaign["channel_id"]
    return {
        "CAMPAIGN": [named(world, "campaign", touch["campaign_id"], "name") if campaign else NONE],
        "CHANNEL": [named(world, "channel", channel_id, "label", "key")],
    }

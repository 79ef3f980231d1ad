"""Attribution: the amount of a won opportunity, divided among the touchpoints that came before it was won.

docs/metrics.md has the definition. How an amount is divided is a model: it says what each touch weighs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Alias,
    FromClause,
    Numeric,
    Select,
    Subquery,
    case,
    exists,
    func,
    literal_column,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import Campaign, Touchpoint
from resolvers.metrics import axes
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import Axis, Fact, Facts, Scope, Summary, selected, setting
from resolvers.metrics.measure import Aggregate
from resolvers.metrics.metric import Metric, Unit
from resolvers.metrics.opportunities import CLOSED
from resolvers.metrics.touches import touching

_LOOKBACK: ColumnElement[Any] = literal_column("interval '7776000 seconds'")
"""90 days of 24 hours: touches that are older have no part in what was won."""
_HUNDRED: ColumnElement[int] = literal_column("100")
_CENT: ColumnElement[Any] = literal_column("0.01", Numeric)
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")

_OF_OPPORTUNITY = ("opportunity_id", "journey_id", "origin_lead_id")
_OF_TOUCH = ("id", "occurred_at", "campaign_id", "channel_id")


def linear(_touch: FromClause) -> ColumnElement[Any]:
    """What a touch weighs where all count the same."""
    return literal_column("1", Numeric)


def _credited(scope: Scope) -> Facts:
    """The touches of the opportunities won in the span, each with its part of the amount; without touches no part."""
    won = _won(scope)
    touch = union(*_touches(won)).subquery()
    part = _parts(won, touch, linear(touch))
    refs = {name: part.c[name] for name in ("campaign_id", "channel_id")}
    credit = func.sign(won.c.amount) * part.c.credit
    rows = won.join(part, true())
    return Facts(rows, part.c.id, part.c.occurred_at, refs, [], _values(won, credit), whole=won.c.opportunity_id)


def _undivided(scope: Scope) -> Facts:
    """The opportunities that are divided by :func:`_credited`: one touch is enough to know that all is attributed."""
    won = _won(scope)
    has_touch = exists().select_from(union_all(*_touches(won)).subquery())
    return Facts(won, won.c.opportunity_id, won.c.closed_at, {}, [has_touch], _values(won, won.c.amount))


def _values(won: Subquery, amount: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    return {"amount": amount, "margin": amount * setting("margin_rate"), "unrated": won.c.unrated}


def _won(scope: Scope) -> Subquery:
    """The opportunities won in the span that have an amount, at the rate of the day they were closed."""
    closed = CLOSED.make(scope)
    has_amount = closed.values["amount"].is_not(None) | closed.values["unrated"].is_not(None)
    closed.conditions += [closed.values["won"], has_amount]
    columns = {name: closed.refs[name] for name in _OF_OPPORTUNITY} | {"closed_at": closed.at}
    columns |= {name: closed.values[name] for name in ("amount", "unrated")}
    return selected(closed, scope, *(column.label(name) for name, column in columns.items())).subquery()


def _touches(won: Subquery) -> list[Select[Any]]:
    """The touchpoints that may have had a part in an opportunity, with a select for each way in which they may name it."""

    def in_time(event: Alias) -> ColumnElement[bool]:
        moment = event.c.occurred_at
        return (moment <= won.c.closed_at) & (moment > won.c.closed_at - _LOOKBACK)

    refs = {name: won.c[name] for name in _OF_OPPORTUNITY}
    return touching(Touchpoint, refs, lambda event: [event.c[name] for name in _OF_TOUCH], in_time)


def _parts(won: Subquery, touch: Subquery, weight: ColumnElement[Any]) -> FromClause:
    """Each touch with its ``credit``: its part of the amount, without the sign, by its ``weight`` among all of them.

    Parts are whole cents. The cents that are left over go to those who lost the most by rounding down, of equal ones to
    the earlier touch. What an amount has besides whole cents is the first touch's, so that nothing is lost.
    """
    amount = func.abs(won.c.amount)
    cents = func.floor(amount * _HUNDRED)
    total = func.sum(weight).over()
    named = {"cents": cents, "rest": amount - cents * _CENT}
    named |= {"whole": func.div(cents * weight, total), "lost": func.mod(cents * weight, total)}
    columns = (touch.c[name] for name in _OF_TOUCH)
    down = select(*columns, *(value.label(name) for name, value in named.items())).correlate(won).subquery()
    order = (down.c.occurred_at, down.c.id)
    turn = func.row_number().over(order_by=(down.c.lost.desc(), *order))
    left = down.c.cents - func.sum(down.c.whole).over()
    first = func.row_number().over(order_by=order) == _ONE
    credit = down.c.whole * _CENT + case((turn <= left, _CENT), else_=_ZERO) + case((first, down.c.rest), else_=_ZERO)
    # No sum where the amount is unknown: nothing is compared with null.
    known = case((down.c.cents.is_not(None), credit))
    return select(*(down.c[name] for name in _OF_TOUCH), known.label("credit")).lateral()


def _channel(facts: Facts) -> ColumnElement[Any]:
    """Where spend has what the touch cost: on its campaign's channel, on its own where it is of no campaign."""
    campaign_id = facts.refs["campaign_id"]
    of_campaign = facts.one(Campaign, "id", campaign_id).c.channel_id
    return case((campaign_id.is_not(None), of_campaign), else_=facts.refs["channel_id"])


_AXES: dict[Dimension, Axis] = {Dimension.CHANNEL: _channel, **axes.CAMPAIGN}

ATTRIBUTED = Fact(
    Touchpoint, _credited, _AXES, (Summary(_undivided, frozenset(), frozenset({"amount", "margin", "unrated"})),)
)

METRICS = (
    Metric(
        "ATTRIBUTED_REVENUE",
        "Attributed revenue",
        "Sum of the amounts of the opportunities won in the period that had touchpoints in the 90 days before; by "
        "channel and campaign of these, each in equal parts (LINEAR).",
        Unit.MONEY,
        Aggregate(ATTRIBUTED, "amount"),
    ),
)

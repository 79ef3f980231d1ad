"""Days and months that rows tell, as PostgreSQL counts them: the same as those of a period that a client names."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.metrics.period import midnight, months_between
from tests.oracle import period
from tests.oracle.profile import examples
from tests.resolvers.metrics.test_period import DAYS, ZONES

zones = st.sampled_from(ZONES)
ZONE = bindparam("zone", type_=Text())


async def ask(engine: AsyncEngine, expression: Any, **values: Any) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(expression), values)).scalar_one()


@given(zone=zones, day=DAYS)
@examples(150)
async def test_when_a_day_begins(engine: AsyncEngine, zone: str, day: date) -> None:
    asked = midnight(bindparam("day", type_=Date()), ZONE)
    assert await ask(engine, asked, day=day, zone=zone) == period.first_instant(day, zone)


async def test_every_day_of_a_year_in_which_clocks_change_at_midnight(engine: AsyncEngine) -> None:
    asked = midnight(bindparam("day", type_=Date()), ZONE)
    for zone in ("America/Havana", "America/Sao_Paulo", "Asia/Beirut"):
        for days in range(365):
            day = date(2018, 1, 1) + timedelta(days=days)
            assert await ask(engine, asked, day=day, zone=zone) == period.first_instant(day, zone), (zone, day)


@given(zone=zones, day=DAYS, length=st.timedeltas(timedelta(), timedelta(days=800)))
@examples(150)
async def test_months(engine: AsyncEngine, zone: str, day: date, length: timedelta) -> None:
    start = period.first_instant(day, zone)
    end = start + timedelta(seconds=int(length.total_seconds()))
    first, last = (bindparam(name, type_=DateTime(timezone=True)) for name in ("start", "end"))
    found = await ask(engine, months_between(first, last, ZONE), start=start, end=end, zone=zone)
    assert abs(Fraction(found) - period.months(start, end, zone)) < Fraction(1, 10**9)

"""Days follow each other without gap or overlap, also where clocks are set back over midnight or leave a day out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import DateTime, Interval, Text, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.rollups.days import begins, day_of, next_day

YEARS = {
    "UTC": 2026,
    "America/New_York": 2026,
    # Midnight comes twice, or not at all.
    "Atlantic/Azores": 2025,
    "America/Havana": 2025,
    "America/Sao_Paulo": 2018,
    "Africa/Cairo": 2024,
    # One minute past midnight it was an hour earlier, and yesterday.
    "America/St_Johns": 2006,
    "Australia/Lord_Howe": 2026,
    # A day that never was.
    "Pacific/Apia": 2011,
    "Asia/Kathmandu": 1986,
}


@pytest.mark.parametrize("zone", YEARS)
async def test_every_moment_lies_in_its_day(engine: AsyncEngine, zone: str) -> None:
    start, end = (literal(datetime(YEARS[zone] + more, 1, 1, tzinfo=UTC), DateTime(timezone=True)) for more in (0, 1))
    every = cast(literal("15 minutes"), Interval())
    moment = func.generate_series(start, end, every, type_=DateTime(timezone=True)).column_valued("moment")
    in_zone = cast(literal(zone), Text())
    day = day_of(moment, in_zone)
    outside = select(moment).where((begins(day, in_zone) > moment) | (moment >= begins(next_day(day), in_zone)))
    async with engine.connect() as connection:
        assert (await connection.scalars(outside)).all() == []
        days = (await connection.scalars(select(func.count(day.distinct())))).one()
    assert 365 <= days <= 367

"""The bounds of periods, by the calendar and by an oracle that counts minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Role
from resolvers.compiler.errors import ApiError, Code
from resolvers.metrics.period import Grain, Window, bounds, parts
from resolvers.viewer import Viewer
from tests.oracle import period
from tests.oracle.profile import examples

# Clocks that skip or repeat midnight, change by half an hour, stand at odd offsets, or skipped a whole day.
ZONES = (
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Chatham",
)
DAYS = st.dates(date(1995, 1, 1), date(2037, 12, 31))


def viewer(zone: str = "UTC", fiscal_year_start_month: int = 1) -> Viewer:
    return Viewer(UUID(int=1), Role.VIEWER, None, None, ZoneInfo(zone), fiscal_year_start_month)


@examples(300)
@given(zone=st.sampled_from(ZONES), days=st.tuples(DAYS, DAYS).map(sorted))
def test_two_days(zone: str, days: list[date]) -> None:
    given_period = {"from": days[0], "to": days[1]}
    assert bounds(given_period, datetime.now(UTC), viewer(zone)) == period.bounds(
        given_period, datetime.now(UTC), zone, 1
    )


@examples(600)
@given(
    window=st.sampled_from([window for window in Window if window is not Window.ALL_TIME]),
    zone=st.sampled_from(ZONES),
    month=st.integers(1, 12),
    as_of=st.integers(884_000_000, 2_114_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_windows(window: Window, zone: str, month: int, as_of: datetime) -> None:
    expected = period.bounds({"window": window.value}, as_of, zone, month)
    assert bounds({"window": window}, as_of, viewer(zone, month)) == expected


@examples(100)
@given(zone=st.sampled_from(ZONES), day=DAYS)
def test_days_that_follow_each_other_leave_no_gap(zone: str, day: date) -> None:
    after = date.fromordinal(day.toordinal() + 1)
    first = bounds({"from": day, "to": after}, datetime.now(UTC), viewer(zone))
    second = bounds({"from": after, "to": after}, datetime.now(UTC), viewer(zone))
    assert first[1] == second[0] == second[1]


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/New_York", "2026-03-08", "2026-03-08T05:00"),
        ("America/New_York", "2026-03-09", "2026-03-09T04:00"),
        ("America/New_York", "2026-11-02", "2026-11-02T05:00"),
        # Midnight did not exist: clocks went from 23:59:59 to 01:00.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),
        # Midnight came twice: the day began with the first one.
        ("America/Havana", "2025-11-02", "2025-11-02T04:00"),
        # The day itself did not exist.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),
    ],
)
def test_a_day_begins_with_the_first_moment_that_shows_it(zone: str, day: str, begins: str) -> None:
    that = date.fromisoformat(day)
    moment = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert bounds({"from": that, "to": that}, datetime.now(UTC), viewer(zone)) == (moment, moment)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (Window.LAST_30_DAYS, "2026-04-21T04:00", "2026-05-21T04:00"),
        (Window.LAST_90_DAYS, "2026-02-20T05:00", "2026-05-21T04:00"),
        (Window.LAST_12_MONTHS, "2025-05-01T04:00", "2026-05-01T04:00"),
        (Window.LAST_24_MONTHS, "2024-05-01T04:00", "2026-05-01T04:00"),
        (Window.THIS_QUARTER, "2026-05-01T04:00", "2026-05-22T02:30"),
        (Window.LAST_QUARTER, "2026-02-01T05:00", "2026-05-01T04:00"),
        (Window.THIS_YEAR, "2026-02-01T05:00", "2026-05-22T02:30"),
        (Window.LAST_YEAR, "2025-02-01T05:00", "2026-02-01T05:00"),
        (Window.ALL_TIME, "0001-01-02T00:00", "2026-05-22T02:30"),
    ],
)
def test_windows_of_a_fiscal_year_from_february_in_new_york(window: Window, start: str, end: str) -> None:
    # In New York it is still the evening of the 21st.
    as_of = datetime(2026, 5, 22, 2, 30, tzinfo=UTC)
    expected = tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert bounds({"window": window}, as_of, viewer("America/New_York", 2)) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"from": date(2026, 1, 1)},
        {"to": date(2026, 1, 1)},
        {"from": date(2026, 1, 1), "to": None},
        {"from": date(2026, 1, 1), "to": date(2026, 2, 1), "window": Window.ALL_TIME},
        {"from": date(2026, 1, 1), "window": Window.ALL_TIME},
    ],
)
def test_a_period_is_two_days_or_a_window(wrong: dict[str, object]) -> None:
    with pytest.raises(ApiError, match=r"^A period has either 'from' and 'to', or a 'window'\.$") as caught:
        bounds(wrong, datetime.now(UTC), viewer())
    assert caught.value.code is Code.BAD_USER_INPUT


def test_a_period_does_not_end_before_it_begins() -> None:
    backwards = {"from": date(2026, 2, 1), "to": date(2026, 1, 31)}
    with pytest.raises(ApiError) as caught:
        bounds(backwards, datetime.now(UTC), viewer())
    assert caught.value.code is Code.BAD_USER_INPUT


def outcome(asked: dict[str, object], as_of: datetime, zone: str) -> tuple[datetime, datetime] | Code:
    """The bounds of a period, or the code of its refusal."""
    try:
        return bounds(asked, as_of, viewer(zone))
    except ApiError as error:
        return error.code


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_ends_of_the_calendar_are_answered_or_refused(zone: str, day: date) -> None:
    found = outcome({"from": day, "to": day}, datetime.now(UTC), zone)
    assert found is Code.BAD_USER_INPUT or found[0] == found[1]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("window", list(Window))
@pytest.mark.parametrize("as_of", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_windows_at_the_ends_of_the_calendar_are_answered_or_refused(
    zone: str, window: Window, as_of: datetime
) -> None:
    found = outcome({"window": window}, as_of, zone)
    if isinstance(found, Code):
        assert found is Code.BAD_USER_INPUT
    else:
        assert found[0].tzinfo is found[1].tzinfo is UTC


@examples(200)
@given(
    zone=st.sampled_from(ZONES),
    month=st.integers(1, 12),
    grain=st.sampled_from(list(Grain)),
    first=st.sampled_from((date(2011, 12, 29), date(2018, 11, 3))) | DAYS,
    length=st.integers(0, 390),
)
def test_the_parts_of_a_period_are_none_of_them_empty_and_leave_no_gap(
    zone: str, month: int, grain: Grain, first: date, length: int
) -> None:
    seen = viewer(zone, month)
    start, end = bounds({"from": first, "to": date.fromordinal(first.toordinal() + length)}, datetime.now(UTC), seen)
    found = parts(start, end, grain, seen)
    edges = [start, *(finish for _begin, finish in found)]
    assert [begin for begin, _finish in found] == edges[:-1]
    assert edges == sorted(set(edges))
    assert edges[-1] == end
    # Where one ends within the period a new day begins, and with it a week, month or year.
    days = [edge.astimezone(ZoneInfo(zone)).date() for edge in edges[1:-1]]
    assert edges[1:-1] == [period.first_instant(day, zone) for day in days]
    assert all(day.weekday() == 0 if grain is Grain.WEEK else day.day == 1 for day in days) or grain is Grain.DAY


def test_a_day_that_a_country_left_out_is_no_part() -> None:
    seen = viewer("Pacific/Apia")
    start, end = bounds({"from": date(2011, 12, 29), "to": date(2012, 1, 1)}, datetime.now(UTC), seen)
    begins = ["2011-12-29T10:00", "2011-12-30T10:00"]
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in begins]
    assert parts(start, end, Grain.DAY, seen) == [(moments[0], moments[1]), (moments[1], end)]

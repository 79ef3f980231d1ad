"""The scalars beyond GraphQL's own, and money."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from schema.fields import column

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_MAX_DIGITS = 30


def _text(value: Any, name: str, example: str) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f'A {name} is a string such as "{example}".')
    return value


def _parse_datetime(value: Any) -> datetime:
    example = "2026-03-31T09:30:00Z"
    text = _text(value, "DateTime", example)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and len(text) > len("2026-03-31"):
            return _finite(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        pass
    raise GraphQLError(f'A DateTime is in ISO 8601 with an offset from UTC, such as "{example}".')


def _finite(moment: datetime) -> datetime:
    """The moment, unless it is one of the two that stand for the infinities where PostgreSQL is asked."""
    if moment in {datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)}:
        raise GraphQLError("A DateTime lies after 0001-01-01T00:00:00Z and before 9999-12-31T23:59:59.999999Z.")
    return moment


def _parse_date(value: Any) -> date:
    text = _text(value, "Date", "2026-03-31")
    try:
        if len(text) == len("2026-03-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise GraphQLError('A Date is in ISO 8601, such as "2026-03-31".')


def _parse_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise GraphQLError('A Decimal is a string such as "12.34", or a number.')
    try:
        number = Decimal(str(value))
        if (
            number.is_finite()
            and len(number.as_tuple().digits) <= _MAX_DIGITS
            and abs(number.adjusted()) <= _MAX_DIGITS
        ):
            return number
    except InvalidOperation:
        pass
    raise GraphQLError(f'A Decimal has at most {_MAX_DIGITS} digits, such as "12.34".')


def _parse_duration(value: Any) -> timedelta:
    match = _DURATION.fullmatch(_text(value, "Duration", "P30D"))
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not parts:
        raise GraphQLError('A Duration is in ISO 8601, in weeks, days, hours, minutes and seconds, such as "P30D".')
    return timedelta(**parts)


def _as_read(value: Any) -> Any:
    """The compiler's answers are in their final form."""
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601, given back in UTC, such as `2026-03-31T09:30:00+00:00`.",
        serialize=_as_read,
        parse_value=_parse_datetime,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day in ISO 8601, such as `2026-03-31`.",
        serialize=_as_read,
        parse_value=_parse_date,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, such as `"12.34"`.',
        serialize=_as_read,
        parse_value=_parse_decimal,
    ),
    timedelta: strawberry.scalar(
        name="Duration",
        description="A length of time in ISO 8601, in units of fixed length (weeks to seconds), such as `P30D`.",
        serialize=_as_read,
        parse_value=_parse_duration,
    ),
}


@strawberry.type(description="An exact amount in one currency.")
class Money:
    amount: Decimal = column("The amount, exact.", name="amount")
    currency_code: str = column("The currency's ISO 4217 code.", name="currency_code")

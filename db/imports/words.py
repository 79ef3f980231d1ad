"""From a word to a value of the right kind, or a sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from db.imports.spec import ISO
from db.imports.targets import Field
from db.models.base import Term, TermType

Parse = Callable[[str], Any]

_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")
_TRUTH = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
_NOT_NEGATIVE = {"employees", "minutes"}
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def parser(field: Field, *, zone: ZoneInfo, formats: Sequence[str] = (ISO,), separator: str | None = None) -> Parse:
    """How ``field`` reads a word; the parser raises ``ValueError`` with a reason.

    ``zone`` is that of times without one; of their ``formats`` the first that fits holds. ``separator`` stands
    between the parts of a list.
    """
    kind = field.column.type
    if field.refers_to is not None:
        return text_parser(field.longest)
    match kind:
        case TermType():
            return _term_parser(kind.term)
        case sa.DateTime():
            return _time_parser(zone, formats)
        case sa.Date():
            return _date_parser(zone, formats)
        case sa.Boolean():
            return _truth
        case sa.Integer():
            return _whole_parser(0 if field.name in _NOT_NEGATIVE else _SMALLEST)
        case sa.Numeric():
            return _not_negative if field.name in _NOT_NEGATIVE else _decimal
        case sa.ARRAY():
            return _list_parser(separator)
        case _:
            return _currency if field.name == "currency_code" else text_parser(field.longest)


def kind_of(field: Field) -> sa.types.TypeEngine[Any]:
    """The type in which the values of ``field`` are staged: references by their external ids."""
    kind = field.column.type
    return sa.Text() if field.refers_to is not None or isinstance(kind, TermType) else kind


def reading_of(field: Field) -> object:
    """Equal for fields that read every word alike."""
    kind = field.column.type
    if isinstance(kind, (sa.DateTime, sa.Date)):
        return type(kind)
    plain_text = field.refers_to is not None or (type(kind) is sa.Text and field.name != "currency_code")
    return ("text", field.longest) if plain_text else field.column


def text_parser(longest: int | None) -> Parse:
    if longest is None:
        return str

    def parse(word: str) -> str:
        if len(word) > longest:
            raise ValueError(f"has {len(word)} characters, more than {longest}")
        return word

    return parse


def _term_parser(term: type[Term]) -> Parse:
    words = {str(member): str(member) for member in term}

    def parse(word: str) -> str:
        if word not in words:
            raise ValueError(f"{shown(word)} is none of {', '.join(words)}")
        return word

    return parse


def _list_parser(separator: str | None) -> Parse:
    def parse(word: str) -> list[str]:
        parts = [word] if separator is None else word.split(separator)
        return [part.strip() for part in parts if part.strip()]

    return parse


def _time_parser(zone: ZoneInfo, formats: Sequence[str]) -> Parse:
    readings = [_moment_of(zone, pattern) for pattern in formats]

    def parse(word: str) -> datetime:
        for moment_of in readings:
            try:
                return moment_of(word).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise ValueError(f"{shown(word)} is not a time{_as(formats)}")

    return parse


def _date_parser(zone: ZoneInfo, formats: Sequence[str]) -> Parse:
    readings = [_moment_of(zone, pattern) for pattern in formats]

    def parse(word: str) -> date:
        for moment_of in readings:
            try:
                return moment_of(word).astimezone(zone).date()
            except (ValueError, OverflowError):
                continue
        raise ValueError(f"{shown(word)} is not a date{_as(formats)}")

    return parse


def _moment_of(zone: ZoneInfo, pattern: str) -> Callable[[str], datetime]:
    def iso(word: str) -> datetime:
        moment = datetime.fromisoformat(word)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    def patterned(word: str) -> datetime:
        return datetime.strptime(word, pattern).replace(tzinfo=zone)

    if pattern == ISO:
        return iso
    return (lambda word: datetime.strptime(word, pattern).astimezone(UTC)) if "%z" in pattern else patterned


def _as(formats: Sequence[str]) -> str:
    if list(formats) == [ISO]:
        return " such as 2018-02-01 or 2018-02-01T13:45:00"
    return f" written as {' or '.join(formats)}"


def _whole_parser(smallest: int) -> Parse:
    def parse(word: str) -> int:
        if not _WHOLE.fullmatch(word):
            raise ValueError(f"{shown(word)} is not a whole number")
        number = int(word)
        if not smallest <= number <= _LARGEST:
            raise ValueError(f"{word} is not between {smallest} and {_LARGEST}")
        return number

    return parse


def _decimal(word: str) -> Decimal:
    if not _DECIMAL.fullmatch(word):
        raise ValueError(f"{shown(word)} is not a number")
    return Decimal(word)


def _not_negative(word: str) -> Decimal:
    if (number := _decimal(word)) < 0:
        raise ValueError(f"{word} is less than 0")
    return number


def _truth(word: str) -> bool:
    if (value := _TRUTH.get(word.lower())) is None:
        raise ValueError(f"{shown(word)} is neither true nor false")
    return value


def _currency(word: str) -> str:
    if not _CURRENCY.fullmatch(word):
        raise ValueError(f"{shown(word)} is not a currency code such as USD")
    return word


def shown(word: str) -> str:
    return repr(word if len(word) <= 40 else f"{word[:40]}…")


def key_of(word: str) -> str:
    """``organic_search`` for "Organic search"."""
    key = re.sub(r"\W+", "_", word.lower()).strip("_")
    if not key:
        raise ValueError(f"{shown(word)} has no letter or digit to make a key of")
    return key

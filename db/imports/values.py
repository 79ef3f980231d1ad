"""From a cell's text to a value of the right kind, or a sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from db.imports.map import Value
from db.imports.targets import Field
from db.models.base import Term, TermType

Parse = Callable[[str], Any]
Read = Callable[[list[str]], Any]

_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")
_TRUTH = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
_NOT_NEGATIVE = {"employees", "minutes"}
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def parser(field: Field, *, zone: ZoneInfo, pattern: str | None = None) -> Parse:
    """How ``field`` reads a word; the parser raises ``ValueError`` with a reason.

    ``zone`` is that of times without one; ``pattern`` is their format, ISO 8601 where None.
    """
    kind = field.column.type
    if field.refers_to is not None:
        return text_parser(field.longest)
    match kind:
        case TermType():
            return _term_parser(kind.term)
        case sa.DateTime():
            return _time_parser(zone, pattern)
        case sa.Date():
            return _date_parser(pattern)
        case sa.Boolean():
            return _truth
        case sa.Integer():
            return _whole_parser(0 if field.name in _NOT_NEGATIVE else _SMALLEST)
        case sa.Numeric():
            return _not_negative if field.name in _NOT_NEGATIVE else _decimal
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
            raise ValueError(f"{_shown(word)} is none of {', '.join(words)}")
        return word

    return parse


def _time_parser(zone: ZoneInfo, pattern: str | None) -> Parse:
    moment_of = _iso_moment(zone) if pattern is None else _patterned_moment(zone, pattern)

    def parse(word: str) -> datetime:
        try:
            return moment_of(word)
        except (ValueError, OverflowError):
            raise ValueError(f"{_shown(word)} is not a time{_as(pattern)}") from None

    return parse


def _iso_moment(zone: ZoneInfo) -> Callable[[str], datetime]:
    def moment_of(word: str) -> datetime:
        moment = datetime.fromisoformat(word)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)

    return moment_of


def _patterned_moment(zone: ZoneInfo, pattern: str) -> Callable[[str], datetime]:
    if "%z" in pattern:
        return lambda word: datetime.strptime(word, pattern).astimezone(UTC)
    return lambda word: datetime.strptime(word, pattern).replace(tzinfo=zone).astimezone(UTC)


def _date_parser(pattern: str | None) -> Parse:
    def parse(word: str) -> date:
        try:
            if pattern is None:
                return date.fromisoformat(word)
            return datetime.strptime(word, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            raise ValueError(f"{_shown(word)} is not a date{_as(pattern)}") from None

    return parse


def _as(pattern: str | None) -> str:
    return " such as 2018-02-01 or 2018-02-01T13:45:00" if pattern is None else f" written as {pattern}"


def _whole_parser(smallest: int) -> Parse:
    def parse(word: str) -> int:
        if not _WHOLE.fullmatch(word):
            raise ValueError(f"{_shown(word)} is not a whole number")
        number = int(word)
        if not smallest <= number <= _LARGEST:
            raise ValueError(f"{word} is not between {smallest} and {_LARGEST}")
        return number

    return parse


def _decimal(word: str) -> Decimal:
    if not _DECIMAL.fullmatch(word):
        raise ValueError(f"{_shown(word)} is not a number")
    return Decimal(word)


def _not_negative(word: str) -> Decimal:
    if (number := _decimal(word)) < 0:
        raise ValueError(f"{word} is less than 0")
    return number


def _truth(word: str) -> bool:
    if (value := _TRUTH.get(word.lower())) is None:
        raise ValueError(f"{_shown(word)} is neither true nor false")
    return value


def _currency(word: str) -> str:
    if not _CURRENCY.fullmatch(word):
        raise ValueError(f"{_shown(word)} is not a currency code such as USD")
    return word


def _shown(word: str) -> str:
    return repr(word if len(word) <= 40 else f"{word[:40]}…")


def key_of(word: str) -> str:
    """``organic_search`` for "Organic search"."""
    key = re.sub(r"\W+", "_", word.lower()).strip("_")
    if not key:
        raise ValueError(f"{_shown(word)} has no letter or digit to make a key of")
    return key


def template_columns(template: str) -> list[tuple[str, str | None, int | None]]:
    """The parts of a text with ``{column}`` or ``{column:.8}`` (its first 8 characters) in it.

    Each part is the literal before it, the column and the number of characters; raises ``ValueError``.
    """
    parts: list[tuple[str, str | None, int | None]] = []
    for literal, column, cut, conversion in Formatter().parse(template):
        if conversion or (cut and not re.fullmatch(r"\.\d{1,4}", cut)):
            raise ValueError("a column in a text is written {column} or {column:.8}")
        parts.append((literal, column, int(cut[1:]) if cut else None))
    return parts


def columns_of(value: Value) -> list[str]:
    """The columns that ``value`` is made of."""
    if value.column is not None:
        return [value.column]
    return [column for _, column, _ in template_columns(value.text or "") if column is not None]


def reader(value: Value, header: list[str], nulls: Iterable[str], parse: Parse) -> Read:
    """How ``value``, which is no constant, is read from the cells of a record; None where a column has no value."""
    null = frozenset(nulls)
    shaped: Parse = (lambda word: parse(key_of(word))) if value.form else parse
    if value.column is not None:
        index = header.index(value.column)
        return lambda cells: None if (word := cells[index]) in null else shaped(word)
    parts = [
        (literal, None if column is None else header.index(column), cut)
        for literal, column, cut in template_columns(value.text or "")
    ]

    def read(cells: list[str]) -> Any:
        words = []
        for literal, index, cut in parts:
            words.append(literal)
            if index is not None:
                if (word := cells[index]) in null:
                    return None
                words.append(word[:cut])
        return shaped("".join(words))

    return read

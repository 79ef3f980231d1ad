"""Random inputs: filters and orders over what exists and what does not, as JSON would say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type, is_enum_type

from tests.oracle.rows import World, public_id, snake, table_of
from tests.oracle.values import is_comparison, is_list_filter, named_input

WORDS = ("", "a", "An", "zz", "é", "%", "_", "\\", '"quoted"', "'", "$1", "line\nbreak", "😀", "null")


class Name(str):
    """A member of an enumeration: written without quotes in a document."""

    __slots__ = ()


class InputDraws:
    """Draws inputs for one workspace's rows."""

    def __init__(self, schema: GraphQLSchema, random: Random, world: World) -> None:
        self.schema, self.random, self.world = schema, random, world

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def filter(self, type_: GraphQLInputObjectType, depth: int = 0) -> dict[str, Any]:
        """A filter of an entity; deeper ones are smaller."""
        names = [name for name in type_.fields if depth < 2 or is_comparison(named_input(type_.fields[name].type))]
        count = self.random.choice((0, 1, 1, 1, 2, 2, 3)) if depth < 2 else 1
        chosen = dict.fromkeys(self.random.choice(names) for _ in range(count))
        return {name: self._condition(type_, name, depth) for name in chosen}

    def _condition(self, type_: GraphQLInputObjectType, name: str, depth: int) -> Any:
        inner = named_input(type_.fields[name].type)
        if name in ("and", "or"):
            several = [self.filter(inner, depth + 1) for _ in range(self.random.choice((0, 1, 2, 2, 3)))]
            # One item may stand for a list of one.
            return several[0] if len(several) == 1 and self.chance(30) else several
        if is_list_filter(inner):
            words = self.random.choice((("some",), ("none",), ("some", "none"), ("none",), ("some",), ()))
            return {word: self.filter(named_input(inner.fields[word].type), depth + 1) for word in words}
        if is_comparison(inner):
            return self._comparison(type_, name, inner)
        return self.filter(inner, depth + 1)

    def _comparison(self, filter_: GraphQLInputObjectType, name: str, type_: GraphQLInputObjectType) -> dict[str, Any]:
        words = list(type_.fields)
        chosen = dict.fromkeys(self.random.choice(words) for _ in range(self.random.choice((0, 1, 1, 1, 1, 1, 2, 2))))
        table = table_of(filter_.name.removesuffix("Filter"))
        assert table is not None
        return {word: self._operand(word, type_, table, snake(name)) for word in chosen}

    def _operand(self, word: str, type_: GraphQLInputObjectType, table: str, column: str) -> Any:
        named = get_named_type(type_.fields[word].type)
        if word == "isNull":
            return self.chance(50)
        if word == "in":
            several = [self._value(named, table, column) for _ in range(self.random.choice((0, 1, 2, 3, 5)))]
            return several[0] if len(several) == 1 and self.chance(30) else several
        value = self._value(named, table, column)
        if word in ("contains", "startsWith") and value and self.chance(80):
            start = self.random.randrange(len(value)) if word == "contains" else 0
            part = value[start : start + self.random.randrange(1, 5)]
            # Letters whose capitals are longer than they are stay as they are.
            return part.upper() if self.chance(30) and len(part.upper()) == len(part) else part
        return value

    def _value(self, type_: Any, table: str, column: str) -> Any:
        """A value of some row, or one near it, or one that no row has."""
        rows = self.world.tables[table]
        value = self.random.choice(rows)[column] if rows and self.chance(85) else None
        if isinstance(value, list):
            value = self.random.choice(value) if value else None
        if is_enum_type(type_):
            return Name(value or self.random.choice(list(type_.values)))
        draw = self.public_id if type_.name == "ID" else getattr(self, f"_{type_.name.lower()}")
        return draw(value, table)

    def public_id(self, value: UUID | None, table: str) -> str:
        """The id of a row of ``table``, or one that no row has."""
        return public_id(table, value or UUID(int=self.random.getrandbits(64)))

    def _string(self, value: str | None, _table: str) -> str:
        return value if value is not None else self.random.choice(WORDS)

    def _int(self, value: int | None, _table: str) -> int:
        return (value or 0) + self.random.choice((0, 0, 1, -1))

    def _boolean(self, value: bool | None, _table: str) -> bool:
        return self.chance(50) if value is None else value

    def _decimal(self, value: Decimal | None, _table: str) -> Any:
        value = (value or Decimal(0)) + self.random.choice((Decimal(0), Decimal(0), Decimal("0.01"), Decimal(-1)))
        return int(value) if value == int(value) and self.chance(50) else format(value, "f")

    def _date(self, value: date | None, _table: str) -> str:
        value = value or date(2026, 1, 1) + timedelta(days=self.random.randrange(400))
        return (value + timedelta(days=self.random.choice((0, 0, 1, -1)))).isoformat()

    def _datetime(self, value: datetime | None, _table: str) -> str:
        value = value or datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self.random.randrange(9_000))
        value += timedelta(microseconds=self.random.choice((0, 0, 0, 1, -1)))
        text = value.astimezone(UTC).isoformat()
        return text.replace("+00:00", "Z") if self.chance(50) else text

    def order(self, type_: GraphQLInputObjectType) -> list[dict[str, Any]]:
        """Keys of an order; a direction may be left to its default."""
        fields = get_named_type(type_.fields["field"].type)
        assert isinstance(fields, GraphQLEnumType)
        keys = []
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3))):
            key: dict[str, Any] = {"field": Name(self.random.choice(list(fields.values)))}
            if self.chance(70):
                key["direction"] = Name(self.random.choice(("ASC", "DESC", "DESC")))
            keys.append(key)
        return keys

    def external_ref(self, table: str) -> dict[str, str]:
        """What another system calls a row of ``table``, mostly."""
        references = [row for row in self.world.tables["external_ref"] if row["entity"] == table or self.chance(2)]
        if not references or self.chance(10):
            return {"source": "crm", "externalId": self.random.choice(WORDS)}
        chosen = self.random.choice(references)
        return {"source": chosen["source"], "externalId": chosen["external_id"]}

    def period(self) -> dict[str, Any]:
        """Two days in their order, or a window."""
        if self.chance(50):
            first = date(2025, 6, 1) + timedelta(days=self.random.randrange(500))
            return {"from": first.isoformat(), "to": (first + timedelta(days=self.random.randrange(200))).isoformat()}
        window = self.schema.type_map["Window"]
        assert isinstance(window, GraphQLEnumType)
        return {"window": Name(self.random.choice(list(window.values)))}

    def moment(self) -> str:
        """A moment in, before or after the year of the demo company."""
        return self._datetime(None, "")

"""Random arguments of fields, as JSON would say them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from graphql import GraphQLField, GraphQLSchema, Undefined, get_named_type, is_non_null_type

from tests.oracle import search, timeline
from tests.oracle.conversion import comes_after
from tests.oracle.inputs import InputDraws, Name
from tests.oracle.pages import Place
from tests.oracle.rows import PREFIXES, Row, World, connected_table, public_id, table_of
from tests.oracle.values import coerce, named_input

EXPECTED = {"groups": 20, "byAction": 7, "steps": 12, "stageDuration": 12, "openPipeline": 3, "wonRevenue": 3}
"""How many objects of a computed list the server expects."""

BRIEFED = {"accountBrief": "account"}
"""What computed objects that are looked up by id are about."""


class ArgumentDraws(InputDraws):
    """Draws what a field is asked with, and tells how many objects to expect of it."""

    def __init__(self, schema: GraphQLSchema, random: Random, world: World) -> None:
        super().__init__(schema, random, world)

    def arguments(self, name: str, definition: GraphQLField, *, root: bool) -> tuple[dict[str, Any], int]:
        """The arguments of a field, those left out that may be; ``root`` says that it is one of the query's."""
        if "orderBy" in definition.args:
            return self._page(definition)
        if "kinds" in definition.args:
            return self._timeline_page()
        return self._root_arguments(name, definition) if root else self._computed_arguments(name, definition)

    def _page(self, definition: GraphQLField) -> tuple[dict[str, Any], int]:
        """The arguments of a connection: a page, perhaps between cursors, of a filtered list in some order."""
        table = connected_table(definition.type)
        assert table is not None
        count = self.random.choice((1, 2, 2, 3, 3, 4, 5, 7, 20))
        given: dict[str, Any] = {self.random.choice(("first", "first", "last")): count}
        if self.chance(45):
            given["filter"] = self.filter(named_input(definition.args["filter"].type))
        order_type = named_input(definition.args["orderBy"].type)
        cursors = [name for name in ("after", "before") if self.chance(22)]
        if self.chance(85 if cursors else 45):
            keys = self.order(order_type)
            given["orderBy"] = keys[0] if len(keys) == 1 and self.chance(30) else keys
        keys = coerce(definition.args["orderBy"].type, given.get("orderBy")) or []
        order = tuple((str(key["field"]), str(key["direction"])) for key in keys)
        rows = self.world.tables[table]
        for name in cursors:
            if rows:
                given[name] = Place(table, order, public_id(table, self.random.choice(rows)["id"])).text
        return given, count

    def _timeline_page(self) -> tuple[dict[str, Any], int]:
        """The arguments of a timeline: a page, perhaps between the places of events, of events of some kinds."""
        count = self.random.choice((1, 2, 3, 5, 7, 20))
        given: dict[str, Any] = {self.random.choice(("first", "first", "last")): count}
        if self.chance(40):
            given["kinds"] = self.event_kinds()
        for name in ("after", "before"):
            if self.chance(22):
                account = self.world.get("account", self.random.choice(timeline.accounts_with_events(self.world)))
                assert account is not None
                event = self.random.choice(timeline.events(self.world, account, timeline.KINDS))
                given[name] = timeline.Events(self.world, public_id("account", account["id"])).place(event).text
        return given, count

    def event_kinds(self) -> list[Name] | Name:
        """Some kinds of events; one may stand for a list of one."""
        kinds = [Name(kind) for kind in self.random.sample(timeline.KINDS, self.random.choice((0, 1, 1, 2, 3, 6)))]
        return kinds[0] if len(kinds) == 1 and self.chance(30) else kinds

    def _root_arguments(self, name: str, definition: GraphQLField) -> tuple[dict[str, Any], int]:
        if name == "node":
            return {"id": self._any_id()}, 1
        if name == "nodes":
            identifiers = [self._any_id() for _ in range(self.random.choice((0, 1, 2, 5, 9)))]
            return {"ids": identifiers}, max(len(identifiers), 1)
        if "externalRef" in definition.args:
            table = table_of(get_named_type(definition.type).name) or BRIEFED[name]
            given = {"asOf": self.moment()} if "asOf" in definition.args and self.chance(50) else {}
            if self.chance(30):
                return {"externalRef": self.external_ref(table), **given}, 1
            return {"id": self._id(table), **given}, 1
        return self._computed_arguments(name, definition)

    def _any_id(self) -> str:
        return self._id(self.random.choice(sorted(PREFIXES)))

    def _id(self, table: str) -> str:
        rows = self.world.tables[table]
        found = self.random.choice(rows)["id"] if rows and self.chance(90) else None
        return self.public_id(found, table)

    def _chain(self, stages: list[Row]) -> list[str]:
        """The keys of two or more stages, each later on the line than the one before."""
        start = self.random.choice([one for one in stages if any(comes_after(other, one) for other in stages)])
        chain = [start]
        while later := [one for one in stages if comes_after(one, chain[-1])]:
            if len(chain) > 1 and self.chance(40):
                break
            chain.append(self.random.choice(later))
        return [stage["key"] for stage in chain]

    def _computed_arguments(self, field: str, definition: GraphQLField) -> tuple[dict[str, Any], int]:
        """The arguments of a computed field, by their names."""
        given: dict[str, Any] = {}
        stages = sorted(self.world.tables["funnel_stage"], key=lambda row: row["key"])
        pairs = [(one["key"], other["key"]) for one in stages for other in stages if comes_after(other, one)]
        start, end = self.random.choice(pairs)
        cohort = self.chance(70)
        ways: dict[str, Callable[[], Any]] = {
            "from": lambda: start,
            "to": lambda: end,
            "period": self.period,
            "stages": lambda: self._chain(stages),
            "mode": lambda: Name("COHORT" if cohort else "PERIOD"),
            "within": lambda: self.random.choice(("P30D", "P2W", "PT36H", "P1DT12H", "P400D")),
            "skipping": lambda: Name(self.random.choice(("STRICT", "ALLOWED"))),
            "groupBy": lambda: [
                Name(one) for one in self.random.sample(("CHANNEL", "PERSONA"), self.random.randrange(3))
            ],
            "asOf": self.moment,
            "first": lambda: self.random.choice((1, 2, 3, 5, 12)),
            "stage": lambda: self._id("buying_stage"),
            "text": lambda: search.draw(self.random, self.world),
            "types": lambda: [
                Name(one.upper()) for one in self.random.sample(sorted(search.FIELDS), self.random.randrange(4))
            ],
            "personas": lambda: [self._id("persona") for _ in range(self.random.randrange(4))],
        }
        for name, argument in definition.args.items():
            needed = is_non_null_type(argument.type) and argument.default_value is Undefined
            if needed or self.chance(60) or (name == "mode" and not cohort):
                given[name] = ways[name]()
        if not cohort:
            given.pop("within", None)
        count = given.get("first", 20) if "first" in definition.args else EXPECTED.get(field, 1)
        return given, count

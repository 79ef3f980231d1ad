"""Random valid queries over the whole schema, which is discovered from its type system.

A selection may be merged with others of the same object, by fragments; a :class:`Scope` remembers what stands under
each response key, so that whatever is drawn can be merged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_non_null_type,
)

from tests.oracle.arguments import ArgumentDraws
from tests.oracle.limits import MAX_DEPTH, MAX_DIRECTIVES, MAX_FIELDS, MAX_FRAGMENT_FIELDS, MAX_ROOTS, Scope, Spent
from tests.oracle.rows import World
from tests.oracle.values import named_input
from tests.oracle.variables import VariableDraws

Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Fragment:
    name: str
    type: Composite
    text: str
    scope: Scope
    spent: Spent


@dataclass(frozen=True)
class Operation:
    """A query with its variables; cursors stand in both as the text of a :class:`Place`."""

    document: str
    variables: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.document}\n{json.dumps(self.variables, ensure_ascii=False, indent=1)}"


APART = {
    ("Query", "metric"),
    ("Query", "metrics"),
    ("Query", "pipelineVelocity"),
    ("Query", "metricCatalogue"),
    ("Query", "contentCoverage"),
    ("Query", "goals"),
    ("JointGoal", "progress"),
    ("JointGoal", "rollUp"),
    ("JointGoal", "pipelineCoverage"),
}
"""Fields that are asked for by tests of their own: tests/resolvers/metrics."""


class Generator:
    """Draws one operation. ``random`` decides everything, so that equal draws give equal operations."""

    def __init__(self, schema: GraphQLSchema, world: World, random: Random) -> None:
        self.schema, self.world, self.random = schema, world, random
        self.draws = ArgumentDraws(schema, random, world)
        self.chance = self.draws.chance
        self.spent, self.room = Spent(), self.random.choice((10, 40, MAX_FIELDS))
        self.open = 0
        self.names = 0
        self.asked: set[tuple[str, str]] = set()
        """The types and fields that were drawn."""
        self.fragments: list[Fragment] = []
        self.variables = VariableDraws(random)

    def operation(self) -> Operation:
        """A whole query."""
        query = self.schema.query_type
        assert query is not None
        scope = Scope()
        roots = [self._field(query, scope, 1, 1) for _ in range(self.random.randrange(1, MAX_ROOTS))]
        body = " ".join(["__typename", *filter(None, roots)])
        parts = [body, *self._spread(body)]
        used = re.findall(r"\$(v\d+)", " ".join(parts))
        declared = [f"${name}: {self.variables.declared[name]}" for name in dict.fromkeys(used)]
        head = f"query Q({', '.join(declared)})" if declared else "query Q"
        document = "\n".join([f"{head} {{ {body} }}", *parts[1:]])
        values = {name: value for name, value in self.variables.values.items() if name in used}
        return Operation(document, json.loads(json.dumps(values)))

    def _spread(self, body: str) -> list[str]:
        """The fragments that ``body`` spreads, and those that they spread. What did not fit anywhere is left out."""
        found: dict[str, str] = {}
        rest = [body]
        while rest:
            for name in re.findall(r"\.\.\.(F\d+)", rest.pop()):
                if name not in found:
                    found[name] = next(one.text for one in self.fragments if one.name == name)
                    rest.append(found[name])
        return list(found.values())

    # Selections

    def _selections(self, type_: Composite, scope: Scope, depth: int, times: int, inline: int = 0) -> str:
        """A selection set of ``type_``, at least one field; ``times`` such objects may be selected.

        ``inline`` counts the inline fragments right around it.
        """
        count = self.random.choice((1, 2, 3, 3, 4, 5))
        parts = [part for _ in range(count) if (part := self._selection(type_, scope, depth, times, inline))]
        if not parts:
            scope.enter("__typename", "__typename", "String!")
            parts = ["__typename"]
        return f"{{ {' '.join(parts)} }}"

    def _selection(self, type_: Composite, scope: Scope, depth: int, times: int, inline: int) -> str | None:
        if self.spent.fields >= self.room:
            return None
        draw = self.random.randrange(100)
        if draw < 6 and self.open < 2:
            return self._named_fragment(type_, scope, depth, times)
        if draw < (40 if is_interface_type(type_) else 14) and inline < 2:
            inner = self._narrowed(type_)
            condition = f" on {inner.name}" if inner is not type_ or self.chance(60) else ""
            return f"...{condition}{self._directive()} {self._selections(inner, scope, depth, times, inline + 1)}"
        return self._field(type_, scope, depth, times)

    def _narrowed(self, type_: Composite) -> Composite:
        """A type that a fragment on ``type_`` may have."""
        if is_interface_type(type_) and self.chance(90):
            possible: Composite = self.random.choice([*self.schema.get_possible_types(type_), *type_.interfaces])
            return possible
        if isinstance(type_, GraphQLObjectType) and type_.interfaces and self.chance(25):
            interface: GraphQLInterfaceType = self.random.choice(type_.interfaces)
            return interface
        return type_

    def _named_fragment(self, type_: Composite, scope: Scope, depth: int, times: int) -> str | None:
        known = [one for one in self.fragments if one.type is type_]
        fragment = self.random.choice(known) if known and self.chance(60) else self._fragment(type_)
        spent = self.spent.plus(fragment.spent, times, depth - 1)
        if not spent.fits() or not scope.merges(fragment.scope):
            return None
        scope.merge(fragment.scope)
        self.spent = spent
        return f"...{fragment.name}{self._directive()}"

    def _fragment(self, type_: Composite) -> Fragment:
        """A new fragment; what it takes is counted where it is spread."""
        around = self.spent, self.room
        self.spent, self.room = Spent(), MAX_FRAGMENT_FIELDS
        self.open += 1
        scope = Scope()
        self.names += 1
        name = f"F{self.names}"
        inner = self._narrowed(type_)
        body = self._selections(inner, scope, 1, 1)
        fragment = Fragment(name, type_, f"fragment {name} on {inner.name} {body}", scope, self.spent)
        self.fragments.append(fragment)
        self.open -= 1
        self.spent, self.room = around
        return fragment

    def _directive(self) -> str:
        if not self.chance(8) or self.spent.directives >= MAX_DIRECTIVES:
            return ""
        self.spent.directives += 1
        name = self.random.choice(("skip", "include"))
        boolean = GraphQLNonNull(GraphQLBoolean)
        return f" @{name}(if: {self.variables.given(boolean, self.chance(50), likely=60)})"

    def _field(self, type_: Composite, scope: Scope, depth: int, times: int) -> str | None:
        name = self.random.choice(self._selectable(type_, depth))
        if name == "__typename":
            scope.enter(name, name, "String!")
            return name
        self.asked.add((type_.name, name))
        definition = type_.fields[name]
        inner = get_named_type(definition.type)
        if {"first", "last"} <= definition.args.keys() and self.chance(6):
            return self._count(name, definition, scope, depth)
        arguments, count = self._arguments(type_, name, definition)
        call = name + arguments
        shape = str(definition.type) if is_leaf_type(inner) else str(definition.type).replace(inner.name, "")
        key = self._key(name, call, shape, scope)
        leaf = is_leaf_type(inner)
        # What has fields goes one level deeper at least.
        if not self._spend(0 if leaf else times * count, key != name, depth + (not leaf)):
            return None
        text = (f"{key}: {call}" if key != name else call) + self._directive()
        below = scope.enter(key, call, shape)
        if leaf:
            return text
        assert isinstance(inner, (GraphQLObjectType, GraphQLInterfaceType))
        return f"{text} {self._selections(inner, below, depth + 1, times * count)}"

    def _key(self, name: str, call: str, shape: str, scope: Scope) -> str:
        """The response key: an alias where the name is taken, and sometimes where it is not."""
        if scope.allows(name, call, shape) and not self.chance(8):
            return name
        self.names += 1
        return f"a{self.names}"

    def _spend(self, cost: int, aliased: bool, depth: int) -> bool:
        """Count one field, unless it passes a limit."""
        spent = self.spent.plus(Spent(cost, 1, int(aliased), 0, 1), 1, depth - 1)
        if not spent.fits():
            return False
        self.spent = spent
        return True

    def _count(self, name: str, definition: GraphQLField, scope: Scope, depth: int) -> str | None:
        """A connection of which only the number is asked: it needs no page."""
        if not self._spend(1, True, depth + 1):
            return None
        self.names += 1
        key = f"a{self.names}"
        among = "filter" if "filter" in definition.args else "kinds"
        type_ = definition.args[among].type
        drawn = self.draws.filter(named_input(type_)) if among == "filter" else self.draws.event_kinds()
        given = f"({among}: {self.variables.given(type_, drawn)})" if self.chance(70) else ""
        scope.enter(key, name + given, str(definition.type))
        return f"{key}: {name}{given} {{ totalCount }}"

    def _selectable(self, type_: Composite, depth: int) -> list[str]:
        """The fields that still fit; leaves more often the deeper it goes."""
        leaves = [name for name, one in type_.fields.items() if is_leaf_type(get_named_type(one.type))]
        others = [name for name in type_.fields if name not in leaves and (type_.name, name) not in APART]
        room = MAX_DEPTH - depth - (2 if type_.name.endswith("Connection") else 3)
        if not others or room < 0 or (leaves and self.chance(35 + 6 * depth)):
            return [*leaves, "__typename"]
        return others

    def _arguments(self, type_: Composite, name: str, definition: GraphQLField) -> tuple[str, int]:
        """The arguments of a field as text, and how many objects to expect of it."""
        given, count = self.draws.arguments(name, definition, root=type_ is self.schema.query_type)
        texts = []
        for key, argument in definition.args.items():
            nullable = not is_non_null_type(argument.type)
            if key in given:
                has_default = argument.default_value is not Undefined
                texts.append(f"{key}: {self.variables.given(argument.type, given[key], has_default=has_default)}")
            elif (nullable or argument.default_value is not Undefined) and self.chance(4):
                texts.append(f"{key}: ${self.variables.absent(argument.type)}")
            elif nullable and argument.default_value is Undefined and self.chance(4):
                texts.append(f"{key}: {self.variables.given(argument.type, None)}")
        self.random.shuffle(texts)
        return (f"({', '.join(texts)})" if texts else ""), count

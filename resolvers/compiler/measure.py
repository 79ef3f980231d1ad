"""What the definitions of a document hold, counted without expanding a fragment.

Every definition is walked once; what a fragment holds is then added, as numbers, wherever it is spread. So a fragment
that spreads another twice, fifty levels deep, costs fifty additions to measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DirectiveNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

INTROSPECTION_ROOTS = frozenset({"__schema", "__type"})
INTROSPECTION_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes", "enumValues"})
"""The lists of a `__Type`; each one inside another multiplies the answer by the size of the schema."""


def measure(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Measure:
    """Measure a definition by itself, without recursion, so that no nesting exhausts the stack."""
    held = Measure()
    held.count_directives(definition.directives)
    for variable in definition.variable_definitions or ():
        held.count_directives(variable.directives)
        if variable.default_value:
            held.count_values([variable.default_value])
    rest: list[tuple[SelectionSetNode, Place]] = [(definition.selection_set, Place(nesting=1))]
    while rest:
        selection_set, place = rest.pop()
        held.nesting = max(held.nesting, place.nesting)
        for selection in selection_set.selections:
            held.count_directives(selection.directives)
            rest.extend(held.enter(selection, place))
    return held


@dataclass(slots=True)
class Extent:
    """How far fields reach, on one of the two sides that have limits of their own: the data and the introspection."""

    depth: int = 0
    lists: int = 0
    """Lists of a type, one inside another; means nothing on the side of the data."""
    aliases: int = 0

    def add(self, other: Extent, depth: int = 0, lists: int = 0) -> None:
        """Take in what stands `depth` levels and `lists` lists further down."""
        self.depth = max(self.depth, depth + other.depth)
        self.lists = max(self.lists, lists + other.lists)
        self.aliases += other.aliases


class Place(NamedTuple):
    """Where a selection stands in its definition: the selection sets, fields and lists of a type around it."""

    nesting: int
    depth: int = 0
    lists: int = 0
    introspected: bool = False

    @property
    def is_root(self) -> bool:
        """Whether a field here is a root field of the operation."""
        return self.depth == 0 and not self.introspected


class Spread(NamedTuple):
    """A named fragment and where it is spread."""

    name: str
    place: Place


@dataclass(slots=True)
class Measure:
    """What a definition holds: at first by itself, after `expand` with its fragments."""

    fields: int = 0
    fragments: int = 0
    root_fields: int = 0
    directives: int = 0
    nesting: int = 0
    value_depth: int = 0
    number_length: int = 0
    introspections: int = 0
    data: Extent = field(default_factory=Extent)
    introspection: Extent = field(default_factory=Extent)
    spreads: list[Spread] = field(default_factory=list)

    def side(self, place: Place) -> Extent:
        """The extent that counts at this place."""
        return self.introspection if place.introspected else self.data

    def expand(self, fragments: dict[str, Measure]) -> None:
        """Add the fragments that are spread here, which are themselves expanded; validation reports unknown ones."""
        for name, place in self.spreads:
            if fragment := fragments.get(name):
                self.fields += fragment.fields
                self.fragments += fragment.fragments
                self.root_fields += fragment.root_fields if place.is_root else 0
                self.directives += fragment.directives
                self.nesting = max(self.nesting, place.nesting + fragment.nesting)
                self.value_depth = max(self.value_depth, fragment.value_depth)
                self.number_length = max(self.number_length, fragment.number_length)
                self.introspections += fragment.introspections
                self.side(place).add(fragment.data, place.depth, place.lists)
                self.introspection.add(fragment.introspection)

    def enter(self, selection: SelectionNode, place: Place) -> Iterator[tuple[SelectionSetNode, Place]]:
        """Count one selection; yield the selections inside it with their place."""
        match selection:
            case FieldNode():
                below = self.enter_field(selection, place)
                if selection.selection_set:
                    yield selection.selection_set, below
            case InlineFragmentNode():
                self.fragments += 1
                yield selection.selection_set, place._replace(nesting=place.nesting + 1)
            case FragmentSpreadNode():
                self.fragments += 1
                self.spreads.append(Spread(selection.name.value, place))

    def enter_field(self, node: FieldNode, place: Place) -> Place:
        """Count a field, and tell the place of its selections."""
        name = node.name.value
        lists = place.lists + (name in INTROSPECTION_LISTS)
        below = Place(place.nesting + 1, place.depth + 1, lists, place.introspected)
        self.count_values(argument.value for argument in node.arguments or ())
        self.fields += 1
        self.root_fields += place.is_root
        self.side(place).add(Extent(aliases=int(node.alias is not None)), below.depth, below.lists)
        if name in INTROSPECTION_ROOTS:
            self.introspections += 1
            return Place(below.nesting, introspected=True)
        return below

    def count_directives(self, directives: Iterable[DirectiveNode] | None) -> None:
        """Count directives and measure the literals in them."""
        for directive in directives or ():
            self.directives += 1
            self.count_values(argument.value for argument in directive.arguments or ())

    def count_values(self, values: Iterable[ValueNode]) -> None:
        """Measure how deep literals nest, and how long their numbers are."""
        level, depth = list(values), 0
        while level:
            inner: list[ValueNode] = []
            for value in level:
                match value:
                    case ListValueNode():
                        inner.extend(value.values)
                    case ObjectValueNode():
                        inner.extend(field.value for field in value.fields)
                    case IntValueNode() | FloatValueNode():
                        self.number_length = max(self.number_length, len(value.value))
            depth += any(isinstance(value, ListValueNode | ObjectValueNode) for value in level)
            level = inner
        self.value_depth = max(self.value_depth, depth)

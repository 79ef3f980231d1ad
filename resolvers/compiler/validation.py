"""Whether a document is valid against the schema, decided in time that its size bounds.

graphql-core's rules are used as they are, all but one: its rule that overlapping fields can be merged compares fields in
pairs. Here the fields of an operation are merged level by level, as execution merges them, and each is compared once
with the first of its group. `limits.check` has bounded their number.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice
from typing import NamedTuple, TypeAlias, cast

from graphql import (
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_wrapping_type,
    specified_rules,
)
from graphql import validate as validate_document

MAX_ERRORS = 10
MAX_SUGGESTED = 3
"""Errors of a document that may come with "Did you mean": each compares a name with every name of its kind."""
MAX_VARIANTS = 100
"""Variants of one response field, by the object types it is selected for, that are compared with each other."""

RULES = tuple(rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule)


def validate(schema: GraphQLSchema, document: DocumentNode, *, suggestions: bool = True) -> list[GraphQLError]:
    """The errors of a document that `limits.check` has let through; none if it is valid.

    Whether fields can be merged is asked last, of a document that is valid otherwise: then every name is known and no
    fragments form a cycle. After ten errors one more says that there may be others. Without `suggestions` no message
    tells a name of the schema that the document does not.
    """
    errors = validate_document(schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)
    if suggestions and 0 < len(errors) <= MAX_SUGGESTED:
        return validate_document(schema, document, RULES, max_errors=MAX_ERRORS)
    return errors or list(islice(find_conflicts(schema, document), MAX_ERRORS))


def find_conflicts(schema: GraphQLSchema, document: DocumentNode) -> Iterator[GraphQLError]:
    """Say which fields of an otherwise valid document share a response name and cannot be merged into one."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    merge = FieldMerge(schema, fragments)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield from merge.conflicts(definition)


Branch: TypeAlias = tuple[GraphQLObjectType | None, ...]
"""The object types, or None for an abstract one, that lead to a field where a group of fields has several of them."""


class Call(NamedTuple):
    """What a field asks for; equal for fields that ask for the same."""

    name: str
    arguments: frozenset[tuple[str, Hashable]]


@dataclass(slots=True, eq=False)
class Occurrence:
    """One field of the operation, with its fragments expanded."""

    node: FieldNode
    parent_type: GraphQLCompositeType
    type: GraphQLOutputType
    above: Occurrence | None
    branch: Branch = ()

    @property
    def response_name(self) -> str:
        """The alias or the name of the field."""
        return (self.node.alias or self.node.name).value

    def meets(self, other: Occurrence) -> bool:
        """Whether one object may answer both: nowhere on their branches do two object types part them."""
        return all(a is b or a is None or b is None for a, b in zip(self.branch, other.branch, strict=True))


class FieldMerge:
    """Merges the fields of operations by response name, as in "Field Selection Merging" of the specification."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments
        self.calls: dict[int, Call] = {}

    def conflicts(self, operation: OperationDefinitionNode) -> Iterator[GraphQLError]:
        """One error for each group that cannot be merged; what is selected below such a group is not looked at."""
        root = cast("GraphQLObjectType", self.schema.get_root_type(operation.operation))
        rest = [self.grouped(self.collect(operation.selection_set, root, None))]
        while rest:
            for group in rest.pop():
                if conflict := self.conflict_within(group):
                    yield conflict
                else:
                    rest.append(self.grouped(self.below(group)))

    def grouped(self, occurrences: Iterator[Occurrence]) -> list[list[Occurrence]]:
        """Gather by response name, and note in the branches where object types part."""
        groups: dict[str, list[Occurrence]] = {}
        for occurrence in occurrences:
            groups.setdefault(occurrence.response_name, []).append(occurrence)
        for group in groups.values():
            object_types = {occurrence.parent_type for occurrence in group if is_object_type(occurrence.parent_type)}
            if len(object_types) > 1:
                for occurrence in group:
                    parent_type = occurrence.parent_type
                    occurrence.branch += (parent_type if is_object_type(parent_type) else None,)
        return list(groups.values())

    def below(self, group: list[Occurrence]) -> Iterator[Occurrence]:
        """The fields selected in any of the group."""
        for occurrence in group:
            if occurrence.node.selection_set:
                parent_type = cast("GraphQLCompositeType", get_named_type(occurrence.type))
                yield from self.collect(occurrence.node.selection_set, parent_type, occurrence)

    def collect(
        self, selection_set: SelectionSetNode, parent_type: GraphQLCompositeType, above: Occurrence | None
    ) -> Iterator[Occurrence]:
        """The fields of a selection set and of its fragments, in the order of the document."""
        rest = [(parent_type, iter(selection_set.selections))]
        while rest:
            parent_type, selections = rest[-1]
            selection = next(selections, None)
            match selection:
                case None:
                    rest.pop()
                case FieldNode():
                    definition = cast("GraphQLField", self.schema.get_field(parent_type, selection.name.value))
                    yield Occurrence(selection, parent_type, definition.type, above, above.branch if above else ())
                case InlineFragmentNode():
                    rest.append(
                        (self.narrowed(selection.type_condition, parent_type), iter(selection.selection_set.selections))
                    )
                case FragmentSpreadNode():
                    fragment = self.fragments[selection.name.value]
                    rest.append(
                        (self.narrowed(fragment.type_condition, parent_type), iter(fragment.selection_set.selections))
                    )

    def narrowed(self, condition: NamedTypeNode | None, parent_type: GraphQLCompositeType) -> GraphQLCompositeType:
        """The type that a fragment selects from."""
        return cast("GraphQLCompositeType", self.schema.type_map[condition.name.value]) if condition else parent_type

    def conflict_within(self, group: list[Occurrence]) -> GraphQLError | None:
        """The first reason why the group cannot be merged."""
        if len(group) == 1:
            return None
        variants: dict[Branch, Occurrence] = {}
        for occurrence in group:
            variant = variants.setdefault(occurrence.branch, occurrence)
            if self.call(variant) != self.call(occurrence):
                return _difference(variant, occurrence)
        return self.conflict_between(list(variants.values())) or _conflict_of_shapes(group)

    def conflict_between(self, variants: list[Occurrence]) -> GraphQLError | None:
        """The first two of different branches that ask for different things of one object."""
        if len({self.call(variant) for variant in variants}) == 1:
            return None
        if len(variants) > MAX_VARIANTS:
            reason = f"they differ for more than {MAX_VARIANTS} combinations of object types"
            return _conflict(variants[0], variants[-1], reason)
        for one, other in combinations(variants, 2):
            if self.call(one) != self.call(other) and one.meets(other):
                return _difference(one, other)
        return None

    def call(self, occurrence: Occurrence) -> Call:
        """What the field asks for."""
        node = occurrence.node
        call = self.calls.get(id(node))
        if call is None:
            arguments = frozenset((argument.name.value, _literal(argument.value)) for argument in node.arguments or ())
            call = self.calls[id(node)] = Call(node.name.value, arguments)
        return call


def _literal(value: ValueNode) -> Hashable:
    """A literal, as something equal to every other way of writing it down."""
    match value:
        case ListValueNode():
            return (value.kind, tuple(map(_literal, value.values)))
        case ObjectValueNode():
            return (value.kind, frozenset((field.name.value, _literal(field.value)) for field in value.fields))
        case VariableNode():
            return (value.kind, value.name.value)
        case IntValueNode() | FloatValueNode() | StringValueNode() | EnumValueNode() | BooleanValueNode():
            return (value.kind, value.value)
    return value.kind


def _shape(type_: GraphQLOutputType) -> Hashable:
    """What must be equal of two types for their values to stand in one place: lists, non-nulls, the leaf type."""
    wrappers: list[type] = []
    inner: GraphQLType = type_
    while is_wrapping_type(inner):
        wrappers.append(type(inner))
        inner = inner.of_type
    return (*wrappers, inner if is_leaf_type(inner) else None)


def _conflict_of_shapes(group: list[Occurrence]) -> GraphQLError | None:
    """The first two whose values cannot stand in one place, whatever object answers."""
    first = group[0]
    for other in group:
        if other.type is not first.type and _shape(other.type) != _shape(first.type):
            return _conflict(first, other, f"they return conflicting types '{first.type}' and '{other.type}'")
    return None


def _difference(one: Occurrence, other: Occurrence) -> GraphQLError:
    name, other_name = one.node.name.value, other.node.name.value
    if name == other_name:
        return _conflict(one, other, "they have differing arguments")
    return _conflict(one, other, f"'{name}' and '{other_name}' are different fields")


def _conflict(one: Occurrence, other: Occurrence, reason: str) -> GraphQLError:
    """The error in graphql-core's words, told from the fields above that are the first to be two."""
    nodes, other_nodes = [one.node], [other.node]
    while one.above and other.above and one.above.node is not other.above.node:
        reason = f"subfields '{one.response_name}' conflict because {reason}"
        one, other = one.above, other.above
        nodes.insert(0, one.node)
        other_nodes.insert(0, other.node)
    return GraphQLError(
        f"Fields '{one.response_name}' conflict because {reason}."
        " Use different aliases on the fields to fetch both if this was intentional.",
        nodes + other_nodes,
    )

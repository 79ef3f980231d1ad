"""Which fields a selection asks for, with fragments spread and @skip and @include decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphql import (
    FragmentDefinitionNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    is_abstract_type,
)
from graphql.language import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from resolvers.compiler.arguments import Inputs


def collect(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    inputs: Inputs,
    type_: GraphQLObjectType,
    selections: Sequence[SelectionSetNode],
) -> dict[str, list[FieldNode]]:
    """The field nodes of an object of ``type_`` by response key, in the order of their first appearance."""
    collected: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()

    def visit(selection_set: SelectionSetNode) -> None:
        for node in selection_set.selections:
            if not _included(node, inputs):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                collected.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if _applies(schema, node.type_condition, type_):
                    visit(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = fragments[node.name.value]
                if _applies(schema, fragment.type_condition, type_):
                    visit(fragment.selection_set)

    for selection in selections:
        visit(selection)
    return collected


def _applies(schema: GraphQLSchema, condition: NamedTypeNode | None, type_: GraphQLObjectType) -> bool:
    if condition is None or condition.name.value == type_.name:
        return True
    named = schema.get_type(condition.name.value)
    return is_abstract_type(named) and schema.is_sub_type(named, type_)


def _included(node: SelectionNode, inputs: Inputs) -> bool:
    return not _decided(node, GraphQLSkipDirective.name, inputs, default=False) and _decided(
        node, GraphQLIncludeDirective.name, inputs, default=True
    )


def _decided(node: SelectionNode, directive: str, inputs: Inputs, *, default: bool) -> bool:
    for used in node.directives or ():
        if used.name.value == directive:
            (condition,) = (argument.value for argument in used.arguments or ())
            if isinstance(condition, VariableNode):
                return bool(inputs.ask((condition.name.value,), bool))
            assert isinstance(condition, BooleanValueNode)
            return condition.value
    return default

"""Introspection: answered by graphql-core while a plan is made, since the schema never changes under it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLSchema, execute_sync
from graphql.language import FieldNode, OperationDefinitionNode, SelectionSetNode

from resolvers.compiler.arguments import Inputs

INTROSPECTION = frozenset({"__schema", "__type"})


def introspect(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    key: str,
    nodes: Sequence[FieldNode],
    inputs: Inputs,
) -> str:
    """The JSON of the root field ``key``, one of ``__schema`` and ``__type``.

    The answer is part of the plan, so all variables of the operation are asked for.
    """
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    alone = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    variables = {name: inputs.ask((name,), _leaf) for name in inputs.variables}
    result = execute_sync(schema, DocumentNode(definitions=(alone, *fragments)), variable_values=variables)
    if result.errors or result.data is None:
        raise RuntimeError(f"introspection failed: {result.errors}")
    return orjson.dumps(result.data[key]).decode()


def _leaf(value: object) -> object:
    """A value that introspection can depend on; its arguments are all strings and booleans."""
    return value if isinstance(value, (str, bool, int)) else None

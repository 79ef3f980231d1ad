"""Making a failing operation small: whatever can go while it still fails, goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import FragmentDefinitionNode, FragmentSpreadNode, Node, VariableNode, parse, print_ast
from graphql.language import OperationDefinitionNode

from tests.oracle.generator import Operation

Fails = Callable[[Operation], Awaitable[bool]]

_LISTS = ("selections", "arguments", "directives", "fields", "values")


async def reduced(operation: Operation, fails: Fails) -> Operation:
    """A part of ``operation`` for which ``fails`` is still true, and of which nothing more can be left out."""
    smaller: Operation | None = operation
    while smaller is not None:
        operation = smaller
        smaller = None
        for candidate in _candidates(operation):
            if await fails(candidate):
                smaller = candidate
                break
    return operation


def _candidates(operation: Operation) -> Iterator[Operation]:
    """The operation without one of its parts, the largest parts first."""
    for smaller in _smaller_nodes(parse(operation.document, no_location=True)):
        yield _without_unused(print_ast(smaller), operation.variables)
    for variables in _smaller_values(operation.variables):
        yield Operation(operation.document, variables)


def _smaller_nodes(node: Any) -> Iterator[Any]:
    """A part of a document without one of the things in it that could be left out."""
    for name in node.keys:
        below = getattr(node, name, None)
        if isinstance(below, Node):
            yield from (replace(node, **{name: smaller}) for smaller in _smaller_nodes(below))
        elif isinstance(below, (tuple, list)):
            if name in _LISTS and (name != "selections" or len(below) > 1):
                yield from (replace(node, **{name: _changed(below, index)}) for index in range(len(below)))
            for index, item in enumerate(below):
                yield from (
                    replace(node, **{name: _changed(below, index, smaller)}) for smaller in _smaller_nodes(item)
                )


def _changed(items: Sequence[Any], index: int, *instead: Any) -> tuple[Any, ...]:
    return (*items[:index], *instead, *items[index + 1 :])


def _without_unused(document: str, variables: Mapping[str, Any]) -> Operation:
    """The operation without the fragments and variables that nothing names any more."""
    definitions = parse(document, no_location=True).definitions
    (query,) = (node for node in definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    kept: dict[str, Node] = {}
    nodes = list(_nodes(query.selection_set))
    for node in nodes:
        if isinstance(node, FragmentSpreadNode) and node.name.value not in kept:
            kept[node.name.value] = fragments[node.name.value]
            nodes.extend(_nodes(fragments[node.name.value]))
    used = {node.name.value for node in nodes if isinstance(node, VariableNode)}
    declared = tuple(one for one in query.variable_definitions or () if one.variable.name.value in used)
    parts = [replace(query, variable_definitions=declared), *kept.values()]
    return Operation("\n".join(map(print_ast, parts)), {name: variables[name] for name in variables if name in used})


def _nodes(node: Any) -> Iterator[Node]:
    yield node
    for name in node.keys:
        below = getattr(node, name, None)
        for item in below if isinstance(below, (tuple, list)) else (below,):
            if isinstance(item, Node):
                yield from _nodes(item)


def _smaller_values(value: Any) -> Iterator[Any]:
    """A JSON value without one of its parts."""
    if isinstance(value, dict):
        for name in value:
            yield {key: item for key, item in value.items() if key != name}
            for smaller in _smaller_values(value[name]):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
            for smaller in _smaller_values(value[index]):
                yield [*value[:index], smaller, *value[index + 1 :]]

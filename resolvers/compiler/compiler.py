"""The way from a document to its plan, and what is remembered so that it is gone only once.

A document seen before costs no parsing and no validation; with variables whose shape was seen before it costs no
building of SQL either.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationType,
    Undefined,
    coerce_input_value,
    is_input_type,
    type_from_ast,
)
from graphql.execution import get_variable_values
from graphql.language import OperationDefinitionNode

from resolvers.compiler import limits, validation
from resolvers.compiler.arguments import Inputs, Variables
from resolvers.compiler.collect import collect
from resolvers.compiler.errors import Code, RequestErrors, bad_user_input, from_graphql
from resolvers.compiler.introspection import INTROSPECTION, introspect
from resolvers.compiler.json import Pieces, object_
from resolvers.compiler.plan import Plan, PlanTree, plan_of
from resolvers.compiler.select import Bounds, Selection, Selector
from resolvers.compiler.vocabulary import ROOT, Vocabulary

_MAX_CACHED_LENGTH = 20_000
_MAX_PLANS = 100
_MAX_VARIABLE_ERRORS = 10


@dataclass(slots=True)
class Counters:
    """What has been done so far; a document answered from memory adds to ``requests`` alone."""

    requests: int = 0
    parsed: int = 0
    validated: int = 0
    planned: int = 0


@dataclass(slots=True, eq=False)
class Operation:
    """One valid operation as it is sent again and again."""

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    types: Sequence[tuple[str, GraphQLInputType]]
    """The variables that it declares."""
    plans: dict[Hashable, PlanTree] = field(default_factory=dict)
    """The plans made so far, by role; for a mutation's payload, by role and response key."""

    @property
    def is_query(self) -> bool:
        return self.node.operation is OperationType.QUERY


class Compiler:
    """Makes plans of operations on one schema, and remembers the ``remembered`` documents used most recently."""

    def __init__(
        self, vocabulary: Vocabulary, document_limits: limits.Limits, bounds: Bounds, *, remembered: int = 500
    ) -> None:
        self.vocabulary = vocabulary
        self.limits = document_limits
        self.bounds = bounds
        self.counters = Counters()
        self._remembered = remembered
        self._operations: OrderedDict[tuple[str, str | None], Operation] = OrderedDict()

    def operation(self, source: str, name: str | None) -> Operation:
        """The operation ``name`` (or the only one) of a document.

        Raises ApiError or RequestErrors with the codes GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX,
        GRAPHQL_VALIDATION_FAILED, or BAD_USER_INPUT where no operation is called ``name``.
        """
        self.counters.requests += 1
        key = (source, name)
        if (known := self._operations.get(key)) is not None:
            self._operations.move_to_end(key)
            return known
        operation = self._validated(source, name)
        if len(source) <= _MAX_CACHED_LENGTH:
            self._operations[key] = operation
            if len(self._operations) > self._remembered:
                self._operations.popitem(last=False)
        return operation

    def variables(self, operation: Operation, given: Mapping[str, Any]) -> Variables:
        """The variables of a request as their types have them; RequestErrors (BAD_USER_INPUT) if they do not fit."""
        coerced: dict[str, Any] = {}
        for name, type_ in operation.types:
            value = _coerced(given[name], type_) if name in given else Undefined
            if value is Undefined:
                return self._coerced_with_care(operation, given)
            coerced[name] = value
        return coerced

    def known(self, operation: Operation, variables: Variables, role: str) -> Plan | None:
        """The plan of a query for ``role``, if it was compiled before."""
        return self.plans(operation, role).find(variables)

    def plan(self, operation: Operation, variables: Variables, role: str) -> Plan:
        """The plan of a query for ``role``; ApiError FORBIDDEN, BAD_USER_INPUT or QUERY_TOO_COMPLEX if it has none."""
        tree = self.plans(operation, role)
        plan = tree.find(variables)
        if plan is None:
            inputs = Inputs(variables)
            plan = self._compiled(operation, inputs, role)
            tree.add(plan, inputs.asked)
        return plan

    def plans(self, operation: Operation, key: Hashable) -> PlanTree:
        """The plans of an operation under ``key``; when there are too many, all are forgotten."""
        tree = operation.plans.get(key)
        if tree is None or tree.size >= _MAX_PLANS:
            tree = operation.plans[key] = PlanTree()
        return tree

    def selector(self, fragments: Mapping[str, FragmentDefinitionNode], inputs: Inputs, role: str) -> Selector:
        """What compiles the selections of one operation for ``role``."""
        return Selector(self.vocabulary, fragments, inputs, role, self.bounds)

    def _validated(self, source: str, name: str | None) -> Operation:
        self.counters.parsed += 1
        document = limits.parse(source, self.limits.tokens)
        limits.check(document, self.limits)
        self.counters.validated += 1
        if errors := validation.validate(self.vocabulary.schema, document):
            raise RequestErrors([from_graphql(Code.GRAPHQL_VALIDATION_FAILED, error) for error in errors])
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        node = _named(operations, name)
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return Operation(document, node, fragments, _variable_types(self.vocabulary.schema, node))

    def _coerced_with_care(self, operation: Operation, given: Mapping[str, Any]) -> Variables:
        """The same with defaults, and with words for what is wrong."""
        definitions = operation.node.variable_definitions or ()
        values = get_variable_values(self.vocabulary.schema, definitions, dict(given), max_errors=_MAX_VARIABLE_ERRORS)
        if isinstance(values, list):
            raise RequestErrors([from_graphql(Code.BAD_USER_INPUT, error) for error in values])
        return values.coerced

    def _compiled(self, operation: Operation, inputs: Inputs, role: str) -> Plan:
        self.counters.planned += 1
        selector = self.selector(operation.fragments, inputs, role)
        query = self.vocabulary.schema.query_type
        assert query is not None
        root = Selection(query, (), ROOT, 1, ())
        roots = collect(self.vocabulary.schema, operation.fragments, inputs, query, [operation.node.selection_set])
        members: list[tuple[str, Pieces]] = []
        for key, nodes in roots.items():
            if nodes[0].name.value in INTROSPECTION:
                made: Pieces = [
                    introspect(self.vocabulary.schema, operation.document, operation.node, key, nodes, inputs)
                ]
            else:
                made = selector.field(root, key, nodes)
            members.append((key, made))
        return plan_of(object_(members), inputs, selector.cost, selector.refusals, self.vocabulary.visibility.get(role))


def _coerced(value: Any, type_: GraphQLInputType) -> Any:
    try:
        return coerce_input_value(value, type_)
    except GraphQLError:
        # Strawberry's own check of an input with exactly one field.
        return Undefined


def _named(operations: Sequence[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    if name is None:
        if len(operations) == 1:
            return operations[0]
        raise bad_user_input("The document has several operations: name one by 'operationName'.")
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise bad_user_input(f"The document has no operation called '{name[:100]}'.")


def _variable_types(schema: GraphQLSchema, node: OperationDefinitionNode) -> list[tuple[str, GraphQLInputType]]:
    types = []
    for definition in node.variable_definitions or ():
        type_ = type_from_ast(schema, definition.type)
        assert is_input_type(type_)
        types.append((definition.variable.name.value, type_))
    return types

"""What a query must answer: its document walked in plain Python over the rows of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
)

from tests.oracle import computed, pages
from tests.oracle.computed import Asked
from tests.oracle.filters import fits
from tests.oracle.rows import (
    COLUMNS,
    PREFIXES,
    Row,
    World,
    connected_table,
    key_of,
    look_up,
    many_of,
    public_id,
    referring_column,
    snake,
    table_of,
)
from tests.oracle.values import coerce_fields, given, named_input, output


class Evaluator:
    """Evaluates one operation in one workspace."""

    def __init__(self, schema: GraphQLSchema, world: World, asked: Asked, document: str, variables: Mapping[str, Any]):
        self.schema, self.world, self.asked = schema, world, asked
        definitions = parse(document).definitions
        (self.operation,) = (node for node in definitions if isinstance(node, OperationDefinitionNode))
        self.fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self.variables = dict(variables)
        for definition in self.operation.variable_definitions or ():
            name = definition.variable.name.value
            if name not in self.variables and definition.default_value is not None:
                self.variables[name] = given(definition.default_value, {})

    def data(self) -> dict[str, Any]:
        """The response's ``data``; cursors stand in it as :class:`pages.Place`."""
        query = self.schema.query_type
        assert query is not None
        return self._object(query, [self.operation], None)

    def _object(self, type_: GraphQLObjectType, nodes: Sequence[Any], value: Any) -> dict[str, Any]:
        collected: dict[str, list[FieldNode]] = {}
        for node in nodes:
            self._collect(type_, node.selection_set, collected)
        return {key: self._field(type_, found, value) for key, found in collected.items()}

    def _collect(self, type_: GraphQLObjectType, selection_set: Any, into: dict[str, list[FieldNode]]) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_):
                    self._collect(type_, fragment.selection_set, into)
            elif isinstance(node, InlineFragmentNode) and (
                node.type_condition is None or self._applies(node.type_condition.name.value, type_)
            ):
                self._collect(type_, node.selection_set, into)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        named = self.schema.type_map[condition]
        return named is type_ or (is_abstract_type(named) and self.schema.is_sub_type(named, type_))

    def _included(self, node: Any) -> bool:
        said = {
            directive.name.value: given(directive.arguments[0].value, self.variables)
            for directive in node.directives or ()
        }
        return not said.get("skip", False) and said.get("include", True)

    def _field(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], value: Any) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return type_.name
        definition = type_.fields[name]
        found = self._resolve(type_, name, definition, value, self._arguments(definition, nodes[0]))
        return self._complete(definition.type, nodes, found)

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        values = {argument.name.value: given(argument.value, self.variables) for argument in node.arguments or ()}
        return coerce_fields(definition.args, {name: value for name, value in values.items() if value is not Undefined})

    def _complete(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], value: Any) -> Any:
        if value is None:
            assert not is_non_null_type(type_)
            return None
        nullable = get_nullable_type(type_)
        if is_list_type(nullable) and not is_leaf_type(get_named_type(nullable)):
            return [self._complete(nullable.of_type, nodes, item) for item in value]
        if is_interface_type(nullable):
            name, row = value
            return self._object(self._type(name), nodes, row)
        if isinstance(nullable, GraphQLObjectType):
            return self._object(nullable, nodes, value)
        return output(value)

    def _type(self, name: str) -> GraphQLObjectType:
        type_ = self.schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        return type_

    def _resolve(
        self, type_: GraphQLObjectType, name: str, definition: GraphQLField, value: Any, arguments: Mapping[str, Any]
    ) -> Any:
        if (type_.name, name) in computed.FIELDS:
            return computed.FIELDS[type_.name, name](self.world, self.asked, value, arguments)
        if type_ is self.schema.query_type:
            return self._root(name, definition, arguments)
        table, inner = table_of(type_.name), get_named_type(definition.type)
        if table is None:
            return value[name]
        if name == "id":
            return public_id(table, value["id"])
        if name == "externalRefs":
            return self._references(table, value)
        if (listed := connected_table(definition.type)) is not None:
            rows = many_of(self.world, type_.name, name, listed, value)
            return self._connection(definition, listed, rows, arguments)
        if (target := table_of(inner.name)) is not None:
            return self.world.get(target, value[referring_column(name)])
        if inner.name == "Money":
            amount = value[snake(name)]
            return None if amount is None else {"amount": amount, "currencyCode": value["currency_code"]}
        return value[COLUMNS.get((type_.name, name), snake(name))]

    def _root(self, name: str, definition: GraphQLField, arguments: Mapping[str, Any]) -> Any:
        if name == "node":
            return self._node(arguments["id"])
        if name == "nodes":
            return [self._node(identifier) for identifier in arguments["ids"]]
        if (listed := connected_table(definition.type)) is not None:
            return self._connection(definition, listed, self.world.tables[listed], arguments)
        table = table_of(get_named_type(definition.type).name)
        assert table is not None
        return look_up(self.world, table, arguments)

    def _node(self, identifier: str) -> tuple[str, Row] | None:
        prefix = identifier.rpartition("_")[0]
        (table,) = (table for table, own in PREFIXES.items() if own == prefix)
        row = self.world.get(table, key_of(identifier))
        names = [name for name in self.schema.type_map if table_of(name) == table]
        return (names[0], row) if row is not None else None

    def _references(self, table: str, row: Row) -> list[dict[str, Any]]:
        found = self.world.where("external_ref", "entity_id", row["id"])
        own = [reference for reference in found if reference["entity"] == table]
        own.sort(key=lambda reference: (reference["source"], reference["external_id"]))
        return [{"source": one["source"], "externalId": one["external_id"]} for one in own]

    def _connection(
        self, definition: GraphQLField, table: str, rows: Sequence[Row], arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        if (wanted := arguments.get("filter")) is not None:
            type_ = named_input(definition.args["filter"].type)
            rows = [row for row in rows if fits(self.world, type_, row, wanted)]
        listing = pages.Entities(self.world, table, pages.order_of(arguments.get("orderBy")))
        return pages.connection(listing, rows, arguments)

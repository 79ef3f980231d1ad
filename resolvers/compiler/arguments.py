"""Input values as the compiler sees them: bound, unless the shape of the SQL depends on them.

A plan serves every request whose variables give the same answers to the questions that were asked while it was
compiled. So a value that is merely compared costs no new plan, and a value that decides the SQL (a limit, an order,
which filters are there) is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    value_from_ast,
)
from graphql.language import FieldNode
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from resolvers.compiler.errors import ApiError, bad_user_input

Variables: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[str | int, ...]
Ask: TypeAlias = Callable[[Any], Hashable]
Convert: TypeAlias = Callable[[Any, Any], Any]
"""From an input value and the request's context to what the database is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What was asked of the variables: ``ask`` applied to a value that is made of them."""

    value: Callable[[Variables], Any]
    ask: Ask

    def answer(self, variables: Variables) -> Hashable:
        return self.ask(self.value(variables))


def value_at(variables: Variables, path: Path) -> Any:
    """The value at ``path``, or ``Undefined`` where it was not given."""
    value: Any = variables
    for key in path:
        value = value.get(key, Undefined) if isinstance(key, str) else value[key]
    return value


def shape(value: Any) -> Hashable:
    """What the SQL may depend on in any value: absent, null, which keys, how many items; never a leaf."""
    if value is Undefined or value is None:
        return value
    if isinstance(value, dict):
        return tuple(value)
    if isinstance(value, list):
        return len(value)
    return True


@dataclass(frozen=True, slots=True)
class Parameter:
    """How to compute a bound value from a request's variables and context, for the field at ``path``."""

    path: Path
    compute: Callable[[Variables, Any], Any]

    def value(self, variables: Variables, context: Any) -> Any:
        try:
            return self.compute(variables, context)
        except ApiError as error:
            error.path = error.path or self.path
            raise


@dataclass(slots=True)
class Inputs:
    """The variables of one compilation: answers questions and keeps them, and names what is bound.

    ``path`` is the response path of the field being compiled; ``asked`` are the questions in their order.
    """

    variables: Variables
    path: Path = ()
    asked: list[tuple[Question, Hashable]] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    known: dict[Hashable, Any] = field(default_factory=dict)

    def ask(self, path: Path, ask: Ask) -> Any:
        """What ``ask`` makes of the variable's value at ``path``; asked once."""
        return self.ask_of((path, ask), lambda variables: value_at(variables, path), ask)

    def ask_of(self, key: Hashable, value: Callable[[Variables], Any], ask: Ask) -> Any:
        """What ``ask`` makes of a value computed from the variables; asked once for each ``key``."""
        if key not in self.known:
            question = Question(value, ask)
            self.known[key] = question.answer(self.variables)
            self.asked.append((question, self.known[key]))
        return self.known[key]

    def bind(self, type_: TypeEngine[Any], compute: Callable[[Variables, Any], Any]) -> BindParameter[Any]:
        """A parameter whose value is computed from each request's variables and context."""
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = Parameter(self.path, compute)
        return bindparam(name, type_=type_)


MOST_ITEMS = 500
"""Of a list in the variables whose values shape the statement; what is bound as a whole may be longer."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One input value, not null: at ``path`` of the variables, or given in the document.

    ``node`` is set where a list or object in the document has variables inside; ``constant`` where it has none.
    """

    inputs: Inputs
    type: GraphQLInputType
    name: str
    path: Path | None = None
    node: ValueNode | None = None
    constant: Any = None

    def literal(self, ask: Ask = lambda value: value) -> Any:
        """The value (or what ``ask`` makes of it) as part of the plan."""
        if self.path is not None:
            return self.inputs.ask(self.path, ask)
        if self.node is not None:
            return self.inputs.ask_of((id(self.node), ask), self.value, ask)
        return ask(self.constant)

    def bind(self, type_: TypeEngine[Any], convert: Convert = lambda value, _context: value) -> BindParameter[Any]:
        """The value as a parameter of type ``type_``, converted for each request."""
        return self.inputs.bind(type_, lambda variables, context: convert(self.value(variables), context))

    def value(self, variables: Variables) -> Any:
        """The value in one request."""
        if self.path is not None:
            return value_at(variables, self.path)
        if self.node is not None:
            return value_from_ast(self.node, self.type, dict(variables))
        return self.constant

    def items(self) -> list[Argument | None]:
        """The values of a list; None where one is null."""
        inner = _inner(self.type)
        if self.path is not None:
            count = self.inputs.ask(self.path, shape)
            if count > MOST_ITEMS:
                raise bad_user_input(f"'{self.name}' has more than {MOST_ITEMS} values.")
            return [_variable(self.inputs, (*self.path, index), inner, self.name) for index in range(count)]
        if self.node is not None:
            nodes = self.node.values if isinstance(self.node, ListValueNode) else (self.node,)
            # A variable that was not given counts as null inside a list.
            return [_given(self.inputs, node, inner, self.name) or None for node in nodes]
        return [_constant(self.inputs, value, inner, self.name) for value in self.constant]

    def fields(self) -> dict[str, Argument | None]:
        """The fields that an input object has, by name; None where one is explicitly null."""
        type_ = get_nullable_type(self.type)
        assert isinstance(type_, GraphQLInputObjectType)
        types = type_.fields
        if self.path is not None:
            keys = self.inputs.ask(self.path, shape)
            return {key: _variable(self.inputs, (*self.path, key), types[key].type, key) for key in keys}
        if isinstance(self.node, ObjectValueNode):
            nodes = {field.name.value: field.value for field in self.node.fields}
            return _present(self.inputs, nodes, types)
        return {key: _constant(self.inputs, value, types[key].type, key) for key, value in self.constant.items()}


Given: TypeAlias = Argument | None
"""A value as it was given: None is an explicit null."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one field: those that were given or have a default."""

    inputs: Inputs
    given: Mapping[str, Given]

    def get(self, name: str) -> Argument | None:
        """The argument, or None where it is absent or null."""
        return self.given.get(name)

    def __getitem__(self, name: str) -> Argument:
        """An argument that the schema makes sure of: required, or with a default."""
        argument = self.given.get(name)
        if argument is None:
            raise bad_user_input(f"'{name}' must not be null.")
        return argument

    def bind(self, type_: TypeEngine[Any], names: Sequence[str], compute: Callable[..., Any]) -> BindParameter[Any]:
        """A parameter computed from the request's context and the values of several arguments, None where absent."""
        given = [self.given.get(name) for name in names]

        def value(variables: Variables, context: Any) -> Any:
            return compute(context, *(argument and argument.value(variables) for argument in given))

        return self.inputs.bind(type_, value)


def arguments_of(inputs: Inputs, field: GraphQLField, node: FieldNode) -> Arguments:
    """The arguments given to ``field`` at ``node`` of the document."""
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    return Arguments(inputs, _present(inputs, nodes, field.args))


def _present(
    inputs: Inputs, nodes: Mapping[str, ValueNode], types: Mapping[str, GraphQLArgument | GraphQLInputField]
) -> dict[str, Given]:
    present: dict[str, Given] = {}
    for name, of in types.items():
        value: Any = _given(inputs, nodes[name], of.type, name) if name in nodes else Undefined
        if value is Undefined and of.default_value is not Undefined:
            value = _constant(inputs, of.default_value, of.type, name)
        if value is not Undefined:
            present[name] = value
    return present


def _given(inputs: Inputs, node: ValueNode, type_: GraphQLInputType, name: str) -> Any:
    """The argument at ``node``; ``Undefined`` where it is a variable that was not given."""
    if isinstance(node, VariableNode):
        path = (node.name.value,)
        if inputs.ask(path, shape) is Undefined:
            return Undefined
        return _variable(inputs, path, type_, name)
    if _has_variables(node):
        return Argument(inputs, type_, name, node=node)
    return _constant(inputs, value_from_ast(node, type_), type_, name)


def _variable(inputs: Inputs, path: Path, type_: GraphQLInputType, name: str) -> Given:
    return None if inputs.ask(path, shape) is None else Argument(inputs, type_, name, path=path)


def _constant(inputs: Inputs, value: Any, type_: GraphQLInputType, name: str) -> Given:
    return None if value is None else Argument(inputs, type_, name, constant=value)


def _has_variables(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(_has_variables(value) for value in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_has_variables(field.value) for field in node.fields)
    return isinstance(node, VariableNode)


def _inner(type_: GraphQLInputType) -> GraphQLInputType:
    """The type of a list's items; a single value stands for a list of one."""
    nullable = get_nullable_type(type_)
    return cast("GraphQLInputType", nullable.of_type if isinstance(nullable, GraphQLList) else nullable)

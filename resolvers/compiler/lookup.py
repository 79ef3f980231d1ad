"""Finding entities by their public ids and by the ids that other systems gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_nullable_type, is_list_type
from sqlalchemy import ARRAY, Text, Uuid, case, column, func, select
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Argument, Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import NULL, Pieces, array, constant, or_null
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import EntityType, split_id

if TYPE_CHECKING:
    from resolvers.compiler.select import Selection, Selector


def key(target: EntityType, arguments: Arguments) -> ColumnElement[Any]:
    """The row's id that a look-up names: by ``id`` or by ``externalRef``, exactly one of them."""
    id_, external = arguments.get("id"), arguments.get("externalRef")
    if (id_ is None) == (external is None):
        raise bad_user_input("Give either 'id' or 'externalRef'.")
    if id_ is not None:
        return id_.bind(Uuid(), lambda value, _context: target.decode(value))
    assert external is not None
    return external_key(target, external)


def external_key(target: EntityType, given: Argument) -> ColumnElement[Any]:
    """The row's id behind ``{ source, externalId }``."""
    references = open_table(target.table.metadata.tables["external_ref"])
    parts = {name: value for name, value in given.fields().items() if value is not None}
    return (
        select(references.c.entity_id)
        .where(
            in_workspace(references),
            references.c.entity == constant(target.table.name),
            references.c.source == parts["source"].bind(Text()),
            references.c.external_id == parts["externalId"].bind(Text()),
        )
        .scalar_subquery()
    )


def nodes(selector: Selector, selection: Selection, definition: GraphQLField, arguments: Arguments) -> Pieces:
    """``node(id:)`` and ``nodes(ids:)``: the plan depends on which types the ids are of, not on the ids."""
    if not is_list_type(get_nullable_type(definition.type)):
        id_ = arguments["id"]
        target = _target(selector, id_.literal(_prefix))
        found = id_.bind(Uuid(), lambda value, _context: split_id(value)[1])
        return selector.one(selection.of(_object_type(selector, target)), target, found, nullable=True)
    ids = arguments["ids"]
    prefixes, count = ids.literal(_prefixes)
    if count > selector.bounds.page:
        raise bad_user_input(f"At most {selector.bounds.page} ids can be asked for at once.")
    wanted = (
        func.unnest(
            ids.bind(ARRAY(Uuid()), lambda values, _context: [split_id(value)[1] for value in values]),
            ids.bind(ARRAY(Text()), lambda values, _context: [split_id(value)[0] for value in values]),
        )
        .table_valued(column("id", Uuid()), column("prefix", Text()), with_ordinality="place", name="wanted")
        .render_derived()
    )
    kinds = []
    for prefix in prefixes:
        target = _target(selector, prefix)
        several = selection.of(_object_type(selector, target)).on(selection.source, times=count)
        one = selector.one(several, target, wanted.c.id, nullable=True)
        kinds.append((wanted.c.prefix == constant(prefix), one[0]))
    text = case(*kinds, else_=constant(NULL)) if kinds else constant(NULL)
    return [select(array(or_null(text), order_by=wanted.c.place)).select_from(wanted).scalar_subquery()]


def _prefix(public_id: str) -> str:
    return split_id(public_id)[0]


def _prefixes(public_ids: list[str]) -> tuple[tuple[str, ...], int]:
    return tuple(sorted({_prefix(value) for value in public_ids})), len(public_ids)


def _target(selector: Selector, prefix: str) -> EntityType:
    target = selector.vocabulary.by_prefix(prefix)
    if target is None:
        raise bad_user_input(f"No entity's id begins with '{prefix}_'.")
    selector.permit(target)
    return target


def _object_type(selector: Selector, target: EntityType) -> GraphQLObjectType:
    type_ = selector.vocabulary.schema.get_type(target.name)
    assert isinstance(type_, GraphQLObjectType)
    return type_

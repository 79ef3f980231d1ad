"""The entities in a mutation's payload, read by the compiler in the mutation's own transaction.

graphql-core executes the payload; below each entity it takes the values from what was read here, which has the
keys of the response already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import orjson
from graphql import GraphQLObjectType, GraphQLResolveInfo, get_named_type
from graphql.pyutils import Path as ResponsePath
from sqlalchemy import ARRAY, Uuid, any_, select
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Inputs, Path, Variables
from resolvers.compiler.compiler import Compiler, Operation
from resolvers.compiler.json import array, identifier, join
from resolvers.compiler.plan import Plan, plan_of
from resolvers.compiler.select import Selection, Selector
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import ROOT, Source

Selected: TypeAlias = Mapping[Path, Mapping[str, Any]]
"""By the response keys below the mutation's field: each entity's values by its public id."""


IDS = ""
"""Beside the variables, the ids of the entities to read; no variable can be called so."""


def keys_below(path: ResponsePath | None) -> Path:
    """The response keys from the mutation's field down to ``path``, without the places in lists."""
    keys: list[str] = []
    while path is not None and path.prev is not None:
        if isinstance(path.key, str):
            keys.append(path.key)
        path = path.prev
    return tuple(reversed(keys))


def payload_plan(
    compiler: Compiler,
    operation: Operation,
    variables: Variables,
    info: GraphQLResolveInfo[Any],
    field: Path,
    role: str,
    times: int,
) -> tuple[Plan, Sequence[Path]]:
    """The plan that reads ``times`` entities at ``field`` (names of fields below the mutation's), and where each goes.

    A field that is selected under several aliases is read for each of them.
    """
    # So that a plan's cost fits, but not every number of entities needs a plan of its own.
    times = 1 << max(times - 1, 0).bit_length()
    tree = compiler.plans(operation, (role, str(info.path.key), times))
    plan = tree.find(variables)
    inputs = Inputs(variables)
    selector = compiler.selector(operation.fragments, inputs, role)
    selector.typed = True
    payload = get_named_type(info.return_type)
    assert isinstance(payload, GraphQLObjectType)
    whole = Selection(payload, info.field_nodes, ROOT, times, (str(info.path.key),))
    places = list(_places(selector, whole, field))
    if plan is None:
        pieces: list[Any] = ["["]
        for index, selection in enumerate(places):
            pieces += ["," if index else "", _entities(selector, selection)]
        plan = plan_of([*pieces, "]"], inputs, selector.cost, visibility=compiler.vocabulary.visibility.get(role))
        tree.add(plan, inputs.asked)
    return plan, [selection.path[1:] for selection in places]


def selected(answer: bytes, places: Sequence[Path]) -> Selected:
    """What a payload's plan has read, by place and public id."""
    return {place: dict(pairs) for place, pairs in zip(places, orjson.loads(answer), strict=True)}


def _places(selector: Selector, selection: Selection, field: Path) -> Iterator[Selection]:
    """What is selected of the entities wherever ``field`` is, by way of its names."""
    name, *rest = field
    for key, nodes in selector.fields(selection).items():
        if nodes[0].name.value == name:
            below = selection.below(key, nodes)
            yield from _places(selector, below, tuple(rest)) if rest else (below,)


def _entities(selector: Selector, selection: Selection) -> ColumnElement[str]:
    """The changed entities as pairs of public id and object."""
    target = selector.vocabulary.entities[selection.type.name]
    selector.permit(target)
    selector.spend(selection.times)
    row = Source(open_table(target.table), target.table)
    ids = selector.inputs.bind(ARRAY(Uuid()), lambda variables, _context: variables[IDS])
    made = selector.object(selection.on(row))
    pair = join(["[", *identifier(target.prefix, row.c.id), ",", *made, "]"])
    found = select(array(pair)).select_from(row.joined()).where(in_workspace(row.row), row.c.id == any_(ids))
    return found.scalar_subquery()

"""A plan's statement for several requests at once: a lateral sub-query of the rows of what each request binds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Select, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from db.together import Joint, Together

_LONGEST = 8000
"""Characters of a statement: longer ones take long by themselves, and to keep them ready for this costs memory."""
_ALL = "all_"


def together_of(statement: Select[*tuple[Any, ...]], compiled: SQLCompiler, own: Collection[str]) -> Together | None:
    """How requests for a statement go together; ``own`` are the parameters that each request has its own values of.

    None where they cannot: where there is no such parameter, where one is a list, or where a common table expression
    would stand before the rows of the requests.
    """
    names = compiled.positiontup or []
    types = {name: compiled.binds[name].type for name in names if name in own}
    lists = any(isinstance(type_, ARRAY) for type_ in types.values())
    if not types or lists or compiled.ctes or len(str(compiled)) > _LONGEST:
        return None
    return Together(partial(_joint, statement, names, types))


def _joint(statement: Select[*tuple[Any, ...]], names: Sequence[str], types: dict[str, TypeEngine[Any]]) -> Joint:
    given = (
        func.unnest(*(bindparam(_ALL + name, type_=ARRAY(type_)) for name, type_ in types.items()))
        .table_valued(*(column(name, type_) for name, type_ in types.items()), with_ordinality="place")
        .render_derived(name=_GIVEN)
    )
    answer = statement.lateral("answer")
    all_ = select(*answer.c).select_from(given.outerjoin(answer, true())).order_by(given.c.place)
    dialect = _Dialect()  # type: ignore[no-untyped-call]
    dialect.own = frozenset(types)
    compiled = all_.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    places = [(names.index(name.removeprefix(_ALL)), name.startswith(_ALL)) for name in compiled.positiontup or ()]
    return Joint(str(compiled), places)


_GIVEN = "given"


class _Compiler(PGCompiler_asyncpg):
    """Reads a request's own values from its row."""

    dialect: _Dialect

    def visit_bindparam(self, bindparam: BindParameter[Any], *arguments: Any, **options: Any) -> str:
        if bindparam.key in self.dialect.own:
            return f"{_GIVEN}.{bindparam.key}"
        text: str = super().visit_bindparam(bindparam, *arguments, **options)  # type: ignore[no-untyped-call]
        return text


class _Dialect(PGDialect_asyncpg):
    """For one statement, whose parameters ``own`` are columns."""

    statement_compiler = _Compiler
    own: frozenset[str]

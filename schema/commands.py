"""What all mutations share: their permission, their transaction, their user errors, and how they name entities."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info as StrawberryInfo

from db.engine import workspace_transaction
from db.models import Entity, Role
from resolvers.commands import rows
from resolvers.commands.context import CommandContext
from resolvers.commands.references import Reference
from resolvers.commands.rows import OnError, RowStatus, UserErrorCode
from resolvers.compiler.arguments import Path
from resolvers.compiler.errors import forbidden
from resolvers.compiler.payload import IDS, Selected, keys_below, payload_plan, selected
from resolvers.ids import encode
from resolvers.viewer import Context
from schema.directives import OneOf
from schema.entity import ExternalRefInput
from schema.fields import ROLES
from schema.terms import describe

Info: TypeAlias = StrawberryInfo[CommandContext, None]
Read: TypeAlias = Callable[[Path], Mapping[str, Any] | None]
"""An entity of a payload, by the response keys of the place where it is selected."""

CONTRIBUTORS = frozenset({Role.CONTRIBUTOR, Role.MANAGER, Role.ADMIN})
"""Who records what happens."""

describe(OnError, "What a failing row means for the others.")
describe(RowStatus, "What became of one row.")
describe(UserErrorCode, "Why a row failed, for programs.")


@strawberry.type(description="An expected failure, and where in the input it lies.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, for programs.")
    field: list[str] = strawberry.field(description="The way from the mutation's arguments to the value at fault.")
    message: str = strawberry.field(description="Why, for people.")


def user_errors(errors: Iterable[rows.UserError]) -> list[UserError]:
    """The errors of a command as the schema shows them."""
    return [UserError(code=error.code, field=error.field, message=error.message) for error in errors]


@strawberry.input(description="Names one entity: by its id here, or by its id in another system.", directives=[OneOf()])
class EntityRefInput:
    id: strawberry.ID | None = strawberry.field(description="The id.", default=strawberry.UNSET)
    external_ref: ExternalRefInput | None = strawberry.field(
        description="The id that another system gave it.", default=strawberry.UNSET
    )

    def reference(self) -> Reference:
        """The entity as commands look it up."""
        return self.external_ref.key() if self.external_ref else str(self.id)


def references(given: object, names: Iterable[str]) -> dict[str, Reference]:
    """The entities that an input names in the fields ``names``, without those that are left out."""
    named: dict[str, EntityRefInput | None] = {name: getattr(given, name) for name in names}
    return {name: one.reference() for name, one in named.items() if one is not None}


class _Permitted(FieldExtension):
    """Refuses a mutation to roles that it is not for, before anything is read or written."""

    def __init__(self, roles: Collection[Role]) -> None:
        self.roles = roles

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: StrawberryInfo, **kwargs: Any
    ) -> Any:
        role = info.context.viewer.role
        if role not in self.roles:
            raise forbidden(f"The role {role} may not do {info.field_name}.")
        return await next_(source, info, **kwargs)


def mutation(resolver: Callable[..., Any], description: str, *, roles: Collection[Role]) -> Any:
    """A mutation that only ``roles`` may do; FORBIDDEN for others."""
    return strawberry.mutation(
        resolver=resolver, description=description, metadata={ROLES: roles}, extensions=[_Permitted(roles)]
    )


class _ChangedField(StrawberryField):
    def get_result(self, source: Any, info: StrawberryInfo | None, args: list[Any], kwargs: Any) -> Any:
        assert info is not None
        return source.entity(keys_below(info.path))

    @property
    def is_basic_field(self) -> bool:
        return False


def changed(description: str) -> Any:
    """A field of a payload with an entity; the payload's object has a :data:`Read` called ``entity`` for it."""
    return _ChangedField(description=description, default=None)


class Outcome(Protocol):
    """What a command answers; its payload shows the entities with these ids."""

    @property
    def changed(self) -> Sequence[UUID]: ...


Answer = TypeVar("Answer", bound=Outcome)


async def execute(
    info: Info, place: Path, command: Callable[[AsyncConnection, UUID, datetime], Awaitable[Answer]]
) -> tuple[Answer, Callable[[type[Entity], UUID | None], Read]]:
    """Run a command in one transaction, and read in it what the payload selects at ``place``.

    Gives the command's outcome, and what finds the changed entities for the payload's objects.
    """
    request = info.context
    viewer = request.viewer
    async with workspace_transaction(request.engine, viewer.workspace_id) as connection:
        outcome = await command(connection, viewer.workspace_id, request.now)
        read = await _read(info, connection, place, outcome.changed)

    def entity_of(model: type[Entity], key: UUID | None) -> Read:
        public_id = "" if key is None else encode(model, key)
        return lambda path: read[path].get(public_id)

    return outcome, entity_of


async def _read(info: Info, connection: AsyncConnection, place: Path, ids: Sequence[UUID]) -> Selected:
    request = info.context
    viewer = request.viewer
    raw = info._raw_info  # noqa: SLF001 - the way from Strawberry's info to graphql-core's
    plan, places = payload_plan(
        request.compiler, request.operation, request.variables, raw, place, viewer.role, len(ids)
    )
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    context = Context(viewer, request.now)
    bound = plan.bind({**request.variables, IDS: ids}, context, viewer.workspace_id)
    row = await driver.fetchrow(plan.sql, *bound) if plan.sql is not None else ()
    return selected(plan.answer(row), places)

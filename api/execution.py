"""From a GraphQL request to its answer, whoever asks and however it came."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, TypeAlias

import orjson
from graphql import ExecutionResult, execute
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth import admin_of
from api.failures import told, told_of_field
from api.responses import errors_body, new_request_id
from api.settings import Settings
from api.variables import MAX_OF_A_MUTATION, MAX_OF_A_QUERY, check_size
from db.engine import create_engine
from db.models import Role
from db.pool import PartnerPool, Partnership, Pool
from resolvers.commands.context import CommandContext
from resolvers.commands.workspace import find_workspace
from resolvers.compiler.arguments import Variables
from resolvers.compiler.compiler import Compiler, Operation
from resolvers.compiler.limits import Limits
from resolvers.compiler.plan import Plan
from resolvers.compiler.select import Bounds
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary

Json: TypeAlias = bytes


@dataclass(slots=True)
class GraphQLRequest:
    """One well-formed request, not yet looked into."""

    document: str
    variables: Mapping[str, Any]
    operation_name: str | None = None


@dataclass(slots=True)
class Counters:
    """How many operations were compiled to a statement, and how many graphql-core executed."""

    compiled: int = 0
    executed: int = 0


class Executor:
    """Answers operations: queries by one compiled statement, all else by graphql-core and the schema's resolvers.

    The queries of partners run on connections of their own.
    """

    def __init__(self, compiler: Compiler, pool: Pool, partners: PartnerPool, engine: AsyncEngine) -> None:
        self.compiler = compiler
        self.counters = Counters()
        self._pool = pool
        self._partners = partners
        self._engine = engine
        # One thread, so that nothing is compiled twice.
        self._aside = ThreadPoolExecutor(1, "compiler")

    def operation(self, request: GraphQLRequest) -> Operation:
        """The valid operation that is asked for; ApiError or RequestErrors if there is none."""
        return self.compiler.operation(request.document, request.operation_name)

    async def answer(
        self, operation: Operation, request: GraphQLRequest, viewer: Viewer, now: datetime, request_id: str
    ) -> Json:
        """The response. Raises ApiError, RequestErrors or what the database raises if nothing was answered."""
        max_containers = MAX_OF_A_QUERY if operation.is_query else MAX_OF_A_MUTATION
        check_size(request.variables, self.compiler.limits.value_depth, max_containers)
        variables = self.compiler.variables(operation, request.variables)
        if operation.is_query:
            return await self._read(operation, variables, viewer, now)
        return await self._execute(operation, request, variables, viewer, now, request_id)

    async def _read(self, operation: Operation, variables: Variables, viewer: Viewer, now: datetime) -> Json:
        plan = await self._plan(operation, variables, viewer.role)
        self.counters.compiled += 1
        columns: Any = ()
        if plan.sql is not None:
            arguments = plan.bind(variables, Context(viewer, now), viewer.workspace_id)
            if viewer.role is Role.PARTNER:
                partnership = Partnership(viewer.workspace_id, viewer.partner_team_id)
                columns = await self._partners.fetch(plan.sql, partnership, arguments)
            else:
                columns = await self._pool.fetch(plan.sql, viewer.workspace_id, arguments, plan.together)
        return b'{"data":%b,"extensions":{"cost":%d}}' % (plan.answer(columns), plan.cost)

    async def _plan(self, operation: Operation, variables: Variables, role: str) -> Plan:
        """The plan of a query, compiled aside where it is new: a large one takes seconds, in which others are answered."""
        plan = self.compiler.known(operation, variables, role)
        if plan is None:
            loop = asyncio.get_running_loop()
            plan = await loop.run_in_executor(self._aside, self.compiler.plan, operation, variables, role)
        return plan

    async def _execute(
        self,
        operation: Operation,
        request: GraphQLRequest,
        variables: Variables,
        viewer: Viewer,
        now: datetime,
        request_id: str,
    ) -> Json:
        self.counters.executed += 1
        result = execute(
            self.compiler.vocabulary.schema,
            operation.document,
            context_value=CommandContext(viewer, now, self._engine, self.compiler, operation, variables),
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)
        response: dict[str, Any] = {"data": result.data}
        if result.errors:
            errors = [told_of_field(error, request_id) for error in result.errors]
            response["errors"] = [error.to_dict(requestId=request_id) for error in errors]
        return orjson.dumps(response)


def create_compiler(settings: Settings) -> Compiler:
    """The compiler of the schema, within the limits of the settings."""
    limits = Limits(
        tokens=settings.max_tokens,
        response_fields=settings.max_plan_fields,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        directives=settings.max_directives,
        root_fields=settings.max_root_fields,
        mutations=settings.max_mutations,
        introspections=1 if settings.introspection else 0,
    )
    bounds = Bounds(settings.max_cost, settings.max_page_size)
    return Compiler(vocabulary, limits, bounds, remembered=settings.plan_cache_size)


def create_pool(settings: Settings, database_url: str) -> Pool:
    """The pool of the connections for queries, not yet open."""
    return Pool(database_url, settings.pool_size, settings.pool_wait_seconds, settings.statement_timeout_seconds)


def create_partner_pool(settings: Settings, database_url: str) -> PartnerPool:
    """The pool of the connections for partners' queries, not yet open."""
    size, wait = settings.partner_pool_size, settings.pool_wait_seconds
    return PartnerPool(database_url, size, wait, settings.statement_timeout_seconds)


async def execute_as_admin(
    settings: Settings, database_url: str, workspace_slug: str, document: str, variables: Mapping[str, Any]
) -> Json:
    """The response to one operation of the workspace's own administration, without a server.

    Raises `WorkspaceError` where no workspace has the slug.
    """
    owner, engine = create_engine(database_url, role=None, pool_size=1), create_engine(database_url, pool_size=1)
    pool = create_pool(settings, database_url)
    try:
        workspace_id = await find_workspace(owner, workspace_slug)
        await pool.open()
        # The administration is no partner, so that pool stays closed.
        executor = Executor(create_compiler(settings), pool, create_partner_pool(settings, database_url), engine)
        return await _answered(executor, GraphQLRequest(document, variables), await admin_of(pool, workspace_id))
    finally:
        await pool.close()
        await engine.dispose()
        await owner.dispose()


async def _answered(executor: Executor, request: GraphQLRequest, viewer: Viewer) -> Json:
    request_id = new_request_id()
    try:
        return await executor.answer(executor.operation(request), request, viewer, datetime.now(UTC), request_id)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client is told in the one shape
        return errors_body(told(error, request_id), request_id)

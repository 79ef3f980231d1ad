"""Operations that are not compiled go through graphql-core, and its errors are told by the same rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from threading import Event
from typing import Any

import orjson
import pytest
import strawberry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth import admin_of
from api.execution import Executor, GraphQLRequest, execute_as_admin
from api.settings import Settings
from db.pool import PartnerPool, Pool
from resolvers.commands.context import CommandContext
from resolvers.commands.workspace import WorkspaceError
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.errors import ApiError, Code, RequestErrors, conflict
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.compiler.vocabulary import Vocabulary
from tests.api.client import Client, code_of
from tests.conftest import MadeWorkspace

Info = strawberry.Info[CommandContext, None]


@strawberry.type
class Query:
    nothing: str | None = None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def workspace(self, info: Info) -> str:
        return str(info.context.viewer.workspace_id)

    @strawberry.mutation
    async def double(self, number: int, info: Info) -> int:
        assert info.context.variables in ({}, {"number": number})
        return number * 2

    @strawberry.mutation
    async def contradict(self) -> int | None:
        raise conflict("Somebody else was faster.")

    @strawberry.mutation
    async def fail(self) -> int | None:
        raise ZeroDivisionError("secret detail")

    @strawberry.mutation
    async def compute(self, sql: str, info: Info) -> int | None:
        async with info.context.engine.connect() as connection:
            await connection.execute(text(sql))
        return None


GRAPHQL = strawberry.Schema(Query, Mutation)._schema


@pytest.fixture
def compiler() -> Compiler:
    return Compiler(Vocabulary(GRAPHQL, {}, {}, {}), Limits(), Bounds(100, 100))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = Pool(database_url, size=1)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
def executor(compiler: Compiler, pool: Pool, engine: AsyncEngine, database_url: str) -> Executor:
    return Executor(compiler, pool, PartnerPool(database_url), engine)


@pytest.fixture
def run(executor: Executor, pool: Pool, workspace: MadeWorkspace) -> Any:
    async def answer(document: str, **variables: object) -> Any:
        request = GraphQLRequest(document, variables)
        viewer = await admin_of(pool, workspace.id)
        operation = executor.operation(request)
        return orjson.loads(await executor.answer(operation, request, viewer, datetime.now(UTC), "this"))

    return answer


async def test_a_mutation_knows_its_viewer_and_variables(
    run: Any, executor: Executor, workspace: MadeWorkspace
) -> None:
    assert await run("mutation { workspace double(number: 2) }") == {
        "data": {"workspace": str(workspace.id), "double": 4}
    }
    assert await run("mutation ($number: Int!) { double(number: $number) }", number=3) == {"data": {"double": 6}}
    assert (executor.counters.compiled, executor.counters.executed) == (0, 2)
    assert executor.compiler.counters.parsed == 2


async def test_an_expected_failure_keeps_its_code_and_says_where(run: Any) -> None:
    answer = await run("mutation { double(number: 1) contradict }")
    assert answer["data"] == {"double": 2, "contradict": None}
    assert answer["errors"] == [
        {
            "message": "Somebody else was faster.",
            "path": ["contradict"],
            "locations": [{"line": 1, "column": 30}],
            "extensions": {"code": "CONFLICT", "requestId": "this"},
        }
    ]


async def test_an_unforeseen_failure_is_masked(run: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "wavelength.api"):
        answer = await run("mutation { fail }")
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "INTERNAL", "requestId": "this"}]
    assert "secret" not in str(answer)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 / 0", "BAD_USER_INPUT"),
        ("SELECT nothing", "INTERNAL"),
        ("DO $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '57P01'; END $$", "SERVICE_UNAVAILABLE"),
    ],
)
async def test_failures_of_the_database_are_told_apart(
    run: Any, sql: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await run("mutation ($sql: String!) { compute(sql: $sql) }", sql=sql)
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert "sql" not in answer["errors"][0]["message"].lower()


async def test_wrong_variables_execute_nothing(run: Any, executor: Executor) -> None:
    with pytest.raises(RequestErrors) as caught:
        await run("mutation ($number: Int!) { double(number: $number) }", number="x")
    assert [error.code for error in caught.value.errors] == [Code.BAD_USER_INPUT]
    assert executor.counters.executed == 0


async def test_an_operation_has_few_mutations(run: Any) -> None:
    with pytest.raises(ApiError, match="5 root fields") as caught:
        await run("mutation { " + " ".join(f"a{n}: double(number: {n})" for n in range(5)) + " }")
    assert caught.value.code is Code.QUERY_TOO_COMPLEX


async def test_get_never_executes_a_mutation(api: Client, compiler: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.executor, "compiler", compiler)
    executed = api.executor.counters.executed
    response = await api.http.get("/graphql", params={"query": "mutation { workspace }"}, headers=api.headers)
    assert (response.status_code, code_of(response)) == (405, "BAD_USER_INPUT")
    assert response.headers["allow"] == "POST"
    assert api.executor.counters.executed == executed
    assert list(await api.data("mutation { workspace }")) == ["workspace"]


async def test_the_command_line_asks_as_the_admin(database_url: str, workspace: MadeWorkspace) -> None:
    document = "query ($n: Int!) { viewer { role workspace { slug } } leads(first: $n) { totalCount } }"
    answer = orjson.loads(await execute_as_admin(Settings(), database_url, workspace.slug, document, {"n": 1}))
    assert answer["data"] == {
        "viewer": {"role": "ADMIN", "workspace": {"slug": workspace.slug}},
        "leads": {"totalCount": 0},
    }
    wrong = orjson.loads(await execute_as_admin(Settings(), database_url, workspace.slug, document, {}))
    assert [error["extensions"]["code"] for error in wrong["errors"]] == ["BAD_USER_INPUT"]
    with pytest.raises(WorkspaceError):
        await execute_as_admin(Settings(), database_url, "no-such-workspace", document, {})


async def test_a_cancelled_mutation_is_rolled_back(run: Any, engine: AsyncEngine) -> None:
    task = asyncio.create_task(
        run("mutation ($sql: String!) { compute(sql: $sql) }", sql="SELECT pg_sleep(30) -- rest")
    )
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    running = text(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30) -- rest'"
    )
    for _ in range(50):
        async with engine.connect() as connection:
            if not await connection.scalar(running):
                return
        await asyncio.sleep(0.02)
    pytest.fail("the statement goes on")


async def test_who_asks_for_what_is_known_does_not_wait_for_what_is_compiled(
    run: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await run("{ __typename }")
    answered, begun, plan = Event(), Event(), compiler.plan

    def slow(*asked: Any) -> Any:
        begun.set()
        assert answered.wait(timeout=20), "nobody else was answered meanwhile"
        return plan(*asked)

    monkeypatch.setattr(compiler, "plan", slow)
    new = asyncio.create_task(run("{ again: __typename }"))
    assert await asyncio.to_thread(begun.wait, 20)
    assert await run("{ __typename }") == known
    answered.set()
    assert (await new)["data"] == {"again": "Query"}

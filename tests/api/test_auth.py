"""No token, no data; a token reads its own workspace alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api import auth
from db.engine import workspace_transaction
from db.models import ApiToken, Role
from resolvers.commands.token import parse_token
from resolvers.compiler.errors import ApiError
from tests.api.client import GRAPHQL_RESPONSE, Client, code_of
from tests.conftest import MadeWorkspace, TokenFactory

QUERY = "{ viewer { role workspace { slug } } }"


async def assert_refused(api: Client, authorization: str | None) -> None:
    for accept in ("application/json", GRAPHQL_RESPONSE):
        headers = {b"accept": accept.encode()}
        if authorization is not None:
            headers[b"authorization"] = authorization.encode("latin-1")
        response = await api.http.post("/graphql", json={"query": QUERY}, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert code_of(response) == "UNAUTHENTICATED"
        assert response.json()["errors"][0]["message"] == "A valid token is required."
        assert "data" not in response.json()


NOWHERE = UUID("0192f7c4-31a8-7f1c-9d52-6b0c3f7e2a41")


@pytest.mark.parametrize("role", list(Role))
async def test_a_token_says_who_one_is(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory, role: Role
) -> None:
    token = await make_token(workspace.id, role)
    response = await api.ask(QUERY, authorization=f"Bearer {token}")
    assert response.json()["data"] == {"viewer": {"role": role.value, "workspace": {"slug": workspace.slug}}}


async def test_the_scheme_is_read_in_any_case(api: Client) -> None:
    assert (await api.ask(QUERY, authorization=f"bearer  {api.token}")).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        f"Bearer wl_{NOWHERE.hex}_{'a' * 43}",
        f"Bearer wl_{'0' * 32}_{'a' * 43}",
        f"Bearer wl_{'g' * 32}_{'a' * 43}",
        f"Bearer wl_{NOWHERE.hex}_{'a' * 43}\u00e9",
        "Bearer " + "a" * 10_000,
    ],
)
async def test_what_is_no_token_is_refused(api: Client, authorization: str | None) -> None:
    await assert_refused(api, authorization)


async def test_a_secret_of_another_workspace_is_refused(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory
) -> None:
    secret = (await make_token(workspace.id))[len("wl_") + 33 :]
    assert api.token is not None
    await assert_refused(api, f"Bearer {api.token[:36]}{secret}")


async def test_nothing_is_parsed_without_a_token(api: Client) -> None:
    before = (api.executor.compiler.counters.requests, api.pool.counters.statements)
    for document in (QUERY, "{ __schema { queryType { name } } }", "{", "{ __typename }"):
        response = await api.http.post("/graphql", json={"query": document})
        assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
    assert (api.executor.compiler.counters.requests, api.pool.counters.statements) == before


async def test_an_expired_token_is_refused_at_once(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory, engine: AsyncEngine
) -> None:
    token = await make_token(workspace.id, expires_in_days=1)
    assert (await api.ask(QUERY, authorization=f"Bearer {token}")).status_code == 200
    expired = await make_token(workspace.id, expires_in_days=1)
    await change(engine, workspace, expired, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    await assert_refused(api, f"Bearer {expired}")


async def test_a_token_that_expires_while_it_is_remembered_is_refused(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory
) -> None:
    header = f"Bearer {await make_token(workspace.id, expires_in_days=1)}".encode()
    authenticator, now = auth.Authenticator(api.pool), datetime.now(UTC)
    before = api.pool.counters.statements
    assert (await authenticator.viewer(header, now)).workspace_id == workspace.id
    with pytest.raises(ApiError, match="A valid token is required"):
        await authenticator.viewer(header, now + timedelta(days=2))
    assert api.pool.counters.statements == before + 1


async def test_a_token_is_looked_up_once_in_a_while(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory
) -> None:
    known, unknown = await make_token(workspace.id), f"wl_{workspace.id.hex}_{'a' * 43}"
    before = api.pool.counters.statements
    for _ in range(3):
        assert (await api.ask("{ __typename }", authorization=f"Bearer {known}")).status_code == 200
        assert (await api.ask("{ __typename }", authorization=f"Bearer {unknown}")).status_code == 401
    assert api.pool.counters.statements == before + 2


async def test_a_revoked_token_is_refused_as_soon_as_it_is_looked_up_again(
    api: Client,
    workspace: MadeWorkspace,
    make_token: TokenFactory,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "TRUST_SECONDS", 0.5)
    token = await make_token(workspace.id)
    assert (await api.ask(QUERY, authorization=f"Bearer {token}")).status_code == 200
    await change(engine, workspace, token, revoked_at=datetime.now(UTC))
    assert (await api.ask(QUERY, authorization=f"Bearer {token}")).status_code == 200
    await asyncio.sleep(0.5)
    await assert_refused(api, f"Bearer {token}")


async def test_guesses_do_not_drive_out_valid_tokens(
    api: Client, workspace: MadeWorkspace, make_token: TokenFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_MAX_KNOWN", 2)
    authenticator, now = auth.Authenticator(api.pool), datetime.now(UTC)
    header = f"Bearer {await make_token(workspace.id)}".encode()
    await authenticator.viewer(header, now)
    for guess in range(5):
        with pytest.raises(ApiError, match="A valid token is required"):
            await authenticator.viewer(f"Bearer wl_{workspace.id.hex}_{guess:043}".encode(), now)
    before = api.pool.counters.statements
    await authenticator.viewer(header, now)
    assert api.pool.counters.statements == before


async def change(engine: AsyncEngine, workspace: MadeWorkspace, token: str, **values: datetime) -> None:
    parsed = parse_token(token)
    assert parsed is not None
    async with workspace_transaction(engine, workspace.id) as connection:
        where = (ApiToken.workspace_id == workspace.id) & (ApiToken.secret_hash == parsed.secret_hash)
        changed = await connection.execute(update(ApiToken).where(where).values(**values))
        assert changed.rowcount == 1

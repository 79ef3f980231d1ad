"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db import migrations
from db.failures import failure_of
from db.pool import Pool

_REVISION = "SELECT version_num FROM alembic_version"
_NO_WORKSPACE = UUID(int=0)
_OTHER_VERSION = "the database is not migrated to this version"


async def live(_request: Request) -> Response:
    """The process runs and serves."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """The database answers, and its tables are those of this version; 503 otherwise."""
    complaint = await _complaint(request.app.state.pool)
    if complaint is None:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "unavailable", "reason": complaint}, HTTPStatus.SERVICE_UNAVAILABLE)


async def _complaint(pool: Pool) -> str | None:
    try:
        row = await pool.fetch(_REVISION, _NO_WORKSPACE, ())
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        # The first migration makes the table and lets the server read it.
        return _OTHER_VERSION
    except Exception as error:
        if failure_of(error) is None:
            raise
        return "the database does not answer"
    return None if row is not None and row["version_num"] == migrations.head() else _OTHER_VERSION

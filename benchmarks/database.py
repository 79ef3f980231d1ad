"""The database that all servers share: made once, kept in the cache, found again by what it was made from."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import dataset
from benchmarks import dataset_touchpoints as touchpoints
from benchmarks.cores import Cores, pin
from benchmarks.dataset import Sizes
from benchmarks.servers import postgraphile
from benchmarks.site import REPOSITORY, Site
from db import embedded, migrations
from db.engine import create_engine
from db.models import FunnelStage, Lead, Opportunity, Role, StageKind
from resolvers.commands.token import create_token
from resolvers.commands.workspace import create_workspace, find_workspace

SLUG = "benchmark"
SAMPLE = 300
"""How many different ids the requests of an operation run through."""


@contextmanager
def site(sizes: Sizes, cache: Path, cores: Cores) -> Iterator[Site]:
    """The loaded database on ``cores``, with a new token to it; PostgreSQL runs until the block ends."""
    folder = cache / f"database-{fingerprint(sizes)}"
    with filled(sizes, folder, cores, stale=cache.glob("database-*")) as url:
        yield asyncio.run(_describe(url, cache))


@contextmanager
def filled(
    sizes: Sizes,
    folder: Path,
    cores: Cores,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    stale: Iterable[Path] = (),
) -> Iterator[str]:
    """The URL of a PostgreSQL on ``cores`` with the data set; where it is to be made, ``stale`` folders go first."""
    complete = folder / "complete"
    if not complete.exists():
        for old in stale:
            shutil.rmtree(old)
    with embedded.running(folder, settings=settings, tell=print) as url:
        pin(_postmaster(folder), cores)
        if not complete.exists():
            asyncio.run(_fill(url, sizes))
            complete.touch()
        yield url


def fingerprint(sizes: Sizes) -> str:
    """Changes when the sizes, the data set's code, a migration or the roll-ups do; touchpoints' only where there are any."""
    made = set(Path(dataset.__file__).parent.glob("dataset*.py"))
    if not sizes.touchpoints:
        made.remove(Path(touchpoints.__file__))
    for folder in ("db/migrations", "db/rollups"):
        made.update((REPOSITORY / folder).rglob("*.py"))
    digest = hashlib.sha256(repr(sizes).encode())
    for source in sorted(made):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


async def _fill(url: str, sizes: Sizes) -> None:
    await migrations.upgrade(url)
    owner = create_engine(url, role=None)
    try:
        workspace = await create_workspace(owner, SLUG)
        await dataset.load(owner, workspace, sizes, lambda step: print(f"Making the data set: {step}"))
        await dataset.settle(owner)
    finally:
        await owner.dispose()


async def _describe(url: str, cache: Path) -> Site:
    owner, server = create_engine(url, role=None), create_engine(url)
    try:
        workspace = await find_workspace(owner, SLUG)
        await _install_function(url)
        address = urlsplit(url)
        return Site(
            url=url,
            socket_folder=unquote(address.query.removeprefix("host=")),
            port=address.port or 5432,
            owner=address.username or "",
            database=address.path.removeprefix("/"),
            workspace=workspace,
            token=await create_token(server, workspace, Role.VIEWER, name="benchmark", expires_in_days=1),
            leads=await _leads(owner, workspace),
            opportunities=await _opportunities(owner, workspace),
            cache=cache,
        )
    finally:
        await owner.dispose()
        await server.dispose()


async def _install_function(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(postgraphile.FUNCTION)
    finally:
        await connection.close()


async def _leads(owner: AsyncEngine, workspace: UUID) -> tuple[UUID, ...]:
    # Scattered by the hash of the id, so that neighbours in time are not neighbours in the sample.
    scattered = select(Lead.id).where(Lead.workspace_id == workspace).order_by(func.uuid_hash(Lead.id), Lead.id)
    async with owner.connect() as connection:
        return tuple(await connection.scalars(scattered.limit(SAMPLE)))


async def _opportunities(owner: AsyncEngine, workspace: UUID) -> tuple[UUID, ...]:
    """Open ones: only they have something recommended for certain."""
    open_ones = (
        select(Opportunity.id)
        .join(FunnelStage, FunnelStage.id == Opportunity.stage_id)
        .where(
            Opportunity.workspace_id == workspace,
            FunnelStage.workspace_id == workspace,
            FunnelStage.kind == StageKind.OPPORTUNITY,
        )
        .order_by(func.uuid_hash(Opportunity.id), Opportunity.id)
    )
    async with owner.connect() as connection:
        return tuple(await connection.scalars(open_ones.limit(SAMPLE)))

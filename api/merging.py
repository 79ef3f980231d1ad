"""Keeps the roll-ups short of deltas while the server runs: one task a process, for the workspaces that it serves."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.rollups import merge_all

log = logging.getLogger("wavelength.merging")


class Merger:
    """Merges, every ``interval`` seconds, the deltas of all workspaces that answered an operation since.

    Nothing depends on it but speed: a question reads what is not merged too.
    """

    def __init__(self, engine: AsyncEngine, interval: float) -> None:
        self._engine = engine
        self._interval = interval
        self._served: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None

    def notice(self, workspace_id: UUID) -> None:
        """An operation on this workspace was answered."""
        self._served.add(workspace_id)

    def start(self) -> None:
        """Begin to merge in the background."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop, wherever it is: a transaction that has not ended leaves everything as it was."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            served, self._served = self._served, set()
            for workspace_id in served:
                await self._merge(workspace_id)

    async def _merge(self, workspace_id: UUID) -> None:
        try:
            if not await merge_all(self._engine, workspace_id):
                self.notice(workspace_id)
        except (SQLAlchemyError, OSError) as error:
            # The deltas stay, and are read until it succeeds: the next question for the workspace is the next try.
            log.warning("the roll-ups of workspace %s could not be merged: %s", workspace_id, error)

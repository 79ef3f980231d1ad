"""What a mutation's resolver is given: who asks, when, the way to the database, and the operation to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.compiler.arguments import Variables
from resolvers.compiler.compiler import Compiler, Operation
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One request with a mutation: its viewer, its moment (UTC), and what its payload is selected with."""

    viewer: Viewer
    now: datetime
    engine: AsyncEngine
    compiler: Compiler
    operation: Operation
    variables: Variables

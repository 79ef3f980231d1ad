"""What a mutation's resolver is given: Strawberry's ``info.context``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.compiler.arguments import Variables
from resolvers.compiler.compiler import Compiler, Operation
from resolvers.viewer import Context


@dataclass(frozen=True, slots=True)
class Request:
    """One request on its way through graphql-core: who asks, when and for what, the way to the database,
    and the compiler.
    """

    context: Context
    engine: AsyncEngine
    compiler: Compiler
    operation: Operation
    variables: Variables

"""The server beside the oracle: operations that both answer from one workspace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from schema.build import vocabulary
from tests.oracle.comparison import differences
from tests.oracle.evaluator import Evaluator
from tests.oracle.generator import Operation
from tests.oracle.rows import World
from tests.oracle.server import Server


@dataclass(frozen=True)
class Bench:
    """The server and the rows that it should answer from."""

    server: Server
    world: World

    async def wrong(self, operation: Operation) -> str | None:
        """What is wrong with the server's answer, in words."""
        try:
            document = await self.server.known(operation.document)
            variables = json.loads(await self.server.known(json.dumps(operation.variables)))
            got = await self.server.data(document, variables)
        except Exception as error:  # noqa: BLE001  # Whatever it is, the operation should be made small before it is shown.
            return f"{type(error).__name__}: {error}"
        if len(self.server.statements) > 1:
            return f"{len(self.server.statements)} statements"
        found = differences(self.expected(operation), got, {})
        return "\n".join(found[:5]) if found else None

    def expected(self, operation: Operation) -> Any:
        """What the oracle answers."""
        asked, document, variables = self.server.asked, operation.document, operation.variables
        return Evaluator(vocabulary.schema, self.world, asked, document, variables).data()

"""The committed examples, run on the demo company of one fixed day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.api.client import Client
from tests.conftest import MadeWorkspace

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"
UNTIL = date(2026, 10, 1)
AS_OF = "2026-10-01T00:00:00Z"


@dataclass(frozen=True)
class Demo:
    """A workspace with the demo company's year before ``UNTIL``, asked as its admin."""

    workspace: MadeWorkspace
    client: Client

    async def example(self, name: str, **variables: Any) -> Any:
        """The data that an example answers; ``variables`` go over those that are committed beside it."""
        beside = FOLDER / f"{name}.variables.json"
        given = json.loads(beside.read_text()) if beside.exists() else {}
        return await self.client.data((FOLDER / f"{name}.graphql").read_text(), given | variables)

"""A workspace that was exported and restored answers every committed example as the first one does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, NonNullTypeNode, OperationDefinitionNode, OperationType, parse
from sqlalchemy.ext.asyncio import AsyncEngine

from db.exports import export, restore
from tests.conftest import TokenFactory, WorkspaceFactory
from tests.journeys.conftest import Asking, FoundDemo
from tests.journeys.examples import AS_OF, FOLDER, Demo


def operation_of(name: str) -> OperationDefinitionNode:
    document: DocumentNode = parse((FOLDER / f"{name}.graphql").read_text())
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


READING = sorted(
    path.stem
    for path in FOLDER.glob("*.graphql")
    # What a mutation makes has a new id in each workspace: it cannot be the same.
    if operation_of(path.stem).operation is OperationType.QUERY
)


@dataclass(frozen=True)
class Twins:
    """The demo company and its copy, with values for what examples want to be told."""

    first: Demo
    second: Demo
    values: dict[str, Any]

    def variables(self, name: str) -> dict[str, Any]:
        """Values for the variables that must be given, and the moment that the figures are told as of."""
        asked = {
            variable.variable.name.value: isinstance(variable.type, NonNullTypeNode) and variable.default_value is None
            for variable in operation_of(name).variable_definitions or ()
        }
        beside = (FOLDER / f"{name}.variables.json").exists()
        wanted = {variable for variable, needed in asked.items() if (needed and not beside) or variable == "asOf"}
        return {variable: self.values[variable] for variable in wanted}


@pytest.fixture(scope="module")
async def twins(
    found_demo: FoundDemo,
    engine: AsyncEngine,
    owner_engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    make_token: TokenFactory,
    asking: Asking,
    tmp_path_factory: pytest.TempPathFactory,
) -> Twins:
    first = await found_demo()
    copy = await make_workspace()
    folder: Path = tmp_path_factory.mktemp("export")
    await export(engine, first.workspace.id, folder, progress=lambda _step: None)
    await restore(owner_engine, copy.id, folder, progress=lambda _step: None)
    lead = (await first.example("lead-by-external-id"))["lead"]["id"]
    account = (await first.example("account"))["accounts"]["nodes"][0]
    stages = (await first.example("buying-stages"))["buyingStages"]["nodes"]
    personas = (await first.example("persona"))["personas"]["nodes"]
    values = {
        "asOf": AS_OF,
        "id": lead,
        "ids": [lead, account["id"], account["opportunities"]["nodes"][0]["id"]],
        "stage": stages[0]["id"],
        "personas": [persona["id"] for persona in personas],
    }
    return Twins(first, Demo(copy, asking(await make_token(copy.id))), values)


@pytest.mark.parametrize("name", READING)
async def test_both_answer_alike(twins: Twins, name: str) -> None:
    variables = twins.variables(name)
    expected = await twins.first.example(name, **variables)
    answered = await twins.second.example(name, **variables)
    if name == "viewer":
        assert expected["viewer"]["workspace"].pop("slug") == twins.first.workspace.slug
        assert answered["viewer"]["workspace"].pop("slug") == twins.second.workspace.slug
    assert answered == expected
    assert any(expected.values())

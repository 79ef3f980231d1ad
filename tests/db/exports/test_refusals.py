"""A folder that cannot be taken as a whole is refused with file, line and reason, and nothing is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.exports import ExportRefusedError, RestoreRefusedError, export
from db.exports.restore import restore
from db.models import ApiToken, Workspace
from tests.conftest import MadeWorkspace, TokenFactory
from tests.db.exports.support import EXPORTED, contents, differences, export_to, restore_from, rows_of, silent
from tests.factories.account import account

NOWHERE = "0192f7c4-0000-7000-8000-000000000000"
Change = Callable[[Path], object]


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy of the export for a test to damage."""
    return shutil.copytree(exported, tmp_path / "copy")


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def replaced(name: str, line: int, content: bytes) -> Change:
    """Another line in the place of one, counted from 1."""

    def change(folder: Path) -> None:
        lines = lines_of(folder / name)
        lines[line - 1] = content
        (folder / name).write_bytes(b"".join(lines))

    return change


def with_fields(file: str, line: int, /, **fields: Any) -> Change:
    """Other values in some fields of one line; ``...`` takes the field out."""

    def change(folder: Path) -> None:
        row = json.loads(lines_of(folder / file)[line - 1]) | fields
        kept = {field: value for field, value in row.items() if value is not ...}
        replaced(file, line, json.dumps(kept).encode() + b"\n")(folder)

    return change


def twice(name: str, line: int, after: int) -> Change:
    """One line in the place of a later one too."""
    return lambda folder: replaced(name, after, lines_of(folder / name)[line - 1])(folder)


def without_last_line(name: str) -> Change:
    return lambda folder: (folder / name).write_bytes(b"".join(lines_of(folder / name)[:-1]))


def with_manifest(**values: Any) -> Change:
    """Other values in the manifest; those of an object are put into the one that is there."""

    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        for name, value in values.items():
            manifest[name] = manifest[name] | value if isinstance(value, dict) else value
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return change


def removed(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


ROWS = [
    (replaced("lead.ndjson", 3, b'{"id": "lead_\n'), "lead.ndjson:3: is not JSON: "),
    (replaced("lead.ndjson", 3, b"\n"), "lead.ndjson:3: is not JSON: Expecting value at character 1"),
    (replaced("lead.ndjson", 3, b'"\xff"\n'), "lead.ndjson:3: is not JSON: byte 0xff is not UTF-8"),
    (replaced("lead.ndjson", 3, b'"\\ud800"\n'), "lead.ndjson:3: is not JSON: half of a pair of surrogates"),
    (replaced("lead.ndjson", 3, b"NaN\n"), "lead.ndjson:3: is not JSON: NaN is no number of JSON"),
    (replaced("lead.ndjson", 3, b"[" * 100_000 + b"\n"), "lead.ndjson:3: is not JSON: is nested too deep"),
    (replaced("lead.ndjson", 3, b"[1]\n"), "lead.ndjson:3: is not a JSON object"),
    (with_fields("lead.ndjson", 1, mood="good"), "lead.ndjson:1: has an unknown field 'mood'"),
    (with_fields("lead.ndjson", 1, email=...), "lead.ndjson:1: has no field 'email'"),
    (with_fields("lead.ndjson", 2, mood=1, email=...),
     "lead.ndjson:2: has an unknown field 'mood' and has no field 'email'"),
    (with_fields("lead.ndjson", 2, id=f"opp_{NOWHERE}"), f"lead.ndjson:2: id: 'opp_{NOWHERE}' is not an id that begins"),
    (with_fields("lead.ndjson", 2, id="lead_1"), "lead.ndjson:2: id: 'lead_1' is not an id that begins with 'lead_'"),
    (with_fields("lead.ndjson", 2, journeyId=None), "lead.ndjson:2: journeyId: is null, but needed"),
    (with_fields("lead.ndjson", 2, score="7"), "lead.ndjson:2: score: '7' is not a whole number of 32 bits"),
    (with_fields("lead.ndjson", 2, score=2**31), "lead.ndjson:2: score: '2147483648' is not a whole number of 32 bits"),
    (with_fields("lead.ndjson", 2, score=1.5), "lead.ndjson:2: score: '1.5' is not a whole number"),
    (with_fields("lead.ndjson", 2, receivedAt="yesterday"),
     "lead.ndjson:2: receivedAt: 'yesterday' is not a time with its offset from UTC"),
    (with_fields("lead.ndjson", 2, receivedAt="2026-01-01T00:00:00"), "lead.ndjson:2: receivedAt: '2026-01-01T00:00:00'"),
    (with_fields("lead.ndjson", 2, name=1), "lead.ndjson:2: name: '1' is not a text"),
    (with_fields("lead.ndjson", 2, name="a\0b"), "lead.ndjson:2: invalid byte sequence for encoding"),
    (with_fields("lead.ndjson", 2, needs="all"), "lead.ndjson:2: needs: 'all' is not a list"),
    (with_fields("lead.ndjson", 2, needs=[None]), "lead.ndjson:2: needs: None is not a text"),
    (with_fields("persona.ndjson", 2, active=0), "persona.ndjson:2: active: '0' is neither true nor false"),
    (with_fields("member.ndjson", 2, role="KING"), "member.ndjson:2: role: 'KING' is none of VIEWER, CONTRIBUTOR"),
    (with_fields("opportunity.ndjson", 2, expectedCloseOn="May"), "opportunity.ndjson:2: expectedCloseOn: 'May' is not"),
    (with_fields("opportunity.ndjson", 2, amount=1), "opportunity.ndjson:2: amount: '1' is not a decimal such as"),
    (with_fields("opportunity.ndjson", 2, amount="1", currencyCode=None),
     "opportunity.ndjson:2: breaks the rule ck_opportunity_amount_has_currency"),
    (twice("lead.ndjson", 2, after=5), "lead.ndjson:5: Key (workspace_id, id)="),
    (with_fields("funnel_stage.ndjson", 2, key="won"), "funnel_stage.ndjson:8: Key (workspace_id, key)="),
    (with_fields("lead.ndjson", 2, accountId=f"acct_{NOWHERE}"),
     f"lead.ndjson:2: accountId: account.ndjson has no row with the id {NOWHERE}"),
    (with_fields("journey.ndjson", 2, originLeadId=f"lead_{NOWHERE}"),
     f"journey.ndjson:2: originLeadId: lead.ndjson has no row with the id {NOWHERE}"),
    (with_fields("account.ndjson", 2, parentId=f"acct_{NOWHERE}"),
     f"account.ndjson:2: parentId: account.ndjson has no row with the id {NOWHERE}"),
    (with_fields("external_ref.ndjson", 2, entity="lead", entityId=f"lead_{NOWHERE}"),
     f"external_ref.ndjson:2: entityId: lead.ndjson has no row with the id {NOWHERE}"),
    (with_fields("external_ref.ndjson", 2, entity="lead", entityId=f"opp_{NOWHERE}"),
     "external_ref.ndjson:2: entityId: is of opportunity, which entity does not say"),
    (with_fields("external_ref.ndjson", 2, entity="api_token", entityId=f"tok_{NOWHERE}"),
     f"external_ref.ndjson:2: entityId: 'tok_{NOWHERE}' is not an id that begins with a known prefix"),
    (without_last_line("buying_stage.ndjson"), "buying_stage.ndjson:3: the last of 3 rows, but the manifest says 4"),
    (removed("lead.ndjson"), "lead.ndjson: is missing, but the manifest names it"),
    (removed("manifest.json"), " is not an export: it has no manifest.json"),
    (with_manifest(format="other"), "manifest.json: format: Input should be 'wavelength-export'"),
    (with_manifest(version=2), "manifest.json: version: Input should be 1"),
    (with_manifest(workspace={"timeZone": "Mars/Olympus"}),
     "manifest.json: workspace.timeZone: Value error, there is no time zone 'Mars/Olympus'"),
    (with_manifest(workspace={"fiscalYearStartMonth": 13}), "manifest.json: workspace.fiscalYearStartMonth: Input"),
    (with_manifest(workspace={"marginRate": "1.1"}), "manifest.json: workspace.marginRate: Input should be less than"),
    (with_manifest(schemaRevision="9999", files={"robot.ndjson": 1}),
     "manifest.json: names robot.ndjson, which is not known here: the folder was written at schema revision 9999"),
    (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json: Invalid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), ROWS, ids=[reason for _, reason in ROWS])
async def test_a_damaged_folder(
    owner_engine: AsyncEngine, engine: AsyncEngine, workspace: MadeWorkspace, folder: Path, change: Change, reason: str
) -> None:
    change(folder)
    before = await everything(engine, workspace)
    with pytest.raises(RestoreRefusedError) as refused:
        await restore_from(owner_engine, workspace.id, folder)
    assert reason in str(refused.value)
    assert str(folder) in str(refused.value)
    assert await everything(engine, workspace) == before


async def everything(engine: AsyncEngine, workspace: MadeWorkspace) -> dict[str, Any]:
    """The workspace with all its rows."""
    async with workspace_transaction(engine, workspace.id) as connection:
        row = (await connection.execute(sa.select(Workspace.__table__))).one()
    return {"workspace": tuple(row)} | {
        table.name: rows for table in EXPORTED if (rows := await rows_of(engine, workspace.id, table))
    }


async def test_a_workspace_that_is_not_empty(
    owner_engine: AsyncEngine, engine: AsyncEngine, workspace: MadeWorkspace, exported: Path
) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        await account(connection, workspace.id, name="Theirs")
    before = await everything(engine, workspace)
    with pytest.raises(RestoreRefusedError, match=r"^the workspace is not empty: it has rows in account$"):
        await restore_from(owner_engine, workspace.id, exported)
    assert await everything(engine, workspace) == before


async def test_a_workspace_that_is_not_there(owner_engine: AsyncEngine, exported: Path) -> None:
    nobody = uuid4()
    with pytest.raises(RestoreRefusedError, match=f"^there is no workspace {nobody}$"):
        await restore(owner_engine, nobody, exported, progress=silent)


async def test_tokens_stay_where_they_are(
    owner_engine: AsyncEngine,
    engine: AsyncEngine,
    workspace: MadeWorkspace,
    make_token: TokenFactory,
    company: MadeWorkspace,
    exported: Path,
) -> None:
    await make_token(workspace.id)
    await restore_from(owner_engine, workspace.id, exported)
    async with workspace_transaction(engine, workspace.id) as connection:
        names = await connection.scalars(sa.select(ApiToken.name).where(ApiToken.workspace_id == workspace.id))
        assert names.all() == ["test"]
    assert await differences(engine, company.id, workspace.id) == {}


async def test_an_older_folder_may_know_less(
    owner_engine: AsyncEngine, engine: AsyncEngine, workspace: MadeWorkspace, folder: Path
) -> None:
    """A column that it does not have takes its default, and a table that it does not name is empty."""
    rows = [json.loads(line) for line in lines_of(folder / "content_usage.ndjson")]
    known = [{name: value for name, value in row.items() if name not in {"minutes", "channelId"}} for row in rows]
    (folder / "content_usage.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in known))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"].pop("external_ref.ndjson") > 0
    manifest["schemaRevision"] = "0000"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    await restore_from(owner_engine, workspace.id, folder)
    async with workspace_transaction(engine, workspace.id) as connection:
        counted = await connection.execute(
            sa.text("SELECT count(*), count(minutes), count(channel_id) FROM content_usage")
        )
        assert tuple(counted.one()) == (len(rows), 0, 0)
        assert await connection.scalar(sa.text("SELECT count(*) FROM external_ref")) == 0


async def test_a_folder_with_something_in_it_is_left_alone(
    engine: AsyncEngine, company: MadeWorkspace, exported: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader")
    with pytest.raises(ExportRefusedError, match=r"is not empty: name another folder, or say --overwrite$"):
        await export_to(engine, company.id, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    (tmp_path / "lead.ndjson").write_text("old")
    await export_to(engine, company.id, tmp_path, overwrite=True)
    assert (tmp_path / "letter.txt").read_text() == "Dear reader"
    assert contents(tmp_path) == contents(exported)


async def test_an_export_that_fails_leaves_no_manifest(
    engine: AsyncEngine, company: MadeWorkspace, folder: Path
) -> None:
    def fail(step: str) -> None:
        if step.startswith("lead.ndjson"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await export(engine, company.id, folder, overwrite=True, progress=fail)
    assert not (folder / "manifest.json").exists()


async def test_a_workspace_to_export_that_is_not_there(engine: AsyncEngine, tmp_path: Path) -> None:
    nobody = uuid4()
    with pytest.raises(ExportRefusedError, match=f"^there is no workspace {nobody}$"):
        await export_to(engine, nobody, tmp_path)

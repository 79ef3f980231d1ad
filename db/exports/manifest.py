"""The manifest: what the files of an export are, and the settings of the workspace that they come from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError
from pydantic.alias_generators import to_camel
from sqlalchemy.ext.asyncio import AsyncConnection

from db.exports.errors import RestoreRefusedError

NAME = "manifest.json"


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}")
    return name


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, extra="forbid", strict=True
    )


class Settings(_Part):
    """What a workspace says of itself."""

    name: str
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    currency_code: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)]
    margin_rate: Annotated[Decimal, Field(ge=0, le=1)]


class Origin(Settings):
    """The workspace that was exported."""

    id: str
    slug: str


class Manifest(_Part):
    """The first file to read of an export, and the last to be written: a folder without it is no export."""

    format: Literal["wavelength-export"] = "wavelength-export"
    version: Literal[1] = 1
    schema_revision: str
    exported_at: datetime
    workspace: Origin
    files: dict[str, NonNegativeInt]
    """The rows of each file, by its name."""

    @property
    def rows(self) -> int:
        return sum(self.files.values())

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(f"{self.model_dump_json(indent=2)}\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a folder; :class:`RestoreRefusedError` where there is none, or not one of this program."""
    path = folder / NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise RestoreRefusedError(f"{folder} is not an export: it has no {NAME}") from None
    except ValidationError as error:
        faults = (
            ": ".join([*(".".join(map(str, fault["loc"])),) * bool(fault["loc"]), fault["msg"]])
            for fault in error.errors(include_url=False)
        )
        raise RestoreRefusedError(f"{path}: {'; '.join(faults)}") from error


async def schema_revision(connection: AsyncConnection) -> str:
    """The revision that the database's tables are at."""
    revision: str = (await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar_one()
    return revision

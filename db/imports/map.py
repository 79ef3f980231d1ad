"""The map: a TOML file that says which columns make which entities and events. docs/imports.md teaches it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from db.imports.report import ImportRefusedError
from db.imports.targets import LONGEST_KEY


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Value(Spec):
    """Where a value comes from: a column, a text made of columns, or one constant for every row."""

    column: str | None = None
    text: str | None = None
    value: str | int | float | bool | None = None
    form: Literal["key"] | None = None
    """``key`` makes ``organic_search`` of "Organic search"."""

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Value:
        if sum(origin is not None for origin in (self.column, self.text, self.value)) != 1:
            raise ValueError("give exactly one of column, text and value")
        if self.form and self.value is not None:
            raise ValueError("form shapes a column or a text, not a constant")
        return self


MapValue = Annotated[Value, BeforeValidator(lambda raw: {"column": raw} if isinstance(raw, str) else raw)]


def _known_encoding(name: str) -> str:
    try:
        " ".encode(name)
    except LookupError:
        raise ValueError(f"there is no encoding {name!r}") from None
    return name


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}")
    return name


def _usable_format(pattern: str) -> str:
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(pattern), pattern).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"not a format of times: {error}") from None
    return pattern


def _one_sign(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError("a delimiter is one character, neither a quote nor the end of a line")
    return delimiter


class ColumnSpec(Spec):
    format: Annotated[str, AfterValidator(_usable_format)] | None = None
    """How dates and times are written, in the signs of ``strptime``; ISO 8601 where not given."""


class FileSpec(Spec):
    name: str | None = None
    """The file's name, with * and ? as wildcards; without it the file is known by its position."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(_one_sign)] = ","
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """The zone of times written without one; the workspace's where not given."""
    nulls: list[str] = [""]
    """The words that mean "no value"."""
    columns: dict[str, ColumnSpec] = {}

    def zone(self, workspace_zone: str) -> ZoneInfo:
        return ZoneInfo(self.time_zone or workspace_zone)


class RecordSpec(Spec):
    """One entity or event made from each row of a file."""

    file: str
    id: MapValue
    set: dict[str, MapValue] = {}


class EntitySpec(RecordSpec):
    mode: Literal["upsert", "create", "update"] = "upsert"
    """``create`` leaves what exists as it is; ``update`` rejects the row where there is nothing to update."""
    shared: bool = False
    """Many rows may name the same one: the first gives its values, and an empty id makes none."""


class LeadSpec(EntitySpec):
    attributes: Annotated[dict[str, MapValue], Field(max_length=50)] = {}


class TransitionSpec(RecordSpec):
    into: str
    """The key of the funnel stage that is entered."""


class ImportMap(Spec):
    source: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
    """The system whose ids these are."""
    files: Annotated[dict[str, FileSpec], Field(min_length=1)]
    team: list[EntitySpec] = []
    member: list[EntitySpec] = []
    channel: list[EntitySpec] = []
    persona: list[EntitySpec] = []
    account: list[EntitySpec] = []
    contact: list[EntitySpec] = []
    content_asset: list[EntitySpec] = []
    lead: list[LeadSpec] = []
    opportunity: list[EntitySpec] = []
    stage_transition: list[TransitionSpec] = []
    content_usage: list[RecordSpec] = []


def load(path: Path) -> ImportMap:
    """Read the map at ``path``; raises :class:`ImportRefusedError` naming the table and key at fault."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportRefusedError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefusedError(f"{path}: not TOML: {error}") from error
    if _has_nul(raw):
        raise ImportRefusedError(f"{path}: contains a NUL character, which PostgreSQL cannot keep")
    try:
        return ImportMap.model_validate(raw)
    except ValidationError as error:
        faults = [f"{path}: {place(*fault['loc'])}: {_message(fault)}" for fault in error.errors()]
        raise ImportRefusedError("\n".join(faults)) from error


def _has_nul(raw: Any) -> bool:
    match raw:
        case str():
            return "\0" in raw
        case dict():
            return any(_has_nul(part) for item in raw.items() for part in item)
        case list():
            return any(map(_has_nul, raw))
        case _:
            return False


def place(*keys: Any) -> str:
    """A place in the map in TOML's own words: ``[[lead]] 2, set.channel`` is a key of the second [[lead]]."""
    if len(keys) > 1 and isinstance(keys[1], int):
        table, rest = f"[[{keys[0]}]] {keys[1] + 1}", keys[2:]
    elif len(keys) > 1 and keys[0] == "files":
        table, rest = f"[files.{keys[1]}]", keys[2:]
    else:
        return ".".join(map(str, keys))
    return ", ".join([table, ".".join(map(str, rest))]) if rest else table


def _message(fault: Any) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return "there is no such key"
        case "missing":
            return "is missing"
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return str(fault["msg"])

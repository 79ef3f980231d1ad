"""What a map may say: files, values and the records made of rows. docs/imports.md teaches it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from db.imports.targets import LONGEST_KEY

ISO = "ISO"
"""Stands for ISO 8601 among the formats of dates and times."""

Plain = str | int | float | bool


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Value(Spec):
    """Where a value comes from: a column, a text made of columns, one constant, or the first of several values."""

    column: str | None = None
    text: str | None = None
    value: Plain | None = None
    first: Annotated[list[MapValue], Field(min_length=2)] | None = None
    """The first of these that is not empty; a map writes it as a list."""
    form: Literal["key"] | None = None
    """``key`` makes ``organic_search`` of "Organic search"."""
    words: dict[str, str] | None = None
    """What each word of the column means here."""
    otherwise: str | None = None
    """What every word means that is not among ``words``; where not given such a word is a fault."""
    separator: Annotated[str, Field(min_length=1)] | None = None
    """What stands between the parts of a list."""
    like: str | None = None
    """Only words of this shape, with * and ?, are a value here."""
    source: Annotated[str | None, Field(alias="from")] = None
    """The file whose column it is, where that is another one."""
    where: str | None = None
    """The column of that file that names its row."""
    is_: Annotated[str | None, Field(alias="is")] = None
    """The column of this file that says which; of the same name as ``where`` where not given."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Value:
        origins = (self.column, self.text, self.value, self.first)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("give exactly one of column, text and value")
        shapes = (self.form, self.words, self.otherwise, self.separator, self.like)
        if any(shape is not None for shape in shapes) and self.column is None and self.text is None:
            raise ValueError("form, words, like and separator shape a column or a text")
        if self.otherwise is not None and self.words is None:
            raise ValueError("otherwise needs words")
        if (self.source is None) != (self.where is None) or (self.is_ is not None and self.source is None):
            raise ValueError("a value of another file needs both from and where")
        if self.source is not None and self.column is None:
            raise ValueError("a value of another file is a column")
        return self

    @property
    def alternatives(self) -> list[Value]:
        return self.first or [self]

    @property
    def key(self) -> str:
        """Equal for equal values."""
        return self.model_dump_json()


def _value(raw: Any) -> Any:
    match raw:
        case str():
            return {"column": raw}
        case list():
            return {"first": raw}
        case _:
            return raw


MapValue = Annotated[Value, BeforeValidator(_value)]
Value.model_rebuild()


def _one_or_more(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


Test = Annotated[bool | list[str], BeforeValidator(_one_or_more)]
"""What a cell must be: one of these words, or filled (true), or empty (false)."""


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
        if pattern != ISO:
            datetime.strptime(moment.strftime(pattern), pattern).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"not a format of times: {error}") from None
    return pattern


def _one_sign(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError("a delimiter is one character, neither a quote nor the end of a line")
    return delimiter


class ColumnSpec(Spec):
    format: Annotated[
        list[Annotated[str, AfterValidator(_usable_format)]], BeforeValidator(_one_or_more), Field(min_length=1)
    ] = [ISO]
    """How dates and times are written, in the signs of ``strptime``; of several the first that fits."""


class FileSpec(Spec):
    name: Annotated[list[str], BeforeValidator(_one_or_more), Field(min_length=1)] | None = None
    """The file's name with * and ? as wildcards, or several that it may have; without it, it is known by position."""
    rows: Annotated[list[dict[str, Plain]], Field(min_length=1)] | None = None
    """The rows themselves, where they stand in the map."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(_one_sign)] = ","
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """The zone of times written without one; the workspace's where not given."""
    nulls: list[str] = [""]
    """The words that mean "no value"."""
    optional: list[str] = []
    """Columns that may be missing: they are then empty."""
    columns: dict[str, ColumnSpec] = {}

    @model_validator(mode="after")
    def _is_in_one_place(self) -> FileSpec:
        if self.rows is not None and self.name is not None:
            raise ValueError("rows that stand in the map have no file's name")
        return self

    def zone(self, workspace_zone: str) -> ZoneInfo:
        return ZoneInfo(self.time_zone or workspace_zone)


class RecordSpec(Spec):
    """One entity or event made from each row of a file."""

    file: str
    id: MapValue
    set: dict[str, MapValue] = {}
    when: dict[str, Test] = {}
    """Only of rows in which each of these columns is as it says."""
    unless: dict[str, Test] = {}
    """Not of rows in which one of these columns is as it says."""


class EntitySpec(RecordSpec):
    mode: Literal["upsert", "create", "update"] = "upsert"
    """``create`` leaves what exists as it is; ``update`` rejects the row where there is nothing to update."""
    shared: bool = False
    """Many rows may name the same one: the first gives its values, and an empty id makes none."""


class LeadSpec(EntitySpec):
    attributes: Annotated[dict[str, MapValue], Field(max_length=50)] = {}


class TransitionSpec(RecordSpec):
    into: str | None = None
    """The key of the workspace's funnel stage that is entered; without it ``set.to_stage`` names one by its id."""
    on_change: bool = False
    """Only of rows whose stage is another than in the row before, by time, of the same lead or opportunity."""


class ImportMap(Spec):
    source: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
    """The system whose ids these are."""
    files: Annotated[dict[str, FileSpec], Field(min_length=1)]
    team: list[EntitySpec] = []
    member: list[EntitySpec] = []
    channel: list[EntitySpec] = []
    product: list[EntitySpec] = []
    pipeline: list[EntitySpec] = []
    funnel_stage: list[EntitySpec] = []
    persona: list[EntitySpec] = []
    account: list[EntitySpec] = []
    contact: list[EntitySpec] = []
    content_asset: list[EntitySpec] = []
    campaign: list[EntitySpec] = []
    lead: list[LeadSpec] = []
    opportunity: list[EntitySpec] = []
    opportunity_line: list[EntitySpec] = []
    buying_group_member: list[EntitySpec] = []
    stage_transition: list[TransitionSpec] = []
    content_usage: list[RecordSpec] = []
    touchpoint: list[RecordSpec] = []

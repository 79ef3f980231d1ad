"""Everything that can be set, by environment variables; the README's table is rendered from this class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "WAVELENGTH_"
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of one process, each read from ``WAVELENGTH_`` and its name unless an alias says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, validate_by_name=True, frozen=True, extra="ignore")

    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="The PostgreSQL 18 (or newer) to use, as `postgresql://user:password@host/database`. "
        "Where it is not set, a private one is started with its data in the data folder.",
    )
    host: str = Field(default="127.0.0.1", validation_alias="HOST", description="The address to listen on.")
    port: int = Field(default=8000, validation_alias="PORT", ge=0, le=65535, description="The port to listen on.")
    data_dir: Path = Field(
        default=PROJECT / "data", description="The folder of the private PostgreSQL and of the demo workspace's token."
    )

    pool_size: PositiveInt = Field(
        default=8, description="Connections to PostgreSQL that queries use; mutations have four more."
    )
    partner_pool_size: PositiveInt = Field(
        default=2, description="Connections to PostgreSQL that the queries of partners use, beside these."
    )
    pool_wait_seconds: PositiveFloat = Field(
        default=1.0, description="How long a request waits for a connection before it is told SERVICE_UNAVAILABLE."
    )
    statement_timeout_seconds: PositiveFloat = Field(default=5.0, description="How long one SQL statement may run.")
    request_timeout_seconds: PositiveFloat = Field(default=10.0, description="How long one request may take.")

    merge_seconds: PositiveFloat = Field(
        default=1.0,
        description="How often what was recorded is merged into the roll-ups; metrics are exact at any time.",
    )

    max_body_bytes: PositiveInt = Field(default=1_000_000, description="Largest body of a request.")
    max_tokens: PositiveInt = Field(default=2_000, description="Lexical tokens in a document.")
    max_depth: PositiveInt = Field(default=12, description="Depth of nested fields.")
    max_aliases: NonNegativeInt = Field(default=30, description="Aliases in an operation.")
    max_directives: NonNegativeInt = Field(default=50, description="Directives in an operation.")
    max_root_fields: PositiveInt = Field(default=20, description="Root fields of an operation.")
    max_mutations: PositiveInt = Field(default=4, description="Mutations in an operation.")
    max_page_size: PositiveInt = Field(default=100, description="Largest `first` or `last` of a connection.")
    max_cost: PositiveInt = Field(default=5_000, description="Objects that an operation may ask for.")
    max_plan_fields: PositiveInt = Field(default=2_000, description="Response fields of a compiled operation.")
    plan_cache_size: PositiveInt = Field(default=500, description="Compiled operations kept for the next time.")

    cors_origins: list[str] = Field(
        default=[],
        description='Web origins that may call the API from a browser, as JSON: `["https://app.example.com"]`.',
    )
    demo: bool = Field(
        default=True, description="Whether `serve` makes and fills the demo workspace in a database that has none."
    )
    introspection: bool = Field(default=True, description="Whether the schema can be asked for by introspection.")
    graphiql: bool = Field(default=True, description="Whether a browser is shown GraphiQL at /graphql.")

    proxy_headers: bool = Field(
        default=False, description="Whether X-Forwarded-* of a proxy is believed. Off is faster."
    )
    server_header: bool = Field(default=False, description="Whether responses carry a Server header. Off is faster.")
    date_header: bool = Field(default=False, description="Whether responses carry a Date header. Off is faster.")
    access_log: bool = Field(default=False, description="Whether each request is logged. Off is faster.")


class SettingRow(NamedTuple):
    """One line of the settings' table."""

    variable: str
    default: str
    description: str


def setting_rows() -> Iterator[SettingRow]:
    """Every setting, in the class's order."""
    for name, field in Settings.model_fields.items():
        yield SettingRow(variable_of(name, field), _shown(field.default), field.description or "")


def settings_table() -> str:
    """The settings as a Markdown table."""
    lines = [
        "| Variable | Default | Meaning |",
        "|---|---|---|",
        *(f"| `{row.variable}` | {row.default} | {row.description} |" for row in setting_rows()),
    ]
    return "\n".join(lines)


def variable_of(name: str, field: FieldInfo) -> str:
    """The environment variable that a field is read from."""
    return field.validation_alias if isinstance(field.validation_alias, str) else f"{PREFIX}{name.upper()}"


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, Path):
        return f"`{default.relative_to(PROJECT)}` in the project"
    return f"`{default}`"

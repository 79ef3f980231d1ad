"""What went wrong, in one line for the person at the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
import httpx
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from api.settings import Settings, variable_of


class CommandError(Exception):
    """The command cannot do what it was asked to; the message says why."""


def explain(error: BaseException) -> str:
    """One line that says what failed."""
    match _unwrapped(error):
        case ValidationError() as wrong:
            return "; ".join(_wrong_settings(wrong))
        case asyncpg.UndefinedTableError():
            return "the database has no tables yet: run `wavelength migrate`"
        case asyncpg.PostgresError() as refusal:
            return _one_line(f"PostgreSQL: {refusal}")
        case httpx.HTTPError() as silence:
            return _one_line(f"no answer from the server: {silence}")
        case OSError(filename=None) as failure:
            return _one_line(f"no connection: {failure}")
        case other:
            return _one_line(str(other) or type(other).__name__)


def _unwrapped(error: BaseException) -> BaseException:
    """What the driver raised, where SQLAlchemy wrapped it."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _wrong_settings(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        field = Settings.model_fields.get(name)
        yield f"{variable_of(name, field) if field else name}: {detail['msg']}"


def _one_line(message: str) -> str:
    return " ".join(message.split())

"""Public ids of entities that are named outright in an argument or input."""

from __future__ import annotations

from uuid import UUID

from db.models import Entity
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.vocabulary import split_id


def decode(model: type[Entity], public_id: str) -> UUID:
    """The row's id behind a public id of ``model``; BAD_USER_INPUT if it is not one."""
    prefix, key = split_id(public_id)
    if prefix != model.__prefix__:
        raise bad_user_input(f"'{public_id}' is not an id that begins with '{model.__prefix__}_'.")
    return key


def encode(model: type[Entity], key: UUID) -> str:
    """The public id of a row of ``model``."""
    return f"{model.__prefix__}_{key}"

"""Relay connections, and the arguments of every one of them."""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from schema.fields import PAGE, argument, described

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = described("Whether there are entities after the page.")
    has_previous_page: bool = described("Whether there are entities before the page.")
    start_cursor: str | None = described("The cursor of the page's first entity; null on an empty page.")
    end_cursor: str | None = described("The cursor of the page's last entity; null on an empty page.")


@strawberry.type(description="An entity in its place in a list.")
class Edge(Generic[T]):
    cursor: str = described("The place: give it as `after` or `before` to go on from here.")
    node: T = described("The entity.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = described("The page's entities with their cursors.")
    nodes: list[T] = described("The page's entities.")
    page_info: PageInfo = described("Where the page stands in its list.")
    total_count: int = described("How many entities the whole list has; counted only when asked for.")


@strawberry.enum(description="Which way a list is ordered. Nulls come last, either way.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest, earliest or first in the alphabet first.")
    DESC = strawberry.enum_value("DESC", description="Largest, latest or last in the alphabet first.")


def arguments(filter_: type, order: type) -> list[StrawberryArgument]:
    """The arguments of a connection whose entities are filtered by ``filter_`` and ordered by ``order``."""
    given: dict[str, tuple[Any, str]] = {
        "filter": (filter_, "Only entities that fit."),
        "order_by": (list.__class_getitem__(order), "The order, most important first; what is equal is ordered by id."),
    }
    return PAGE + [argument(type_ | None, text, name=name) for name, (type_, text) in given.items()]

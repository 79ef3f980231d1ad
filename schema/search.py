"""Finding things by words."""

from __future__ import annotations

import strawberry

from resolvers import search
from resolvers.search import SearchableType
from schema.entity import READERS, Node, computed_type
from schema.fields import argument, column, objects, to_any
from schema.terms import describe

describe(SearchableType, "What can be searched for.")


@strawberry.interface(description="What can be found by words.")
class Searchable(Node):
    pass


@computed_type
class SearchResult:
    """An entity that has every word that was searched for."""

    entity: Searchable = to_any("The entity.")
    rank: int = column("How well it fits; the higher, the better.")


_TEXT = (
    f"Up to {search.MAX_WORDS} words in any order, at most {search.MAX_LENGTH} characters;"
    " the last may be the beginning of one."
)


@strawberry.type
class Queries:
    search: list[SearchResult] = objects(
        search.found,
        "What has every word of a text, whatever its case and accents; the best fit first.",
        argument(str, _TEXT, name="text"),
        argument(list[SearchableType] | None, "Only these; all where it is left out.", name="types"),
        argument(int, "How many, 1 to 100.", name="first", default=20),
        roles=READERS,
    )

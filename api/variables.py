"""How large the variables of a request may be: their values are free, but each list and object shapes the SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.compiler.errors import query_too_complex

MAX_OF_A_QUERY = 500
"""Lists and objects in all variables of a query together: so many make 250 conditions. On columns these compile in 30 ms, on what a
deal was touched with in seconds, aside."""
MAX_OF_A_MUTATION = 10_000
"""The same of a mutation, which may bring hundreds of objects to write."""


def check_size(variables: Mapping[str, Any], max_depth: int, max_containers: int) -> None:
    """QUERY_TOO_COMPLEX if the variables nest too many levels deep, or have too many lists and objects."""
    level = [value for value in variables.values() if isinstance(value, (dict, list))]
    depth = containers = 0
    while level:
        depth += 1
        containers += len(level)
        if depth > max_depth:
            raise query_too_complex(f"The variables nest more than {max_depth} levels deep.")
        if containers > max_containers:
            raise query_too_complex(f"The variables have more than {max_containers:,} lists and objects.")
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]

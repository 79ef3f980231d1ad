"""How large the variables of a request may be: their values are free, but each list and object shapes the SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.compiler.errors import query_too_complex
from resolvers.compiler.limits import Limits

MAX_CONTAINERS = 5_000
"""Lists and objects in all variables together."""


def check_size(variables: Mapping[str, Any], limits: Limits) -> None:
    """QUERY_TOO_COMPLEX if the variables nest deeper than a literal may, or have too many lists and objects."""
    level = [value for value in variables.values() if isinstance(value, (dict, list))]
    depth = containers = 0
    while level:
        depth += 1
        containers += len(level)
        if depth > limits.value_depth:
            raise query_too_complex(f"The variables nest more than {limits.value_depth} levels deep.")
        if containers > MAX_CONTAINERS:
            raise query_too_complex(f"The variables have more than {MAX_CONTAINERS:,} lists and objects.")
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]

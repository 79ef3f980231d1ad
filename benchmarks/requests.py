"""HTTP requests as the load generator and the check send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def graphql(document: str, variables: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """A GraphQL operation over POST; the document is sent without the white space that only people need."""
    body = json.dumps({"query": " ".join(document.split()), "variables": variables}, separators=(",", ":"))
    return Request("POST", "/graphql", {"Content-Type": "application/json", **(headers or {})}, body)

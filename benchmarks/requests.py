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


def post(path: str, members: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    """A JSON object over POST."""
    body = json.dumps(members, separators=(",", ":"))
    return Request("POST", path, {"Content-Type": "application/json", **headers}, body)


def graphql(document: str, variables: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """A GraphQL operation over POST; the document is sent without the white space that only people need."""
    return post("/graphql", {"query": " ".join(document.split()), "variables": variables}, headers or {})

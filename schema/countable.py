"""What metrics count."""

from __future__ import annotations

import strawberry

from schema.entity import Node


@strawberry.interface(description="What metrics count: the objects behind a number.")
class Countable(Node):
    pass

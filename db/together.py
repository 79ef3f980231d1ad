"""Requests that wait together are answered together: where connections are short, one statement serves several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

_MOST = 16
"""Requests in one statement."""
_SECONDS = 0.02
"""About as long it may take: they run one after another, which others would do side by side."""
_NEWS = 0.1
"""What the last measurement weighs."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A statement for many requests; ``own`` tells for each of its arguments where it stands among those of one.

    An argument that each request has of its own is an array; the others are the same in all. It gives a row for each
    request, in their order.
    """

    sql: str
    arguments: Sequence[tuple[int, bool]]

    def bind(self, requests: Sequence[Sequence[Any]]) -> list[Any]:
        """Its arguments, from those of the requests."""
        first = requests[0]
        return [[request[place] for request in requests] if own else first[place] for place, own in self.arguments]


@dataclass(slots=True, eq=False)
class Together:
    """Whether and how requests for one statement are answered by one; ``make`` is called when that is first asked for."""

    make: Callable[[], Joint | None]
    _joint: Joint | None = None
    _made: bool = False
    _seconds: float = field(default=_SECONDS)
    """About how long one request takes; until that is known, too long for two."""

    @property
    def joint(self) -> Joint | None:
        if not self._made:
            self._joint, self._made = self.make(), True
            del self.make
        return self._joint

    @property
    def most(self) -> int:
        """How many requests may go together."""
        return min(_MOST, int(_SECONDS / self._seconds)) if self._seconds > 0 else _MOST

    def took(self, seconds: float, requests: int) -> None:
        """Remember how long a statement took that answered so many requests."""
        self._seconds += (seconds / requests - self._seconds) * _NEWS

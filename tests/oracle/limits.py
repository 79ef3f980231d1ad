"""What bounds an operation while it is drawn: which response keys can be merged, and how much there is of everything."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_DEPTH, MAX_ALIASES, MAX_DIRECTIVES, MAX_ROOTS = 12, 30, 20, 6
MAX_COST, MAX_FIELDS, MAX_FRAGMENT_FIELDS = 2_500, 150, 12


@dataclass
class Scope:
    """The response keys of one object: what is called under each, its shape, and the keys below it."""

    members: dict[str, tuple[str, str, Scope]] = field(default_factory=dict)

    def allows(self, key: str, call: str, shape: str) -> bool:
        return key not in self.members or self.members[key][:2] == (call, shape)

    def enter(self, key: str, call: str, shape: str) -> Scope:
        return self.members.setdefault(key, (call, shape, Scope()))[2]

    def merges(self, other: Scope) -> bool:
        """Whether all of ``other`` can be merged into this one."""
        return all(
            key not in self.members or (self.members[key][:2] == (call, shape) and self.members[key][2].merges(below))
            for key, (call, shape, below) in other.members.items()
        )

    def merge(self, other: Scope) -> None:
        for key, (call, shape, below) in other.members.items():
            self.enter(key, call, shape).merge(below)


@dataclass
class Spent:
    """How much of the limits an operation or fragment takes."""

    cost: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0

    def fits(self) -> bool:
        return (
            self.cost <= MAX_COST
            and self.fields <= MAX_FIELDS
            and self.aliases <= MAX_ALIASES
            and self.directives <= MAX_DIRECTIVES
            and self.depth <= MAX_DEPTH
        )

    def plus(self, other: Spent, times: int, depth: int) -> Spent:
        """The same with a fragment that is spread ``times`` times below ``depth`` levels."""
        return Spent(
            self.cost + times * other.cost,
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            max(self.depth, depth + other.depth),
        )

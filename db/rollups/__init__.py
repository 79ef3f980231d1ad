"""What events add up to by day and month, exact at every moment: docs/decisions/0050-rollups.md."""

from db.rollups.check import Checked, Difference, check
from db.rollups.deltas import add, remove, write
from db.rollups.kind import ENTRIES, KINDS, TOUCHPOINTS, USAGE
from db.rollups.merge import merge, merge_all
from db.rollups.rebuild import rebuild

__all__ = [
    "ENTRIES",
    "KINDS",
    "TOUCHPOINTS",
    "USAGE",
    "Checked",
    "Difference",
    "add",
    "check",
    "merge",
    "merge_all",
    "rebuild",
    "remove",
    "write",
]

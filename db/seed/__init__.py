"""The demo workspace: a maker of warehouse sensors, and a year of its marketing and sales."""

from db.seed.writer import DEFAULT_UNTIL, MARGIN_RATE, WorkspaceNotEmptyError, is_empty, seed

__all__ = ["DEFAULT_UNTIL", "MARGIN_RATE", "WorkspaceNotEmptyError", "is_empty", "seed"]

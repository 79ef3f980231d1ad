"""Why a benchmark cannot be run, or cannot be believed."""

from __future__ import annotations


class BenchmarkError(Exception):
    """The run is stopped: its message, one line, says what is missing or what went wrong."""

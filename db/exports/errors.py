"""Why an export or a restore was not begun, or not finished."""

from __future__ import annotations


class ExportRefusedError(Exception):
    """The workspace cannot be written to the folder; the message says why."""


class RestoreRefusedError(Exception):
    """The folder cannot be restored: nothing was written. The message names file, line and reason."""

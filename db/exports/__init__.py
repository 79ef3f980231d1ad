"""A workspace as a folder of NDJSON files, and the way back into an empty workspace."""

from db.exports.errors import ExportRefusedError, RestoreRefusedError
from db.exports.manifest import Manifest
from db.exports.restore import restore
from db.exports.write import export

__all__ = ["ExportRefusedError", "Manifest", "RestoreRefusedError", "export", "restore"]

"""CSV files to rows: a map says which columns make which entities and events; one transaction takes them in."""

from db.imports.report import Change, ImportRefusedError, Rejection, Report
from db.imports.run import run

__all__ = ["Change", "ImportRefusedError", "Rejection", "Report", "run"]

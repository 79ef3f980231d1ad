"""Reading the map: a TOML file that says which columns make which entities and events."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from db.imports.report import ImportRefusedError
from db.imports.spec import ImportMap


def load(path: Path) -> ImportMap:
    """Read the map at ``path``; raises :class:`ImportRefusedError` naming the table and key at fault."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportRefusedError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefusedError(f"{path}: not TOML: {error}") from error
    if _has_nul(raw):
        raise ImportRefusedError(f"{path}: contains a NUL character, which PostgreSQL cannot keep")
    try:
        return ImportMap.model_validate(raw)
    except ValidationError as error:
        faults = [f"{path}: {place(*fault['loc'])}: {_message(fault)}" for fault in error.errors()]
        raise ImportRefusedError("\n".join(faults)) from error


def _has_nul(raw: Any) -> bool:
    match raw:
        case str():
            return "\0" in raw
        case dict():
            return any(_has_nul(part) for item in raw.items() for part in item)
        case list():
            return any(map(_has_nul, raw))
        case _:
            return False


def place(*keys: Any) -> str:
    """A place in the map in TOML's own words: ``[[lead]] 2, set.channel`` is a key of the second [[lead]]."""
    if len(keys) > 1 and isinstance(keys[1], int):
        table, rest = f"[[{keys[0]}]] {keys[1] + 1}", keys[2:]
    elif len(keys) > 1 and keys[0] == "files":
        table, rest = f"[files.{keys[1]}]", keys[2:]
    else:
        return ".".join(map(str, keys))
    return ", ".join([table, ".".join(map(str, rest))]) if rest else table


def _message(fault: Any) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return "there is no such key"
        case "missing":
            return "is missing"
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return str(fault["msg"])

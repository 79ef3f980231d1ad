"""Whether an answer is the expected one, to the order of its keys."""

from __future__ import annotations

from typing import Any

from tests.oracle.pages import Place


def differences(expected: Any, got: Any, cursors: dict[Place | str, Place | str], path: str = "data") -> list[str]:
    """In words where ``got`` differs from ``expected``; the cursors found are added to ``cursors``.

    A cursor may be any text, but a place has one cursor and a cursor one place.
    """
    if isinstance(expected, Place):
        return _other_cursor(expected, got, cursors, path)
    if isinstance(expected, dict) and isinstance(got, dict):
        if list(expected) != list(got):
            return [f"{path}: expected the keys {list(expected)}, got {list(got)}"]
        return [line for key in expected for line in differences(expected[key], got[key], cursors, f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return [f"{path}: expected {len(expected)} items, got {len(got)}: {expected!r:.2000} / {got!r:.2000}"]
        pairs = enumerate(zip(expected, got, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, cursors, f"{path}[{index}]")]
    # JSON knows one kind of number.
    alike = type(expected) is type(got) or (isinstance(expected, float) and type(got) is int)
    return [] if alike and expected == got else [f"{path}: expected {expected!r:.2000}, got {got!r:.2000}"]


def _other_cursor(expected: Place, got: Any, cursors: dict[Place | str, Place | str], path: str) -> list[str]:
    if not isinstance(got, str):
        return [f"{path}: expected a cursor, got {got!r}"]
    if cursors.setdefault(expected, got) != got:
        return [f"{path}: {expected} has two cursors, {cursors[expected]} and {got}"]
    if cursors.setdefault(got, expected) != expected:
        return [f"{path}: the cursor {got} stands for two places, {cursors[got]} and {expected}"]
    return []

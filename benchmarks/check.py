"""Before anything is measured: every server gives the same answers, of about the same size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from benchmarks.errors import BenchmarkError
from benchmarks.requests import Request

SIZE_TOLERANCE = 0.15
"""How far a server's mean response may be from the first server's."""
LOAD_TOLERANCE = 0.05
"""How far the mean response under load may be from the one that was checked."""

_ID = re.compile(r"(?:[a-z]+_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Answers:
    """A server's answers to all requests of an operation: their values, and their mean bytes as bodies and in all."""

    values: Sequence[Any]
    body_bytes: float
    response_bytes: float


def ask(requests: Sequence[Request], port: int, name: str) -> Answers:
    """Send each request once; raises :class:`BenchmarkError` on the first that is not answered with data alone."""
    values, bodies, responses = [], 0, 0
    # A server may listen before it is ready.
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Accept-Encoding": "identity"}, timeout=60
    ) as client:
        for request in requests:
            response = client.request(
                request.method, request.path, headers=dict(request.headers), content=request.body.encode()
            )
            if response.status_code != 200 or set(response.json()) - {"extensions"} != {"data"}:
                raise BenchmarkError(f"{name} answers {response.status_code}: {response.text[:500]}")
            values.append(canonical(response.json()["data"]))
            bodies += len(response.content)
            responses += len(response.content) + _head_bytes(response)
    return Answers(values, bodies / len(requests), responses / len(requests))


def canonical(value: Any) -> Any:
    """The value without what servers may write each in their own way: an id's prefix, a time's zone, a decimal's quotes."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, str):
        if match := _ID.fullmatch(value):
            return match[1]
        if _TIME.match(value):
            return datetime.fromisoformat(value)
        if _NUMBER.fullmatch(value):
            return float(value)
    return value


def require_equal(operation: str, answers: dict[str, Answers]) -> None:
    """Raise :class:`BenchmarkError` unless all servers gave equal values, not empty, in responses of one size."""
    (reference, expected), *others = answers.items()
    if not all(_substantial(value) for value in expected.values):
        raise BenchmarkError(f"{operation}: {reference} gives an empty answer, so that nothing would be measured")
    for name, given in others:
        for number, (one, other) in enumerate(zip(expected.values, given.values, strict=True)):
            if one != other:
                parts = _difference(one, other)
                raise BenchmarkError(f"{operation}, request {number}: {reference} and {name} differ in {parts}")
        if abs(given.body_bytes / expected.body_bytes - 1) > SIZE_TOLERANCE:
            sizes = f"{name} answers {given.body_bytes:.0f} bytes, {reference} {expected.body_bytes:.0f}"
            raise BenchmarkError(f"{operation}: {sizes}")


def require_same_size(name: str, measured: float, answers: Answers) -> None:
    """Raise :class:`BenchmarkError` where the responses under load were not like those checked (say, errors)."""
    if abs(measured / answers.response_bytes - 1) > LOAD_TOLERANCE:
        raise BenchmarkError(f"{name} answered {measured:.0f} bytes under load, {answers.response_bytes:.0f} before")


def _head_bytes(response: httpx.Response) -> int:
    status = len(f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n\r\n")
    return status + sum(len(name) + len(value) + len(": \r\n") for name, value in response.headers.raw)


def _substantial(value: Any) -> bool:
    """Whether no object of the answer is without a value, and no list without an item."""
    if isinstance(value, dict):
        nested = (item for item in value.values() if isinstance(item, (dict, list)))
        return any(item is not None for item in value.values()) and all(map(_substantial, nested))
    if isinstance(value, list):
        return bool(value) and all(map(_substantial, value))
    return value is not None


def _difference(one: Any, other: Any, path: str = "") -> str:
    """Where two values part, shortly."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(_difference(one[key], other[key], f"{path}.{key}") for key in one if one[key] != other[key])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next(_difference(left, right, f"{path}[{at}]") for at, (left, right) in pairs if left != right)
    return f"{path or 'everything'}: {str(one)[:200]} against {str(other)[:200]}"

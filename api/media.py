"""Media types of requests and responses, as GraphQL over HTTP has them."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class MediaType(Enum):
    """What a response can be."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    HTML = "text/html"

    def __init__(self, name: str) -> None:
        self.header = f"{name}; charset=utf-8".encode()


class _Range(NamedTuple):
    """One item of an Accept header."""

    type: str
    quality: float

    def specificity(self, media_type: str) -> int | None:
        """How closely it names the media type; None where it does not."""
        if self.type == media_type:
            return 2
        if self.type == f"{media_type.partition('/')[0]}/*":
            return 1
        return 0 if self.type == "*/*" else None


@lru_cache(maxsize=256)
def negotiate(accept: bytes | None) -> MediaType | None:
    """The media type of the response to a request with this Accept header; None where none is acceptable.

    Of types that are equally welcome the one that is named wins, then `application/graphql-response+json`;
    a client that says nothing, or takes anything, gets `application/json`.
    """
    ranges = _ranges(accept) if accept and accept.strip() else [_Range("*/*", 1.0)]
    best: tuple[float, int, bool] = (0.0, 0, False)
    chosen = None
    for candidate in (MediaType.JSON, MediaType.GRAPHQL):
        quality, specificity = _welcome(ranges, candidate)
        rank = (quality, specificity, candidate is MediaType.GRAPHQL and specificity == 2)
        if quality > 0 and rank > best:
            best, chosen = rank, candidate
    return chosen


@lru_cache(maxsize=256)
def prefers_html(accept: bytes | None) -> bool:
    """Whether this is a browser that shows a page: `text/html` is named, and no JSON is more welcome."""
    ranges = _ranges(accept or b"")
    quality, specificity = _welcome(ranges, MediaType.HTML)
    others = (_welcome(ranges, MediaType.JSON), _welcome(ranges, MediaType.GRAPHQL))
    return specificity > 1 and quality > 0 and all((quality, specificity) > other for other in others)


@lru_cache(maxsize=256)
def is_json(content_type: bytes | None) -> bool:
    """Whether a body of this Content-Type can be read: JSON in UTF-8."""
    name, *parameters = (content_type or b"").decode("latin-1").lower().split(";")
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        if key == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            return False
    return name.strip() == MediaType.JSON.value


def _welcome(ranges: list[_Range], media_type: MediaType) -> tuple[float, int]:
    """How welcome a media type is: the quality of the range that names it most closely."""
    named = [(specificity, r.quality) for r in ranges if (specificity := r.specificity(media_type.value)) is not None]
    specificity, quality = max(named, default=(0, 0.0))
    return quality, specificity


def _ranges(accept: bytes) -> list[_Range]:
    ranges = []
    for item in accept.decode("latin-1").lower().split(","):
        name, *parameters = item.split(";")
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.strip().partition("=")
            if key == "q":
                quality = _quality(value)
        if name.strip():
            ranges.append(_Range(name.strip(), quality))
    return ranges


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0

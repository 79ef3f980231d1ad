"""From an HTTP request to the GraphQL request in it, read within the limits; whatever is malformed is an HttpError."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from api.execution import GraphQLRequest
from api.media import is_json
from api.responses import HttpError

_IDENTITY = {None, b"", b"identity"}
_MAX_PARAMETERS = 20


class ClientLeft(Exception):
    """The client closed the connection: nobody waits for the answer."""


async def from_body(headers: Mapping[bytes, bytes], receive: Receive, max_bytes: int) -> GraphQLRequest:
    """The request in a POST's JSON body of at most ``max_bytes``."""
    if not is_json(headers.get(b"content-type")):
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json in UTF-8.")
    if headers.get(b"content-encoding") not in _IDENTITY:
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must not be compressed.")
    return parse(await _read(headers.get(b"content-length"), receive, max_bytes))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in a GET's parameters; `variables` and `extensions` are JSON."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query_string),
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError:
        raise _malformed("The query string is malformed.") from None
    parameters: dict[str, Any] = dict(pairs)
    if len(parameters) < len(pairs):
        raise _malformed("A parameter is given twice.")
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name].encode(), f"'{name}' is not valid JSON.")
        else:
            parameters.pop(name, None)
    if not parameters.get("operationName"):
        parameters.pop("operationName", None)
    return _request(parameters)


def parse(body: bytes) -> GraphQLRequest:
    """The request in a JSON body."""
    members = _json(body, "The body is not valid JSON in UTF-8.")
    if isinstance(members, list):
        raise _malformed("The body is a list: send one operation at a time.")
    if not isinstance(members, dict):
        raise _malformed("The body must be a JSON object.")
    return _request(members)


def _request(members: dict[str, Any]) -> GraphQLRequest:
    document = members.get("query")
    if not isinstance(document, str):
        raise _malformed("'query' must be a string: the document.")
    name = members.get("operationName")
    if name is not None and not isinstance(name, str):
        raise _malformed("'operationName' must be a string.")
    variables = members.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _malformed("'variables' must be an object.")
    if not isinstance(members.get("extensions"), (dict, type(None))):
        raise _malformed("'extensions' must be an object.")
    return GraphQLRequest(document, variables or {}, name)


async def _read(content_length: bytes | None, receive: Receive, max_bytes: int) -> bytes:
    if content_length is not None and content_length.isdigit() and int(content_length[:20]) > max_bytes:
        raise _too_large(max_bytes)
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk: bytes = message.get("body", b"")
        if len(body) + len(chunk) > max_bytes:
            raise _too_large(max_bytes)
        body = body + chunk if body else chunk
        if not message.get("more_body", False):
            return body


def _json(text: bytes, complaint: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _malformed(complaint) from None


def _malformed(message: str) -> HttpError:
    return HttpError(HTTPStatus.BAD_REQUEST, message)


def _too_large(max_bytes: int) -> HttpError:
    return HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {max_bytes:,} bytes.")

"""Answers as raw ASGI messages: status, media type and body, always JSON and always with the request's id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from secrets import token_hex

import orjson
from starlette.types import Send

from api.media import MediaType
from resolvers.compiler.errors import ApiError, Code

Header = tuple[bytes, bytes]

_MAX_REQUEST_ID = 128
_REQUEST_ID_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
_PROCESS = token_hex(6)
_numbers = count(1)

_STATUS = {
    Code.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    Code.SERVICE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
}
"""Codes whose status does not depend on the media type."""


class HttpError(Exception):
    """A request that is not well-formed GraphQL over HTTP; it is told as ``error`` under its own status."""

    def __init__(self, status: HTTPStatus, message: str, headers: Sequence[Header] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        code = Code.NOT_FOUND if status == HTTPStatus.NOT_FOUND else Code.BAD_USER_INPUT
        self.error = ApiError(code, message)


@dataclass(slots=True)
class Answer:
    """What is sent."""

    status: int
    body: bytes
    media_type: MediaType = MediaType.JSON
    headers: Sequence[Header] = ()

    async def send(self, send: Send, request_id: str) -> None:
        """Send it to the client; whatever the client asked, its request's id is in the headers."""
        headers = [
            (b"content-type", self.media_type.header),
            (b"content-length", b"%d" % len(self.body)),
            (b"x-request-id", request_id.encode()),
        ]
        headers += self.headers
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def request_id(given: bytes | None) -> str:
    """The client's own id of the request where it is a sane one, else a new one."""
    if given and len(given) <= _MAX_REQUEST_ID and _REQUEST_ID_CHARACTERS.issuperset(given):
        return given.decode("ascii")
    return new_request_id()


def new_request_id() -> str:
    """An id that no other request of any process has."""
    return f"{_PROCESS}-{next(_numbers):x}"


def errors_body(errors: Sequence[ApiError], request_id: str) -> bytes:
    """A response that has errors alone."""
    return orjson.dumps({"errors": [error.to_dict(requestId=request_id) for error in errors]})


def refusal(error: HttpError, request_id: str) -> Answer:
    """The answer to a request that is not well-formed."""
    return Answer(error.status, errors_body([error.error], request_id), headers=error.headers)


def failure(errors: Sequence[ApiError], media_type: MediaType, request_id: str) -> Answer:
    """The answer to a well-formed request that failed before anything of it was executed.

    The first error decides the status. Those of the document and its variables are 400, but 200 for clients that
    only know `application/json`: GraphQL over HTTP tells these apart.
    """
    first = errors[0]
    status = _STATUS.get(first.code)
    if status is None:
        status = HTTPStatus.OK if media_type is MediaType.JSON else HTTPStatus.BAD_REQUEST
    return Answer(status, errors_body(errors, request_id), media_type, _headers(first))


def _headers(error: ApiError) -> Sequence[Header]:
    if error.code is Code.UNAUTHENTICATED:
        return [(b"www-authenticate", b"Bearer")]
    if (seconds := error.extensions.get("retryAfter")) is not None:
        return [(b"retry-after", b"%d" % seconds)]
    return ()

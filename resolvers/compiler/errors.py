"""What a client is told when a request, or a part of it, fails: one closed list of codes, one exception.

Every message here is written for the client. Text of drivers, SQL and stacks never goes into one: an unforeseen
exception becomes `internal()`, which says nothing about its cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from graphql import GraphQLError, SourceLocation

MESSAGE_LENGTH = 1_000
"""Characters kept of a message of graphql-core, which repeats names and literals of any length."""
LOCATIONS = 20
"""Locations kept of an error of graphql-core, which may name every field of the document."""


class Code(StrEnum):
    """The closed list of `extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    PERSISTED_DOCUMENT_NOT_FOUND = "PERSISTED_DOCUMENT_NOT_FOUND"
    TIMEOUT = "TIMEOUT"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL = "INTERNAL"


class ApiError(Exception):
    """A failure that a client is told about.

    `path` is the response path of the field that failed, `locations` are places in the document, and `extensions`
    holds further facts for programs (the limit that was passed, the seconds to wait), beside the code.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        path: Sequence[str | int] | None = None,
        locations: Sequence[SourceLocation] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
        self.locations = locations
        self.extensions = extensions or {}

    def to_dict(self, **extensions: Any) -> dict[str, Any]:
        """The GraphQL error object; `extensions` (the request id) are added to the error's own."""
        error: dict[str, Any] = {"message": self.message}
        if self.locations:
            error["locations"] = [location.formatted for location in self.locations]
        if self.path:
            error["path"] = list(self.path)
        error["extensions"] = {**self.extensions, **extensions, "code": self.code.value}
        return error


def from_graphql(code: Code, error: GraphQLError) -> ApiError:
    """Take over graphql-core's own syntax and validation errors, cut to a bounded size."""
    message = error.message
    if len(message) > MESSAGE_LENGTH:
        message = message[: MESSAGE_LENGTH - 1] + "…"
    return ApiError(code, message, path=error.path, locations=(error.locations or [])[:LOCATIONS])


def bad_user_input(message: str, *, path: Sequence[str | int] | None = None) -> ApiError:
    """A variable, argument or header has a value that cannot be used."""
    return ApiError(Code.BAD_USER_INPUT, message, path=path)


def unauthenticated(message: str = "A valid token is required.") -> ApiError:
    """Nobody is known to have sent this request."""
    return ApiError(Code.UNAUTHENTICATED, message)


def forbidden(message: str = "You may not do this.", *, path: Sequence[str | int] | None = None) -> ApiError:
    """The sender is known, and may not read or do this."""
    return ApiError(Code.FORBIDDEN, message, path=path)


def not_found(message: str, *, path: Sequence[str | int] | None = None) -> ApiError:
    """What the request names does not exist in the sender's workspace."""
    return ApiError(Code.NOT_FOUND, message, path=path)


def conflict(message: str, *, path: Sequence[str | int] | None = None) -> ApiError:
    """The request contradicts what is stored, or another request."""
    return ApiError(Code.CONFLICT, message, path=path)


def query_too_complex(message: str, *, path: Sequence[str | int] | None = None) -> ApiError:
    """The document passes a limit; the message names it."""
    return ApiError(Code.QUERY_TOO_COMPLEX, message, path=path)


def rate_limited(retry_after: int) -> ApiError:
    """Too many requests by this token; `retry_after` is in seconds."""
    return ApiError(Code.RATE_LIMITED, "Too many requests.", extensions={"retryAfter": retry_after})


def persisted_document_not_found() -> ApiError:
    """The `documentId` is not in the manifest."""
    return ApiError(Code.PERSISTED_DOCUMENT_NOT_FOUND, "No document is stored under this documentId.")


def timeout(message: str = "The request took too long.") -> ApiError:
    """The request or one of its statements passed its time limit."""
    return ApiError(Code.TIMEOUT, message)


def service_unavailable(retry_after: int) -> ApiError:
    """The server cannot answer now; `retry_after` is in seconds."""
    message = "The service is unavailable; try again later."
    return ApiError(Code.SERVICE_UNAVAILABLE, message, extensions={"retryAfter": retry_after})


def internal() -> ApiError:
    """Anything unforeseen. What happened stands in the server's log, under the request id."""
    return ApiError(Code.INTERNAL, "An internal error occurred.")


class RequestErrors(Exception):
    """Several failures of one request, in the order in which they are told."""

    def __init__(self, errors: Sequence[ApiError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors

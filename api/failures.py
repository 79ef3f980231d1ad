"""What a client is told of an exception, and what is kept from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from graphql import GraphQLError

from db.failures import Failure, failure_of
from resolvers.compiler.errors import (
    ApiError,
    Code,
    RequestErrors,
    bad_user_input,
    from_graphql,
    internal,
    service_unavailable,
    timeout,
)

logger = logging.getLogger("wavelength.api")

_RETRY_AFTER_SECONDS = 1


def told(error: BaseException, request_id: str) -> Sequence[ApiError]:
    """The errors to answer with; whatever the client is not told is logged under the request's id."""
    if isinstance(error, RequestErrors):
        return error.errors
    return [_told(error, request_id)]


def told_of_field(error: GraphQLError, request_id: str) -> ApiError:
    """The same for an error that graphql-core found, or caught, while it executed a field."""
    if error.original_error is None:
        return from_graphql(Code.BAD_USER_INPUT, error)
    found = _told(error.original_error, request_id)
    found.path = found.path or error.path
    found.locations = found.locations or error.locations
    return found


def _told(error: BaseException, request_id: str) -> ApiError:
    if isinstance(error, ApiError):
        return error
    match failure_of(error):
        case Failure.VALUE:
            return bad_user_input("A value is out of range, or holds a character that cannot be stored.")
        case Failure.TIMEOUT:
            return timeout()
        case Failure.UNAVAILABLE:
            logger.warning("request %s: the database is unavailable: %s", request_id, error)
            return service_unavailable(_RETRY_AFTER_SECONDS)
        case None:
            logger.error("request %s failed", request_id, exc_info=error)
            return internal()

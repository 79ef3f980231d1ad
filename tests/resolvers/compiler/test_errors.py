"""The error object that a client gets."""

from graphql import GraphQLError, Source, SourceLocation

from resolvers.compiler import errors
from resolvers.compiler.errors import ApiError, Code


def test_the_error_object_has_only_what_is_known() -> None:
    assert errors.forbidden().to_dict() == {
        "message": "You may not do this.",
        "extensions": {"code": "FORBIDDEN"},
    }


def test_the_error_object_in_full() -> None:
    error = ApiError(
        Code.NOT_FOUND,
        "There is no such lead.",
        path=["nodes", 0],
        locations=[SourceLocation(2, 5)],
        extensions={"retryAfter": 3},
    )
    assert error.to_dict(requestId="r-1") == {
        "message": "There is no such lead.",
        "locations": [{"line": 2, "column": 5}],
        "path": ["nodes", 0],
        "extensions": {"retryAfter": 3, "requestId": "r-1", "code": "NOT_FOUND"},
    }


def test_the_codes_of_the_constructors() -> None:
    built = [
        errors.bad_user_input("m"),
        errors.unauthenticated(),
        errors.forbidden(),
        errors.not_found("m"),
        errors.conflict("m"),
        errors.query_too_complex("m"),
        errors.rate_limited(1),
        errors.persisted_document_not_found(),
        errors.timeout(),
        errors.service_unavailable(1),
        errors.internal(),
    ]
    by_graphql_core = {Code.GRAPHQL_PARSE_FAILED, Code.GRAPHQL_VALIDATION_FAILED}
    assert [error.code for error in built] == [code for code in Code if code not in by_graphql_core]


def test_errors_of_graphql_core_are_cut_to_a_bounded_size() -> None:
    source = Source("x" * 100)
    error = GraphQLError("m" * 5_000, source=source, positions=range(1, 90))
    taken = errors.from_graphql(Code.GRAPHQL_VALIDATION_FAILED, error).to_dict()
    assert taken["message"] == "m" * 999 + "…"
    assert taken["locations"] == [{"line": 1, "column": column} for column in range(2, 22)]

"""What the compiler refuses, with which code and words, and that nothing else decides it than the request."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest

from db.models import Role
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.errors import ApiError, Code, RequestErrors
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary

WORKSPACE = UUID("0192f7c4-0000-7000-8000-000000000001")
LEAD = "lead_0192f7c4-0000-7000-8000-000000000002"
CONTEXT = Context(Viewer(WORKSPACE, Role.ADMIN, None, None, ZoneInfo("UTC"), 1), datetime(2026, 10, 1, 12, tzinfo=UTC))


def cursor(*values: str | None) -> str:
    """A cursor as a client could forge it."""
    return b64encode(orjson.dumps(values)).decode()


def bind(document: str, variables: dict[str, Any] | None = None, role: Role = Role.ADMIN) -> list[Any]:
    """Compile and bind an operation, which is all that can refuse it without the database."""
    compiler = Compiler(vocabulary, Limits(), Bounds(cost=5_000, page=100))
    operation = compiler.operation(document, None)
    given = compiler.variables(operation, variables or {})
    return compiler.plan(operation, given, role).bind(given, CONTEXT, WORKSPACE)


def refused(document: str, variables: dict[str, Any] | None = None, role: Role = Role.ADMIN) -> ApiError:
    with pytest.raises(ApiError) as raised:
        bind(document, variables, role)
    return raised.value


BAD_INPUT: list[tuple[str, dict[str, Any], str, list[str | int]]] = [
    ("{ leads { nodes { id } } }", {}, "Give either 'first' or 'last'.", ["leads"]),
    ("{ leads(first: 1, last: 1) { nodes { id } } }", {}, "Give either 'first' or 'last'.", ["leads"]),
    ("{ leads(first: 0) { nodes { id } } }", {}, "'first' must be between 1 and 100.", ["leads"]),
    ("{ leads(first: 1000) { totalCount } }", {}, "'first' must be between 1 and 100.", ["leads"]),
    ("{ leads(last: 101) { nodes { id } } }", {}, "'last' must be between 1 and 100.", ["leads"]),
    ("query($n: Int) { leads(first: $n) { nodes { id } } }", {"n": None}, "Give either 'first' or 'last'.", ["leads"]),
    ('{ leads(first: 1, after: "garbage") { nodes { id } } }', {}, "This is not a cursor.", ["leads"]),
    ('{ leads(first: 1, after: "ümlaut") { nodes { id } } }', {}, "This is not a cursor.", ["leads"]),
    ('{ leads(first: 1, after: "") { nodes { id } } }', {}, "This is not a cursor.", ["leads"]),
    ("query($c: String) { leads(last: 1, before: $c) { nodes { id } } }", {"c": cursor("id+")},
     "This is not a cursor.", ["leads"]),
    ("query($c: String) { leads(last: 1, before: $c) { nodes { id } } }", {"c": cursor("id+", "1", "2")},
     "This is not a cursor.", ["leads"]),
    ("query($c: String) { leads(last: 1, before: $c) { nodes { id } } }", {"c": cursor("id+", None)},
     "This is not a cursor.", ["leads"]),
    ("query($c: String) { leads(last: 1, before: $c) { nodes { id } } }", {"c": cursor("id-", str(WORKSPACE))},
     "This cursor belongs to a list in another order.", ["leads"]),
    ("query($c: String) { leads(first: 1, after: $c, orderBy: {field: SCORE}) { nodes { id } } }",
     {"c": cursor("score+,id+", "ten", str(WORKSPACE))}, "This is not a cursor.", ["leads"]),
    ("query($c: String) { leads(first: 1, after: $c, orderBy: {field: RECEIVED_AT}) { nodes { id } } }",
     {"c": cursor("receivedAt+,id+", "2026-01-01 00:00:00", str(WORKSPACE))}, "This is not a cursor.", ["leads"]),
    ('{ lead(id: "x") { id } }', {}, "'x' is not an id.", ["lead"]),
    (f'{{ a: account(id: "{LEAD}") {{ id }} }}', {},
     f"'{LEAD}' is not an id of Account: those begin with 'acct_'.", ["a"]),
    ("{ lead { id } }", {}, "Give either 'id' or 'externalRef'.", ["lead"]),
    (f'{{ lead(id: "{LEAD}", externalRef: {{source: "a", externalId: "b"}}) {{ id }} }}', {},
     "Give either 'id' or 'externalRef'.", ["lead"]),
    (f'{{ node(id: "{LEAD.replace("lead", "nope")}") {{ id }} }}', {}, "No entity's id begins with 'nope_'.", ["node"]),
    ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": [LEAD] * 101},
     "At most 100 ids can be asked for at once.", ["nodes"]),
    ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": [LEAD, "y"]}, "'y' is not an id.", ["nodes"]),
    ("{ leads(first: 1, filter: {name: null}) { nodes { id } } }", {},
     "'name' must not be null in a filter: leave it out, or use 'isNull'.", ["leads"]),
    ("query($n: String) { leads(first: 1, filter: {name: {eq: $n}}) { nodes { id } } }", {"n": None},
     "'eq' must not be null in a filter: leave it out, or use 'isNull'.", ["leads"]),
    ('{ leads(first: 1, filter: {id: {in: ["acct_1"]}}) { nodes { id } } }', {}, "'acct_1' is not an id.", ["leads"]),
    ("{ contentUsage(first: 101, period: {window: ALL_TIME}) { nodes { uses } } }", {},
     "'first' must be between 1 and 100.", ["contentUsage"]),
    ('{ contentUsage(period: {from: "2026-01-01"}) { nodes { uses } } }', {},
     "A period has either 'from' and 'to', or a 'window'.", ["contentUsage"]),
    ('{ contentUsage(period: {from: "2026-01-02", to: "2026-01-01"}) { nodes { uses } } }', {},
     "A period's 'to' (2026-01-01) is before its 'from' (2026-01-02).", ["contentUsage"]),
    ('{ stageConversion(from: "a", to: "b", period: {window: ALL_TIME}, mode: PERIOD, within: "P1D") { entered } }', {},
     "'within' is for the mode COHORT: PERIOD follows no journey.", ["stageConversion"]),
    ('{ stageConversion(from: "a", to: "b", period: {window: ALL_TIME}, groupBy: [CHANNEL, CHANNEL]) { entered } }', {},
     "'groupBy' names a dimension twice.", ["stageConversion"]),
    (f'{{ contentFor(stage: "{LEAD}") {{ fitWeight }} }}', {},
     f"'{LEAD}' is not an id that begins with 'bstage_'.", ["contentFor"]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "variables", "message", "path"), BAD_INPUT)
def test_bad_input(document: str, variables: dict[str, Any], message: str, path: list[str | int]) -> None:
    error = refused(document, variables)
    assert (error.code, error.message, list(error.path or ())) == (Code.BAD_USER_INPUT, message, path)


def test_the_cost_of_an_operation_is_bounded() -> None:
    nested = "{ accounts(first: 50) { nodes { leads(first: %d) { nodes { id } } } } }"
    bind(nested % 99)
    error = refused(nested % 100)
    assert error.code is Code.QUERY_TOO_COMPLEX
    assert error.message.startswith("The operation may return more than 5,000 objects")
    assert list(error.path or ()) == ["accounts", "nodes", "leads"]


TOKENS = (
    "{ apiTokens(first: 1) { nodes { name } } }",
    "{ members(first: 1) { nodes { apiTokens(first: 1) { totalCount } } } }",
    '{ members(first: 1, filter: {apiTokens: {some: {name: {eq: "x"}}}}) { nodes { id } } }',
    '{ node(id: "tok_0192f7c4-0000-7000-8000-000000000003") { id } }',
    '{ nodes(ids: ["tok_0192f7c4-0000-7000-8000-000000000003"]) { id } }',
)


@pytest.mark.parametrize("document", TOKENS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_read_tokens(document: str, role: Role) -> None:
    bind(document, role=Role.ADMIN)
    assert refused(document, role=role).code is Code.FORBIDDEN


def test_partners_read_nothing_that_is_not_shared_with_them() -> None:
    bind("{ viewer { role } leads(first: 1) { nodes { id } } }", role=Role.PARTNER)
    for name in ("journeys", "stageTransitions", "contentUsageEvents", "apiTokens"):
        error = refused(f"{{ {name}(first: 1) {{ nodes {{ id }} }} }}", role=Role.PARTNER)
        assert (error.code, list(error.path or ())) == (Code.FORBIDDEN, [name])
    metric = '{ stageConversion(from: "mql", to: "won", period: {window: ALL_TIME}) { entered } }'
    assert refused(metric, role=Role.PARTNER).code is Code.FORBIDDEN
    assert refused("{ contentUsage(period: {window: ALL_TIME}) { nodes { uses } } }", role=Role.PARTNER).code


def test_variables_of_the_wrong_type_are_all_told() -> None:
    document = "query($a: Int!, $b: DateTime, $c: Int = 3) { leads(first: $a, filter: {receivedAt: {gt: $b}}) { totalCount } x: leads(first: $c) { totalCount } }"
    with pytest.raises(RequestErrors) as raised:
        bind(document, {"a": "1", "b": "yesterday"})
    told = [(error.code, error.message) for error in raised.value.errors]
    assert told == [
        (Code.BAD_USER_INPUT, "Variable '$a' has invalid value: Int cannot represent non-integer value: '1'"),
        (
            Code.BAD_USER_INPUT,
            (
                "Variable '$b' has invalid value: A DateTime is in ISO 8601 with an offset from UTC, "
                'such as "2026-03-31T09:30:00Z".'
            ),
        ),
    ]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00", "9999-12-31T23:59:59.999999Z"])
def test_moments_that_would_be_stored_as_infinities(moment: str) -> None:
    document = "query($at: DateTime) { leads(filter: {receivedAt: {gt: $at}}) { totalCount } }"
    with pytest.raises(RequestErrors) as raised:
        bind(document, {"at": moment})
    (error,) = raised.value.errors
    ends = "A DateTime lies after 0001-01-01T00:00:00Z and before 9999-12-31T23:59:59.999999Z."
    assert (error.code, error.message) == (Code.BAD_USER_INPUT, f"Variable '$at' has invalid value: {ends}")


def test_an_unknown_or_missing_operation_name() -> None:
    compiler = Compiler(vocabulary, Limits(), Bounds(cost=5_000, page=100))
    two = "query A { __typename } query B { __typename }"
    for name, message in (
        (None, "The document has several operations: name one by 'operationName'."),
        ("C", "The document has no operation called 'C'."),
    ):
        with pytest.raises(ApiError) as raised:
            compiler.operation(two, name)
        assert (raised.value.code, raised.value.message) == (Code.BAD_USER_INPUT, message)
    assert compiler.operation(two, "B") is not compiler.operation(two, "A")

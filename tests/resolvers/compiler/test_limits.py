"""Each limit refuses what passes it, lets through what reaches it, and never expands a fragment to find out."""

from dataclasses import replace

import pytest
from graphql import get_introspection_query

from resolvers.compiler.errors import ApiError, Code
from resolvers.compiler.limits import Limits, check, parse
from resolvers.compiler.measure import Measure

LIMITS = Limits()


def refusal(source: str, limits: Limits = LIMITS) -> str:
    """The message with which the limits refuse a document."""
    document = parse(source, limits.tokens)
    with pytest.raises(ApiError) as caught:
        check(document, limits)
    assert caught.value.code is Code.QUERY_TOO_COMPLEX
    return caught.value.message


def passes(source: str) -> bool:
    """Whether the limits let a document through: they raise if not."""
    check(parse(source, LIMITS.tokens), LIMITS)
    return True


def nested(levels: int, inside: str = "a") -> str:
    """Selection sets, one inside another, with `inside` in the innermost."""
    return "{a" * (levels - 1) + "{" + inside + "}" * levels


def doubling(levels: int, inside: str = "id") -> str:
    """A fragment that spreads the next one twice, as many times as there are levels."""
    fragments = "".join(f"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}" for i in range(levels))
    return "{...F0}" + fragments + f"fragment F{levels} on Query{{{inside}}}"


@pytest.mark.parametrize(
    ("reaching", "passing", "message"),
    [
        pytest.param(nested(12), nested(13), "The operation nests 13 levels deep; at most 12 are allowed.", id="depth"),
        pytest.param(
            nested(9, "...F") + "fragment F on T{b{b{b{b}}}}",
            nested(9, "...F") + "fragment F on T{b{b{b{b{b}}}}}",
            "The operation nests 13 levels deep; at most 12 are allowed.",
            id="depth through a fragment",
        ),
        pytest.param(
            "{a{" + "b:c " * 30 + "}}",
            "{a{" + "b:c " * 31 + "}}",
            "The operation has 31 aliases; at most 30 are allowed.",
            id="aliases",
        ),
        pytest.param(
            "{a{" + "...F " * 15 + "}} fragment F on T{b:c d:e}",
            "{a{" + "...F " * 16 + "}} fragment F on T{b:c d:e}",
            "The operation has 32 aliases; at most 30 are allowed.",
            id="aliases through fragments",
        ),
        pytest.param(
            "query($v:I@x)@x{a" + "@x" * 46 + "...@x{b} ...F} fragment F on T@x{b}",
            "query($v:I@x)@x{a" + "@x" * 46 + "...@x{b} ...F@x} fragment F on T@x{b}",
            "The operation has 51 directives; at most 50 are allowed.",
            id="directives",
        ),
        pytest.param(
            "{...F ...{" + "a " * 18 + "}} fragment F on T{b c{d d}}",
            "{...F ...{" + "a " * 19 + "}} fragment F on T{b c{d d}}",
            "The query has 21 root fields; at most 20 are allowed.",
            id="root fields",
        ),
        pytest.param(
            "mutation{a b c d}",
            "mutation{a b c d ...F} fragment F on T{e}",
            "The mutation has 5 root fields; at most 4 are allowed.",
            id="mutations",
        ),
        pytest.param(
            "{a{"
            + "b " * 1_900
            + "...F}} fragment F on T{"
            + "c " * 33
            + "...G ...G} fragment G on T{"
            + "d " * 33
            + "}",
            "{a{"
            + "b " * 1_900
            + "...F}} fragment F on T{"
            + "c " * 34
            + "...G ...G} fragment G on T{"
            + "d " * 33
            + "}",
            "With its fragments expanded, the document has 2,001 fields; at most 2,000 are allowed.",
            id="fields",
        ),
        pytest.param(
            "query A{a} " * 20,
            "query A{a} " * 21,
            "The document has 21 operations; at most 20 are allowed.",
            id="operations",
        ),
        pytest.param(
            "".join(f"query A{i}{{...F}}" for i in range(20)) + "fragment F on T{a" + "{b" + " b" * 98 + "}}",
            "".join(f"query A{i}{{...F}}" for i in range(20)) + "fragment F on T{a" + "{b" + " b" * 99 + "}}",
            "With its fragments expanded, the document has 2,020 fields; at most 2,000 are allowed.",
            id="fields of all operations",
        ),
        pytest.param(
            "{" + "...{" * 49 + "a" + "}" * 50,
            "{" + "...{" * 50 + "a" + "}" * 51,
            "The operation nests 51 selection sets, fragments included; at most 50 are allowed.",
            id="nesting of inline fragments",
        ),
        pytest.param(
            "{a(x:" + "[" * 16 + "]" * 16 + ")}",
            "{a(x:" + "[" * 17 + "]" * 17 + ")}",
            "A literal nests 17 levels deep; at most 16 are allowed.",
            id="lists",
        ),
        pytest.param(
            "{a@d(x:" + "{y:" * 16 + "1" + "}" * 16 + ")}",
            "{a@d(x:" + "{y:" * 17 + "1" + "}" * 17 + ")}",
            "A literal nests 17 levels deep; at most 16 are allowed.",
            id="objects of a directive",
        ),
        pytest.param(
            "query($v:I=" + "[{y:" * 8 + "1" + "}]" * 8 + "){a}",
            "query($v:I=" + "[{y:" * 9 + "1" + "}]" * 9 + "){a}",
            "A literal nests 18 levels deep; at most 16 are allowed.",
            id="default of a variable",
        ),
        pytest.param(
            "{a(x:[" + "9" * 100 + "])}",
            "{a(x:[" + "9" * 5_000 + "])}",
            "A number is 5,000 characters long; at most 100 are allowed.",
            id="long number",
        ),
    ],
)
def test_a_limit(reaching: str, passing: str, message: str) -> None:
    assert passes(reaching)
    assert refusal(passing) == message


def test_the_error_says_where_the_operation_is() -> None:
    with pytest.raises(ApiError) as caught:
        check(parse("query A{a}\n query B" + nested(13), 2_000), LIMITS)
    assert caught.value.to_dict() == {
        "message": "The operation nests 13 levels deep; at most 12 are allowed.",
        "locations": [{"line": 2, "column": 2}],
        "extensions": {"code": "QUERY_TOO_COMPLEX"},
    }


def test_spreads_without_fields_are_bounded_too() -> None:
    source = "{a{...F0}}" + doubling(11, "...Unknown").removeprefix("{...F0}")
    message = "With its fragments expanded, the document spreads 6,143 fragments; at most 2,000 are allowed."
    assert refusal(source) == message


@pytest.mark.parametrize("levels", [20, 49, 150])
def test_doubling_fragments_are_measured_and_not_expanded(monkeypatch: pytest.MonkeyPatch, levels: int) -> None:
    entered = 0
    enter = Measure.enter

    def counting(*args: object) -> object:
        nonlocal entered
        entered += 1
        return enter(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Measure, "enter", counting)
    assert refusal(doubling(levels)) == "The query has more than 1,000,000 root fields; at most 20 are allowed."
    assert entered == 1 + 2 * levels + 1


def test_the_document_that_took_other_servers_seconds() -> None:
    source = doubling(21)
    assert len(source) < 789
    assert refusal(source, replace(LIMITS, root_fields=10**9)) == (
        "With its fragments expanded, the document has more than 1,000,000 fields; at most 2,000 are allowed."
    )


def test_fragments_that_form_a_cycle_are_left_to_validation() -> None:
    assert passes("{...A} fragment A on T{a ...B} fragment B on T{b ...A}")
    assert passes("{...A} fragment A on T{...A}")


def test_the_standard_introspection_query_passes() -> None:
    assert passes(get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True))


@pytest.mark.parametrize("of_types", [7, 9])
def test_introspection_with_its_type_references_written_out_passes(of_types: int) -> None:
    type_reference = "kind name " + "ofType{kind name " * of_types + "}" * of_types
    assert passes(f"{{__schema{{types{{fields{{name args{{type{{{type_reference}}}}}}}}}}}}}")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
            "The introspection nests 3 lists of a type; at most 1 are allowed.",
        ),
        (
            '{__type(name:"A"){...F}} fragment F on __Type{fields{type{...G}}} fragment G on __Type{possibleTypes{name}}',
            "The introspection nests 2 lists of a type; at most 1 are allowed.",
        ),
        (
            "{__schema{types" + "{ofType" * 15 + "{name" + "}" * 18,
            "The introspection nests 17 levels deep; at most 16 are allowed.",
        ),
        ("{__schema{types{a:fields{name}}}}", "The introspection has 1 aliases; at most 0 are allowed."),
        (
            "{__schema{...F}} fragment F on __Schema{a:types{name}}",
            "The introspection has 1 aliases; at most 0 are allowed.",
        ),
        (
            '{__schema{types{name}} ...F} fragment F on Query{__type(name:"A"){name}}',
            "The operation has 2 introspection fields; at most 1 are allowed.",
        ),
    ],
)
def test_an_introspection_that_multiplies_the_schema_is_refused(source: str, message: str) -> None:
    assert refusal(source) == message


def test_fields_of_the_data_may_be_called_like_lists_of_a_type() -> None:
    assert passes("{fields{fields{interfaces{a:possibleTypes}}}}")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{" + "a " * 1_999 + "}", "The document has more than 2,000 tokens."),
        ("{a" + "@x" * 1_000 + "}", "The document has more than 2,000 tokens."),
        ("#\n" * 2_001 + "{a}", "The document has more than 2,000 comments."),
        ("{a" + " " * 100_000 + "}", "The document is longer than 100,000 characters."),
        (nested(900), "The document is nested too deeply."),
        ("{a(x:" + "[" * 900 + "]" * 900 + ")}", "The document is nested too deeply."),
        ("query($v:" + "[" * 900 + "I" + "]" * 900 + "){a}", "The document is nested too deeply."),
    ],
)
def test_a_document_too_large_to_be_parsed(source: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(source, 2_000)
    assert (caught.value.code, caught.value.message) == (Code.QUERY_TOO_COMPLEX, message)


def test_a_document_of_exactly_the_allowed_tokens_is_parsed() -> None:
    assert len(parse("{" + "a " * 1_998 + "}", 2_000).definitions) == 1


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("", "Syntax Error: Unexpected <EOF>.", 1, 1),
        ("{a}\n}", "Syntax Error: Unexpected '}'.", 2, 1),
        ("{a{}}", "Syntax Error: Expected Name, found '}'.", 1, 4),
        ('{a(x:"b)}', "Syntax Error: Unterminated string.", 1, 10),
        ('{a(x:"Document is nested too deeply. Parsing aborted.}', "Syntax Error: Unterminated string.", 1, 55),
        ("{a\0}", "Syntax Error: Unexpected character: U+0000.", 1, 3),
    ],
)
def test_a_syntax_error_is_told_with_its_place(source: str, message: str, line: int, column: int) -> None:
    with pytest.raises(ApiError) as caught:
        parse(source, 2_000)
    assert caught.value.to_dict() == {
        "message": message,
        "locations": [{"line": line, "column": column}],
        "extensions": {"code": "GRAPHQL_PARSE_FAILED"},
    }

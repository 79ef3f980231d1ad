"""Validation finds what graphql-core's rules find, in work that the document's size bounds."""

from typing import cast

import pytest
from graphql import (
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLUnionType,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    get_named_type,
    is_composite_type,
)
from graphql import parse as parse_document
from graphql import validate as validate_document
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.compiler.limits import Limits, check, parse
from resolvers.compiler.validation import RULES, find_conflicts, validate

SCHEMA = build_schema("""
    interface Being { id: ID! name(upper: Boolean): String mate: Being friends(of: Filter): [Being!] }
    type Dog implements Being {
      id: ID! name(upper: Boolean): String mate: Being friends(of: Filter): [Being!] size: Int! volume: Int owner: Robot
    }
    type Cat implements Being {
      id: ID! name(upper: Boolean): String mate: Being friends(of: Filter): [Being!] size: Int volume: String owner: Dog!
    }
    type Robot { id: ID name: String mate: Thing friends: [Being] size: Float owner: [Cat] }
    union Thing = Dog | Cat | Robot
    input Filter { words: [String] size: Int not: Filter }
    type Query { being: Being thing(of: Filter, first: Int): Thing things: [Thing] dog: Dog robot: Robot! }
    type Mutation { feed: Dog }
""")

ADVICE = "Use different aliases on the fields to fetch both if this was intentional."


def conflicts(source: str) -> list[str]:
    """What keeps the fields of an otherwise valid document from being merged."""
    document = parse_document(source)
    assert validate_document(SCHEMA, document, RULES) == []
    return [error.message for error in find_conflicts(SCHEMA, document)]


def core_conflicts(source: str) -> list[str]:
    """What graphql-core says of the same."""
    document = parse_document(source)
    return [error.message for error in validate_document(SCHEMA, document, [OverlappingFieldsCanBeMergedRule])]


@pytest.mark.parametrize(
    "source",
    [
        "{dog{name name}}",
        "{dog{name(upper: true) name(upper: true)}}",
        '{thing(first: 1, of: {size: 1, words: ["a"]}){__typename} thing(of: {words: ["a"], size: 1}, first: 1){__typename}}',
        "query($b: Boolean){dog{name(upper: $b) name(upper: $b)}}",
        "{being{...on Dog{name} ...on Cat{name(upper: true)}}}",
        "{being{...on Dog{x: id} ...on Cat{x: id}}}",
        "{being{...on Dog{mate{x: id}} ...on Cat{mate{x: id y: name}}}}",
        "{being{...on Dog{x: owner{__typename}} ...on Cat{x: mate{__typename}}}}",
        "{being{...on Dog{mate{name}} ...on Cat{mate{name(upper: true)}}}}",
        "{being{...on Dog{mate{...on Dog{name}}} ...on Cat{mate{...on Dog{name(upper: true)}}}}}",
        "{...A ...B} fragment A on Query{dog{id ...C}} fragment B on Query{dog{...C}} fragment C on Being{name}",
        "query A{dog{x: id}} query B{dog{x: name}}",
    ],
)
def test_fields_that_can_be_merged(source: str) -> None:
    assert conflicts(source) == []
    assert core_conflicts(source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{dog{x: id x: name}}", "Fields 'x' conflict because 'id' and 'name' are different fields."),
        ("{dog{name name(upper: true)}}", "Fields 'name' conflict because they have differing arguments."),
        (
            "query($a: Boolean, $b: Boolean){dog{name(upper: $a) name(upper: $b)}}",
            "Fields 'name' conflict because they have differing arguments.",
        ),
        (
            '{thing(of: {words: ["a", "b"]}){__typename} thing(of: {words: ["b", "a"]}){__typename}}',
            "Fields 'thing' conflict because they have differing arguments.",
        ),
        (
            "{dog{x: mate{id}} dog{x: owner{id}}}",
            "Fields 'dog' conflict because subfields 'x' conflict because 'mate' and 'owner' are different fields.",
        ),
        (
            "{being{...on Dog{size} ...on Cat{size}}}",
            "Fields 'size' conflict because they return conflicting types 'Int!' and 'Int'.",
        ),
        (
            "{thing{...on Dog{x: mate{y: id}} ...on Cat{x: mate{y: name}}}}",
            "Fields 'x' conflict because subfields 'y' conflict because they return conflicting types 'ID!' and 'String'.",
        ),
        (
            "{being{...on Dog{volume} ...on Cat{volume}}}",
            "Fields 'volume' conflict because they return conflicting types 'Int' and 'String'.",
        ),
        (
            "{thing{...on Robot{friends{id}} ...on Cat{friends{id}}}}",
            "Fields 'friends' conflict because they return conflicting types '[Being]' and '[Being!]'.",
        ),
        (
            "{thing{x: __typename} thing{...on Dog{x: id}}}",
            "Fields 'thing' conflict because subfields 'x' conflict because '__typename' and 'id' are different fields.",
        ),
        (
            "{being{name ...on Dog{name} ...on Cat{name(upper: true)}}}",
            "Fields 'name' conflict because they have differing arguments.",
        ),
        ("{being{name ...on Dog{name(upper: true)}}}", "Fields 'name' conflict because they have differing arguments."),
        (
            "{being{mate{x: name} ...on Dog{mate{x: name(upper: true)}}}}",
            "Fields 'mate' conflict because subfields 'x' conflict because they have differing arguments.",
        ),
        (
            "{dog{...A ...B}} fragment A on Dog{x: size} fragment B on Dog{x: volume}",
            "Fields 'x' conflict because 'size' and 'volume' are different fields.",
        ),
    ],
)
def test_fields_that_cannot_be_merged(source: str, message: str) -> None:
    assert conflicts(source) == [f"{message} {ADVICE}"]
    assert core_conflicts(source) == [f"{message} {ADVICE}"]


VALUES = {
    "upper": ["true", "false", "null", "$b"],
    "of": ["{size: 1}", "{size: 1, words: []}", "{words: [], size: 1}", "{not: {size: 1}}", "$f", "null"],
    "first": ["1", "2"],
}


VARIABLES = {"$b": "Boolean", "$f": "Filter"}
COMPOSITE = [type_ for name, type_ in SCHEMA.type_map.items() if is_composite_type(type_) and not name.startswith("__")]


def overlap(one: GraphQLCompositeType, other: GraphQLCompositeType) -> bool:
    """Whether an object may be of both types."""
    return not set(object_types(one)).isdisjoint(object_types(other))


def object_types(type_: GraphQLCompositeType) -> list[GraphQLObjectType]:
    return [type_] if isinstance(type_, GraphQLObjectType) else list(SCHEMA.get_possible_types(type_))


class Writer:
    """Writes a random document that all other rules accept, in which response names meet often."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.conditions = draw(st.lists(st.sampled_from(COMPOSITE), max_size=3))
        self.spread: set[int] = set()

    def document(self) -> str:
        """One query and the fragments it spreads, each of which may spread those after it."""
        parts = [self.selections(cast("GraphQLObjectType", SCHEMA.query_type), 0, 4)]
        for i, condition in enumerate(self.conditions):
            if i in self.spread:
                parts.append(f"fragment F{i} on {condition.name}{self.selections(condition, i + 1, 3)}")
        variables = " ".join(f"{name}: {VARIABLES[name]}" for name in VARIABLES if any(name in part for part in parts))
        return f"query{f'({variables})' if variables else ''}" + " ".join(parts)

    def selections(self, type_: GraphQLCompositeType, spreadable: int, depth: int) -> str:
        """A selection set on the type, with fragments numbered from `spreadable`."""
        count = self.draw(st.integers(1, 3))
        return "{" + " ".join(self.selection(type_, spreadable, depth) for _ in range(count)) + "}"

    def selection(self, type_: GraphQLCompositeType, spreadable: int, depth: int) -> str:
        """A field or a fragment."""
        kind = self.draw(st.sampled_from(["field", "field", "inline", "inline", "named"]))
        fitting = [i for i, other in enumerate(self.conditions) if i >= spreadable and overlap(type_, other)]
        if kind == "named" and fitting:
            chosen = self.draw(st.sampled_from(fitting))
            self.spread.add(chosen)
            return f"...F{chosen}"
        if kind == "inline" and depth > 0:
            condition = self.draw(st.sampled_from([other for other in COMPOSITE if overlap(type_, other)]))
            return f"...on {condition.name}{self.selections(condition, spreadable, depth - 1)}"
        return self.field(type_, spreadable, depth)

    def field(self, type_: GraphQLCompositeType, spreadable: int, depth: int) -> str:
        """A field of the type with some of its arguments in any order."""
        fields = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        names = [name for name in fields if depth > 0 or not is_composite_type(get_named_type(fields[name].type))]
        if not names:
            return "__typename"
        name = self.draw(st.sampled_from(names))
        alias = self.draw(st.sampled_from([""] * 12 + ["x: ", "mate: "]))
        chosen = self.draw(st.permutations([each for each in fields[name].args if self.draw(st.integers(0, 2)) == 0]))
        arguments = " ".join(f"{each}: {self.draw(st.sampled_from(VALUES[each]))}" for each in chosen)
        result = get_named_type(fields[name].type)
        inside = self.selections(result, spreadable, depth - 1) if is_composite_type(result) else ""
        return f"{alias}{name}{f'({arguments})' if arguments else ''}{inside}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    return Writer(draw).document()


@settings(max_examples=150, deadline=None)
@given(documents())
def test_whether_fields_can_be_merged_is_decided_as_graphql_core_decides_it(source: str) -> None:
    assert bool(conflicts(source)) == bool(core_conflicts(source)), source


def test_errors_of_the_other_rules_come_first() -> None:
    messages = [error.message for error in validate(SCHEMA, parse("{dog{x: id x: name y}}", 100))]
    assert messages == ["Cannot query field 'y' on type 'Dog'."]


def test_a_valid_document_has_no_errors() -> None:
    assert validate(SCHEMA, parse("{dog{id mate{...on Cat{size}}}}", 100)) == []


def test_ten_errors_are_enough() -> None:
    errors = validate(SCHEMA, parse("{" + " ".join(f"u{i}" for i in range(40)) + "}", 100))
    assert [error.message for error in errors] == [
        *(f"Cannot query field 'u{i}' on type 'Query'." for i in range(10)),
        "Too many validation errors, error limit reached. Validation aborted.",
    ]


def test_at_most_ten_conflicts_are_told() -> None:
    source = "{" + " ".join(f"x{i}: dog{{id}} x{i}: being{{id}}" for i in range(15)) + "}"
    errors = validate(SCHEMA, parse(source, 1_000))
    assert [error.message for error in errors] == [
        f"Fields 'x{i}' conflict because 'dog' and 'being' are different fields. {ADVICE}" for i in range(10)
    ]


@pytest.mark.parametrize(("errors", "suggestions", "told"), [(3, True, True), (3, False, False), (4, True, False)])
def test_suggestions_are_given_for_few_errors_and_where_allowed(errors: int, suggestions: bool, told: bool) -> None:
    document = parse("{" + "dogg " * errors + "}", 100)
    ending = " Did you mean 'dog'?" if told else ""
    messages = [error.message for error in validate(SCHEMA, document, suggestions=suggestions)]
    assert messages == [f"Cannot query field 'dogg' on type 'Query'.{ending}"] * errors


def test_a_cycle_of_fragments_is_told_and_not_followed() -> None:
    document = parse("{...A} fragment A on Query{dog{id} ...B} fragment B on Query{dog{name} ...A ...A}", 100)
    check(document, Limits())
    messages = [error.message for error in validate(SCHEMA, document)]
    assert messages == ["Cannot spread fragment 'A' within itself via 'B'."] * 2


def test_unused_fragments_are_told_ten_at_most() -> None:
    document = parse("{dog{id}}" + "".join(f"fragment F{i} on Dog{{id}}" for i in range(240)), 2_000)
    check(document, Limits())
    errors = validate(SCHEMA, document)
    assert [error.message for error in errors[:10]] == [f"Fragment 'F{i}' is never used." for i in range(10)]
    assert len(errors) == 11


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the fields that are looked up in the schema from now on: one for each step of merging."""
    names: list[str] = []
    get_field = SCHEMA.get_field

    def recording(parent_type: GraphQLCompositeType, name: str) -> object:
        names.append(name)
        return get_field(parent_type, name)

    monkeypatch.setattr(SCHEMA, "get_field", recording)
    return names


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        pytest.param("{dog{" + "id " * 1_900 + "}}", 1_901, id="one field again and again"),
        pytest.param("{" + "dog{mate{id}} " * 19 + "dog{" + "mate{id} " * 400 + "}}", 858, id="with sub-selections"),
        pytest.param(
            "{dog{" + "...F " * 600 + "}} fragment F on Dog{id name mate{id}}", 2_401, id="one fragment again and again"
        ),
        pytest.param(
            "{dog{...F0}}"
            + "".join(f"fragment F{i} on Dog{{...F{i + 1} ...F{i + 1}}}" for i in range(9))
            + "fragment F9 on Dog{id}",
            513,
            id="doubling fragments",
        ),
        pytest.param(
            "{dog{"
            + " ".join(f"...F{i}" for i in range(130))
            + "}}"
            + "".join(f"fragment F{i} on Dog{{mate{{id name}}}}" for i in range(130)),
            391,
            id="many fragments of the same fields",
        ),
    ],
)
def test_each_field_is_merged_once(lookups: list[str], source: str, fields: int) -> None:
    document = parse(source, 2_000)
    assert list(find_conflicts(SCHEMA, document)) == []
    assert len(lookups) == fields


def branching(levels: int) -> str:
    """Dogs' and cats' friends with different arguments, and the same below each: two, four, eight branches…"""
    fragments = ["fragment F0 on Being{id}"]
    for level in range(levels):
        friends = (
            f"...on {name}{{friends(of: {{size: {i}}}){{...F{level}}}}}" for i, name in enumerate(["Dog", "Cat"])
        )
        fragments.append(f"fragment F{level + 1} on Being{{{' '.join(friends)}}}")
    return f"{{being{{...F{levels}}}}}" + "".join(fragments)


def test_branches_of_object_types_are_compared_up_to_a_bound() -> None:
    assert conflicts(branching(6)) == []
    (message,) = conflicts(branching(7))
    assert message.split(" because ")[-1] == f"they differ for more than 100 combinations of object types. {ADVICE}"
    assert message.count("subfields 'friends'") == 6

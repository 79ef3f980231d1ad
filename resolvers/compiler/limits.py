"""How large a document may be. Each check is linear in the document, whatever its fragments expand to."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    get_location,
)
from graphql import parse as parse_document

from resolvers.compiler.errors import ApiError, Code, from_graphql, query_too_complex
from resolvers.compiler.measure import Measure, measure

CHARACTERS_PER_TOKEN = 50
"""Characters allowed for each allowed token, since a name, string or blank space of any length is one token or none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a document may hold; numbers are counted with every fragment expanded."""

    tokens: int = 2_000
    operations: int = 20
    response_fields: int = 2_000
    """Fields of all operations together: bounds the work of validation and the size of a plan."""
    spreads: int = 2_000
    """Fragments, spread by name or inline, of all operations together: bounds the same work where no fields are."""
    depth: int = 12
    """Levels of fields, without those below `__schema` and `__type`."""
    aliases: int = 30
    directives: int = 50
    root_fields: int = 20
    mutations: int = 4
    """Root fields of a mutation."""
    nesting: int = 50
    """Selection sets, one inside another, of fields and of fragments: whoever walks the operation may recurse."""
    value_depth: int = 16
    """Levels of lists and objects in a literal."""
    number_length: int = 100
    """Characters of an Int or Float literal; Python refuses long ones in words of its own."""
    introspections: int = 1
    """`__schema` and `__type` fields of an operation."""
    introspection_depth: int = 16
    """Levels of fields below `__schema` and `__type`; the longest standard introspection query has 14."""
    introspection_lists: int = 1
    """Lists of a type inside lists of a type, below `__schema` and `__type`."""
    introspection_aliases: int = 0
    """Aliases below `__schema` and `__type`, each of which repeats a list of the whole schema."""


def parse(source: str, max_tokens: int) -> DocumentNode:
    """The document's syntax tree.

    Raises ApiError: GRAPHQL_PARSE_FAILED with message and location for wrong syntax, QUERY_TOO_COMPLEX for more than
    `max_tokens` tokens or comments, a source longer than any such document needs, or nesting that cannot be parsed.
    """
    max_length = max_tokens * CHARACTERS_PER_TOKEN
    try:
        return parse_document(
            source,
            max_lexical_tokens=max_tokens,
            max_comments=max_tokens,
            max_source_length=max_length,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        passed_limits = {
            f"Document contains more than {max_tokens} tokens.": f"has more than {max_tokens:,} tokens",
            f"Document contains more than {max_tokens} comments.": f"has more than {max_tokens:,} comments",
            f"Source contains more than {max_length} code points.": f"is longer than {max_length:,} characters",
            "Document is nested too deeply.": "is nested too deeply",
        }
        passed_limit = passed_limits.get(error.description.removesuffix(" Parsing aborted."))
        if passed_limit is None:
            raise from_graphql(Code.GRAPHQL_PARSE_FAILED, error) from None
        raise query_too_complex(f"The document {passed_limit}.") from None


def check(document: DocumentNode, limits: Limits) -> None:
    """Raise QUERY_TOO_COMPLEX, naming the limit and the value, if the document passes one of the limits.

    A document whose fragments form a cycle has no size. It is let through for validation to refuse.
    """
    fragments = {
        definition.name.value: measure(definition)
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    spreads = TopologicalSorter({name: [spread.name for spread in m.spreads] for name, m in fragments.items()})
    try:
        innermost_first = [fragments[name] for name in spreads.static_order() if name in fragments]
    except CycleError:
        return
    for fragment in innermost_first:
        fragment.expand(fragments)

    whole = Measure()
    operations = [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
    _refuse_above(limits.operations, len(operations), "The document has {} operations")
    for operation in operations:
        expanded = measure(operation)
        expanded.expand(fragments)
        _check_operation(operation, expanded, limits)
        whole.fields += expanded.fields
        whole.fragments += expanded.fragments
    _refuse_above(limits.response_fields, whole.fields, "With its fragments expanded, the document has {} fields")
    _refuse_above(limits.spreads, whole.fragments, "With its fragments expanded, the document spreads {} fragments")


def _check_operation(operation: OperationDefinitionNode, size: Measure, limits: Limits) -> None:
    data, introspection = size.data, size.introspection
    is_mutation = operation.operation is OperationType.MUTATION
    root_fields = limits.mutations if is_mutation else limits.root_fields
    for limit, value, text in (
        (limits.depth, data.depth, "The operation nests {} levels deep"),
        (limits.aliases, data.aliases, "The operation has {} aliases"),
        (limits.directives, size.directives, "The operation has {} directives"),
        (root_fields, size.root_fields, f"The {operation.operation.value} has {{}} root fields"),
        (limits.nesting, size.nesting, "The operation nests {} selection sets, fragments included"),
        (limits.value_depth, size.value_depth, "A literal nests {} levels deep"),
        (limits.number_length, size.number_length, "A number is {} characters long"),
        (limits.introspections, size.introspections, "The operation has {} introspection fields"),
        (limits.introspection_depth, introspection.depth, "The introspection nests {} levels deep"),
        (limits.introspection_lists, introspection.lists, "The introspection nests {} lists of a type"),
        (limits.introspection_aliases, introspection.aliases, "The introspection has {} aliases"),
    ):
        _refuse_above(limit, value, text, operation)


def _refuse_above(limit: int, value: int, text: str, operation: OperationDefinitionNode | None = None) -> None:
    if value <= limit:
        return
    shown = f"{value:,}" if value <= 1_000_000 else "more than 1,000,000"
    locations = [get_location(operation.loc.source, operation.loc.start)] if operation and operation.loc else None
    message = f"{text.format(shown)}; at most {limit:,} are allowed."
    raise ApiError(Code.QUERY_TOO_COMPLEX, message, locations=locations)

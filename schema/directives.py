"""The directives that the schema itself uses."""

from __future__ import annotations

from graphql import GraphQLOneOfDirective
from strawberry import schema_directives
from strawberry.schema_directive import Location, schema_directive


@schema_directive(
    locations=[Location.INPUT_OBJECT], name=GraphQLOneOfDirective.name, description=GraphQLOneOfDirective.description
)
class OneOf(schema_directives.OneOf):
    """GraphQL's own `@oneOf` with its description, which Strawberry's `one_of=True` leaves out."""

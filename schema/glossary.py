"""The words that both departments use, and what each of them means by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from resolvers import glossary
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, objects, to_many, to_one
from schema.search import Searchable

if TYPE_CHECKING:
    from schema.approval import Approval
    from schema.workspace import Member


@entity(models.GlossaryTerm, plural="glossaryTerms")
class GlossaryTerm(Searchable):
    """A word of the shared vocabulary, such as lead or collateral, with the versions of its meaning."""

    key: str = column("Short name of the term, unique in the workspace.")
    name: str = column("The word as people say it.")
    governs: list[str] = column("The types, fields and metrics of this schema whose meaning it rules, by name.")
    owner: Member | None = to_one(models.GlossaryTerm.owner_id, "The member who looks after it.")
    versions: Connection[GlossaryVersion] = to_many(models.GlossaryVersion.term_id, "All versions of its meaning.")
    agreed: GlossaryVersion | None = objects(
        glossary.agreed, "The latest version that both marketing and sales approved; null while there is none."
    )


@entity(models.GlossaryVersion, plural="glossaryVersions")
class GlossaryVersion(Node):
    """What a term means to each department, and the definition put to both; agreed once both approved it."""

    number: int = column("The version, from 1; later ones are greater.")
    marketing_meaning: str | None = column("What marketing means by the term; null where it has no word for it.")
    sales_meaning: str | None = column("What sales means by the term; null where it has no word for it.")
    definition: str = column("The one definition that is put to both departments.")
    term: GlossaryTerm = to_one(models.GlossaryVersion.term_id, "The term.")
    author: Member | None = to_one(models.GlossaryVersion.author_id, "The member who wrote it.")
    approvals: Connection[Approval] = to_many(models.Approval.glossary_version_id, "What each department said to it.")

"""Which version of a term both departments agreed on."""

from __future__ import annotations

from sqlalchemy import Alias, exists, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import Approval, ApprovalDecision, Department, GlossaryVersion
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source


def agreed(term: Source, _arguments: Arguments) -> Rows:
    """The version with the greatest number that both marketing and sales approved; no row where there is none."""
    version = open_table(GlossaryVersion)
    return Rows(
        select(version)
        .where(
            in_workspace(version),
            version.c.term_id == term.c.id,
            _approved(version, Department.MARKETING),
            _approved(version, Department.SALES),
        )
        .order_by(version.c.number.desc())
        .limit(literal_column("1"))
        .correlate(term.row)
    )


def _approved(version: Alias, department: Department) -> ColumnElement[bool]:
    approval = open_table(Approval)
    return (
        exists()
        .where(
            in_workspace(approval),
            approval.c.glossary_version_id == version.c.id,
            approval.c.department == constant(department),
            approval.c.decision == constant(ApprovalDecision.APPROVED),
        )
        .correlate_except(approval)
    )

"""Who changed what in the shared vocabulary and around it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.models import (
    ApiToken,
    AuditAction,
    AuditEntry,
    ContentAsset,
    ContentMapping,
    ContentStatus,
    DefinitionStatus,
    Entity,
    GlossaryTerm,
    LeadDefinition,
    Member,
    Opportunity,
)
from db.seed.company import Company
from db.seed.content import ARCHIVED_AGO
from db.seed.people import by_name

PROPOSED, AGREED, RETIRED = DefinitionStatus.PROPOSED, DefinitionStatus.AGREED, DefinitionStatus.RETIRED


def add_audit_entries(company: Company) -> None:
    """Add the entries in the order of time: what members did, and what a program did with a token of no member."""
    entries = [*_vocabulary(company), *_library(company), *_keys(company)]
    for entry in sorted(entries, key=lambda one: one.occurred_at):
        company.add(entry, entry.occurred_at)


def _entry(
    action: AuditAction,
    subject: Entity,
    at: datetime,
    *,
    by: Member | ApiToken,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    return AuditEntry(
        occurred_at=at,
        action=action,
        subject_type=type(subject).__name__,
        subject_id=f"{subject.__prefix__}_{subject.id}",
        member_id=by.id if isinstance(by, Member) else None,
        api_token_id=by.id if isinstance(by, ApiToken) else None,
        before=before,
        after=after,
    )


def _made(subject: Entity, by: Member, after: Mapping[str, Any]) -> AuditEntry:
    return _entry(AuditAction.CREATED, subject, subject.created_at, by=by, after=after)


def _vocabulary(company: Company) -> list[AuditEntry]:
    """The terms as they were begun, and every step of a definition's life."""
    members = by_name(company)
    entries = [
        _made(term, members["Priya Raman"], {"key": term.key, "name": term.name}) for term in company.rows(GlossaryTerm)
    ]
    by_id = {member.id: member for member in members.values()}
    for definition in company.rows(LeadDefinition):
        author = by_id[definition.author_id] if definition.author_id else members["Tomás Rivera"]
        entries.append(_made(definition, author, {"version": definition.version, "status": DefinitionStatus.DRAFT}))
        status = DefinitionStatus.DRAFT
        steps = ((PROPOSED, definition.proposed_at), (AGREED, definition.agreed_at), (RETIRED, definition.retired_at))
        for reached, at in steps:
            if at is not None:
                before, after = {"status": status}, {"status": reached}
                change = _entry(AuditAction.UPDATED, definition, at, by=author, before=before, after=after)
                entries.append(change)
                status = reached
    return entries


def _library(company: Company) -> list[AuditEntry]:
    """What was archived, and a mapping that somebody took away: it is nowhere else any more."""
    editor = by_name(company)["Claire Dubois"]
    at = company.calendar.ago(ARCHIVED_AGO)
    archived = [asset for asset in company.rows(ContentAsset) if asset.status is ContentStatus.ARCHIVED]
    before, after = {"status": ContentStatus.ACTIVE}, {"status": ContentStatus.ARCHIVED}
    entries = [_entry(AuditAction.UPDATED, asset, at, by=editor, before=before, after=after) for asset in archived]
    gone = ContentMapping(id=company.identity(company.rows(ContentMapping)[0].created_at))
    fit = {"asset_id": str(archived[0].id), "fit_weight": "0.4"}
    return [*entries, _entry(AuditAction.DELETED, gone, at, by=editor, before=fit)]


def _keys(company: Company) -> list[AuditEntry]:
    """Tokens made and taken back, and the owners that the migration of the CRM wrote with a token of its own."""
    priya, program = by_name(company)["Priya Raman"], _of_no_member(company)
    entries = []
    for token in company.rows(ApiToken):
        entries.append(_made(token, priya, {"name": token.name, "role": token.role}))
        if token.revoked_at is not None:
            before, after = {"revoked_at": None}, {"revoked_at": token.revoked_at.isoformat()}
            change = _entry(AuditAction.UPDATED, token, token.revoked_at, by=priya, before=before, after=after)
            entries.append(change)
    assert program.expires_at is not None, "the migration is over"
    owned = [one for one in company.rows(Opportunity) if one.owner_id and one.created_at < program.expires_at]
    for opportunity in owned:
        before, after = {"owner_id": None}, {"owner_id": str(opportunity.owner_id)}
        at = opportunity.created_at
        entries.append(_entry(AuditAction.UPDATED, opportunity, at, by=program, before=before, after=after))
    return entries


def _of_no_member(company: Company) -> ApiToken:
    return next(token for token in company.rows(ApiToken) if token.member_id is None)

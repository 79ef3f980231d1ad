"""The partner: an integrator of warehouses, who brings leads and sees what we share with his firm."""

from __future__ import annotations

from db.models import Account, Channel, Department, Lead, Member, Opportunity, Role, Team
from db.seed.company import Company
from db.seed.people import People

NAME = "Ferri Integrations"
DOMAIN = "ferri.example"
SHARE_OF_BROUGHT = 0.6
"""How many of the leads that came by the partner channel, but that our own people look after, are shared."""
SHARE_OF_ACCOUNTS, SHARE_OF_OPPORTUNITIES = 0.7, 0.8
"""How many of the accounts and opportunities behind shared leads are shared as well."""
COURTED = 2
"""Accounts that the partner is to win for us: nobody there has shown interest yet."""


def add_partners(company: Company, people: People) -> None:
    """Add the partner's team and share with it what it works on. The member who left us is in no team any more."""
    calendar, partner = company.calendar, people.partner
    team = company.add(Team(name=NAME, department=Department.PARTNER), calendar.ago(480))
    partner.team_id = team.id
    partner.email = f"paolo@{DOMAIN}"
    company.add(
        Member(
            name="Giulia Moretti",
            email=f"giulia@{DOMAIN}",
            department=Department.PARTNER,
            role=Role.PARTNER,
            team_id=team.id,
            active=True,
        ),
        calendar.ago(205),
    )
    for member in company.rows(Member):
        if not member.active:
            member.team_id = None
    _share(company, team, partner)


def _share(company: Company, team: Team, partner: Member) -> None:
    draws = company.draws("partners")
    channel = next(one for one in company.rows(Channel) if one.department == Department.PARTNER)
    shared: list[Lead | Account | Opportunity] = [
        lead
        for lead in company.rows(Lead)
        if lead.sales_owner_id == partner.id or (lead.channel_id == channel.id and draws.random() < SHARE_OF_BROUGHT)
    ]
    leads = {lead.id for lead in shared}
    behind = {lead.account_id for lead in company.rows(Lead) if lead.id in leads}
    interested = {lead.account_id for lead in company.rows(Lead)}
    strangers = [account for account in company.rows(Account) if account.id not in interested]
    shared += [one for one in company.rows(Account) if one.id in behind and draws.random() < SHARE_OF_ACCOUNTS]
    shared += draws.sample(strangers, min(COURTED, len(strangers)))
    shared += [
        one
        for one in company.rows(Opportunity)
        if one.origin_lead_id in leads and draws.random() < SHARE_OF_OPPORTUNITIES
    ]
    for row in shared:
        row.partner_team_id = team.id

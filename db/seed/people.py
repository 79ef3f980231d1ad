"""Teams, members, the channels they work on, and two tokens of the past."""

from __future__ import annotations

from dataclasses import dataclass

from db.models import ApiToken, Channel, Department, Member, Role, Team
from db.seed.company import Company

COMPANY_DOMAIN = "norrvik.example"

TEAMS = {
    "Demand and Content": Department.MARKETING,
    "New Business": Department.SALES,
    "Key Accounts": Department.SALES,
    "Management": Department.LEADERSHIP,
}

# name, mailbox, department, role, team, joined so many days ago, still active
MEMBERS: tuple[tuple[str, str | None, Department, Role, str | None, int, bool], ...] = (
    ("Ingrid Halvorsen", "ingrid", Department.LEADERSHIP, Role.ADMIN, "Management", 2210, True),
    ("Tomás Rivera", "tomas", Department.LEADERSHIP, Role.MANAGER, "Management", 1630, True),
    ("Priya Raman", "priya", Department.MARKETING, Role.ADMIN, "Demand and Content", 1480, True),
    ("Jonas Lindqvist", "jonas", Department.MARKETING, Role.CONTRIBUTOR, "Demand and Content", 1105, True),
    ("Claire Dubois", "claire", Department.MARKETING, Role.CONTRIBUTOR, "Demand and Content", 760, True),
    ("Ben Whitaker", "ben", Department.MARKETING, Role.CONTRIBUTOR, "Demand and Content", 540, True),
    ("Hanne Vogt", None, Department.MARKETING, Role.VIEWER, "Demand and Content", 1390, False),
    ("Marcus Oyelaran", "marcus", Department.SALES, Role.MANAGER, "New Business", 1320, True),
    ("Sofia Brandt", "sofia", Department.SALES, Role.CONTRIBUTOR, "New Business", 910, True),
    ("Liam Gallagher-Stone", "liam", Department.SALES, Role.CONTRIBUTOR, "New Business", 620, True),
    ("Aiko Tanaka", "aiko", Department.SALES, Role.CONTRIBUTOR, "New Business", 430, True),
    ("Erik Sandvik", "erik", Department.SALES, Role.MANAGER, "Key Accounts", 1890, True),
    ("Nadia Kowalczyk", "nadia", Department.SALES, Role.CONTRIBUTOR, "Key Accounts", 1010, True),
    ("Paolo Ferri", "paolo", Department.PARTNER, Role.PARTNER, None, 480, True),
)

# Managers, who stand above those who answer to them.
REPORTS = {
    "Ingrid Halvorsen": ("Tomás Rivera",),
    "Tomás Rivera": ("Priya Raman", "Marcus Oyelaran", "Erik Sandvik"),
    "Priya Raman": ("Jonas Lindqvist", "Claire Dubois", "Ben Whitaker", "Hanne Vogt"),
    "Marcus Oyelaran": ("Sofia Brandt", "Liam Gallagher-Stone", "Aiko Tanaka"),
    "Erik Sandvik": ("Nadia Kowalczyk",),
}

# key, label, department, weight among the leads
CHANNELS: tuple[tuple[str, str, Department | None, float], ...] = (
    ("organic_search", "Organic search", Department.MARKETING, 26),
    ("paid_search", "Paid search", Department.MARKETING, 20),
    ("webinar", "Webinar", Department.MARKETING, 15),
    ("trade_show", "Trade show", Department.MARKETING, 13),
    ("outbound", "Outbound call", Department.SALES, 11),
    ("partner", "Partner", Department.PARTNER, 8),
    ("referral", "Customer referral", None, 7),
)


@dataclass(frozen=True)
class People:
    """The members by what they do."""

    marketers: list[Member]
    sellers: list[Member]
    partner: Member


def add_people(company: Company) -> People:
    """Add the teams, the members and the tokens that they no longer use."""
    calendar = company.calendar
    teams = {
        name: company.add(Team(name=name, department=department), calendar.ago(2300))
        for name, department in TEAMS.items()
    }
    members = [
        company.add(
            Member(
                name=name,
                email=f"{mailbox}@{COMPANY_DOMAIN}" if mailbox else None,
                department=department,
                role=role,
                team_id=teams[team].id if team else None,
                active=active,
            ),
            calendar.ago(joined),
        )
        for name, mailbox, department, role, team, joined, active in MEMBERS
    ]
    _name_managers(members)
    _add_tokens(company, members[2])
    return People(
        marketers=[member for member in members if member.department == Department.MARKETING and member.active],
        sellers=[member for member in members if member.department == Department.SALES],
        partner=members[-1],
    )


def by_name(company: Company) -> dict[str, Member]:
    """The members by their names."""
    return {member.name: member for member in company.rows(Member)}


def _name_managers(members: list[Member]) -> None:
    by_name = {member.name: member for member in members}
    for manager, reports in REPORTS.items():
        for report in reports:
            by_name[report].manager_id = by_name[manager].id


def _add_tokens(company: Company, admin: Member) -> None:
    """One revoked and one expired token. Their hashes are drawn, so no secret opens them."""
    calendar = company.calendar
    company.add(
        ApiToken(
            name="Newsletter export (trial)",
            role=Role.VIEWER,
            member_id=admin.id,
            secret_hash=company.random.randbytes(32),
            revoked_at=calendar.ago(150),
        ),
        calendar.ago(310),
    )
    company.add(
        ApiToken(
            name="CRM migration",
            role=Role.CONTRIBUTOR,
            secret_hash=company.random.randbytes(32),
            expires_at=calendar.ago(240),
        ),
        calendar.ago(330),
    )


def add_channels(company: Company) -> dict[str, Channel]:
    """Add the channels; the answer finds them by key."""
    founded = company.calendar.ago(1500)
    return {
        key: company.add(Channel(key=key, label=label, department=department), founded)
        for key, label, department, _ in CHANNELS
    }

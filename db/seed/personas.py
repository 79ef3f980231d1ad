"""The six kinds of people who buy warehouse sensors, and what they ask on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.models import BuyingRole, Persona, PersonaQuestion
from db.seed.company import Company


@dataclass(frozen=True)
class Profile:
    """A persona in words; ``questions`` are asked per buying stage."""

    name: str
    job_titles: list[str]
    goals: list[str]
    pains: list[str]
    role: BuyingRole | None
    questions: dict[str, list[str]] = field(default_factory=dict)
    active: bool = True


PROFILES: dict[str, Profile] = {
    "operations": Profile(
        "Warehouse Operations Manager",
        ["Warehouse Manager", "Operations Manager", "Site Manager", "Head of Warehouse Operations"],
        ["Ship every order the same day", "Keep the docks turning", "Fewer near misses in the aisles"],
        ["Learns of a damaged pallet from the customer", "Walks the hall to find out what stands where"],
        BuyingRole.CHAMPION,
        {
            "awareness": ["Where do we lose the most minutes at the docks?", "Is our damage rate normal?"],
            "consideration": ["Can my shift leaders use it without training?", "What happens when a sensor dies?"],
            "decision": ["Which site like mine runs it, and may I visit?", "Who installs it, and do we stop for that?"],
            "purchase": ["Which aisle do we start with?"],
        },
    ),
    "supply_chain": Profile(
        "Supply Chain Director",
        ["Supply Chain Director", "VP Supply Chain", "Head of Logistics", "Chief Operating Officer"],
        ["Lower cost per order", "One view over all sites", "No surprises in the quarterly review"],
        ["Every site reports in its own way", "Write-offs come up weeks late"],
        BuyingRole.DECISION_MAKER,
        {
            "awareness": ["What do losses cost us a year over all sites?"],
            "consideration": ["How fast does it pay back, and on which assumptions?", "Does it scale to ten sites?"],
            "decision": ["What do the references say after a year?", "What is the risk if we do nothing?"],
            "purchase": ["Which figures do I report after ninety days?"],
        },
    ),
    "it": Profile(
        "IT Integration Lead",
        ["IT Manager", "Solution Architect", "Head of Business Applications"],
        ["No new island next to the WMS", "Clear interfaces", "Security reviews that pass at once"],
        ["Vendors who promise an API and send a spreadsheet", "Devices that nobody patches"],
        BuyingRole.GATEKEEPER,
        {
            "awareness": ["Which data would leave our network?"],
            "consideration": [
                "Is there a documented API, and webhooks?",
                "Which radio does it use, and does it disturb ours?",
            ],
            "decision": ["Where is the data kept, and who can read it?", "Is there a penetration test report?"],
            "purchase": ["Who answers when the interface stops at night?"],
        },
    ),
    # What the quality manager decides differs from industry to industry: no default role.
    "quality": Profile(
        "Quality and Compliance Manager",
        ["Quality Manager", "Compliance Officer", "Head of Quality Assurance"],
        ["An unbroken temperature record for every pallet", "Audits without findings"],
        ["Paper logs filled in at the end of the shift", "Recalls that are wider than needed"],
        None,
        {
            "awareness": ["Would our cold-chain record stand an audit today?"],
            "consideration": ["Are the sensors calibrated, and by whom?"],
            "decision": ["Do auditors accept the electronic record?", "Can we trace one lot in minutes?"],
            "purchase": ["Which documents do we need for validation?"],
        },
    ),
    "procurement": Profile(
        "Procurement Manager",
        ["Procurement Manager", "Category Buyer", "Head of Purchasing"],
        ["Comparable offers", "Terms without traps", "Fewer suppliers"],
        ["Pricing that hides the running costs"],
        BuyingRole.BUYER,
        {
            "awareness": ["Is this a one-off purchase or a subscription?"],
            "consideration": ["What are the alternatives, and their price ranges?"],
            "decision": ["What is included, and what costs extra?", "What are the terms for leaving?"],
            "purchase": ["Which framework agreement applies?", "When is which part invoiced?"],
        },
    ),
    "facility": Profile(
        "Facility Manager",
        ["Facility Manager"],
        ["Lower energy bills"],
        ["Too many building systems already"],
        BuyingRole.USER,
        active=False,
    ),
}


def add_personas(company: Company) -> dict[str, Persona]:
    """Add the personas and their questions; the answer finds the personas by the key of :data:`PROFILES`."""
    agreed_at = company.calendar.ago(420)
    personas: dict[str, Persona] = {}
    for key, profile in PROFILES.items():
        persona = Persona(
            name=profile.name,
            job_titles=profile.job_titles,
            goals=profile.goals,
            pains=profile.pains,
            default_buying_role=profile.role,
            active=profile.active,
        )
        personas[key] = company.add(persona, agreed_at)
        _add_questions(company, personas[key], profile)
    return personas


def _add_questions(company: Company, persona: Persona, profile: Profile) -> None:
    for stage, questions in profile.questions.items():
        for position, question in enumerate(questions, start=1):
            company.add(
                PersonaQuestion(
                    persona_id=persona.id,
                    buying_stage_id=company.buying_stages[stage],
                    position=position,
                    question=question,
                ),
                persona.created_at,
            )

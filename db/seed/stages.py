"""What both departments agreed about the stages: names, questions and exit criteria."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import BuyingStage, FunnelStage

# Sales has no word for the time before it is called, nor marketing for the time after it hands over: the gap is real.
BUYING_STAGES: dict[str, dict[str, Any]] = {
    "awareness": {
        "marketing_name": "Attract",
        "sales_name": None,
        "buyer_questions": [
            "What do spoiled goods and missed docks really cost us?",
            "Do other warehouses of our size have the same losses?",
        ],
        "exit_criteria": ["The buyer has named a loss in money or hours."],
    },
    "consideration": {
        "marketing_name": "Educate",
        "sales_name": "Qualify",
        "buyer_questions": [
            "Sensors, cameras or more spot checks: which way fits us?",
            "Will it work with the warehouse management system we have?",
        ],
        "exit_criteria": [
            "The buyer has ranked at least two ways to solve the problem.",
            "A site for a trial is known.",
        ],
    },
    "decision": {
        "marketing_name": "Convince",
        "sales_name": "Propose and negotiate",
        "buyer_questions": [
            "Who has done this before, and what came out of it?",
            "What is the return over three years, and who signs for it?",
        ],
        "exit_criteria": ["The decision maker has seen the business case."],
    },
    "purchase": {
        "marketing_name": None,
        "sales_name": "Close and roll out",
        "buyer_questions": ["What happens in the first ninety days after the order?"],
        "exit_criteria": ["The order is signed.", "The roll-out plan has dates and names."],
    },
}

FUNNEL_STAGES: dict[str, list[str]] = {
    "inquiry": ["The contact can be reached.", "The company runs at least one warehouse."],
    "mql": ["Score is 50 or more.", "Persona and need are known."],
    "sal": ["A seller has spoken with the contact.", "The need is confirmed in the buyer's own words."],
    "sql": ["Budget range and time frame are known.", "A decision maker is named."],
    "discovery": ["Site visit done.", "The loss to be avoided is written down in money."],
    "proposal": ["The offer has been presented to the decision maker."],
    "negotiation": ["Terms are agreed with purchasing.", "Legal has no open points."],
    "usage_review": [
        "The customer has seen what the sensors saved.",
        "What else they want is written down.",
    ],
    "renewal_offer": ["The offer has been presented to whoever signed the first order."],
    "renewal_terms": ["Purchasing agrees to the terms."],
    "recycled": ["The reason for the return is removed, or six months have passed."],
}


async def describe_stages(connection: AsyncConnection, workspace_id: UUID, agreed_at: datetime) -> None:
    """Write the agreement onto the workspace's stages, which exist already."""
    for key, texts in BUYING_STAGES.items():
        await connection.execute(
            update(BuyingStage)
            .where(BuyingStage.workspace_id == workspace_id, BuyingStage.key == key)
            .values(**texts, updated_at=agreed_at)
        )
    for key, criteria in FUNNEL_STAGES.items():
        await connection.execute(
            update(FunnelStage)
            .where(FunnelStage.workspace_id == workspace_id, FunnelStage.key == key)
            .values(exit_criteria=criteria, updated_at=agreed_at)
        )

"""Recommended content over random mappings, against an oracle that ranks every asset, and by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import BuyingStage, ContentStatus, Persona
from resolvers.compiler.errors import ApiError, Code
from resolvers.ids import encode
from tests.conftest import WorkspaceFactory
from tests.factories.account import contact
from tests.factories.content import asset, mapping
from tests.factories.journey import buying_group_member, buying_stages, lead, opportunity, stages
from tests.factories.persona import persona
from tests.oracle.desk import desk
from tests.oracle.profile import examples

STAGES = ("awareness", "consideration", "decision")
CONTENT = "{ asset { id title } persona { name } fitWeight reasons { code text } }"
FOR_STAGE = f"query ($stage: ID!, $personas: [ID!]!, $first: Int!) {{ contentFor(stage: $stage, personas: $personas, first: $first) {CONTENT} }}"
FOR_JOURNEYS = f"""query ($first: Int!) {{
  leads(first: 10) {{ nodes {{ recommendedContent(first: $first) {CONTENT} }} }}
  opportunities(first: 10) {{ nodes {{ recommendedContent(first: $first) {CONTENT} }} }}
}}"""


@dataclass(frozen=True)
class Fit:
    """A mapping; the persona is told by its place, None is any."""

    stage: str
    persona: int | None
    weight: str = "1"


@dataclass(frozen=True)
class Piece:
    """An asset with its mappings."""

    fits: tuple[Fit, ...]
    won_uses: int = 0
    reviewed_on: date | None = None
    status: ContentStatus = ContentStatus.ACTIVE
    title: str = "A guide"


@dataclass(frozen=True)
class Subject:
    """A lead, and an opportunity from it: its stage, and the personas of the lead, its contact and a buying group."""

    stage: str | None
    lead_persona: int | None
    contact_persona: int | None
    group: tuple[int | None, ...]


class Shelf:
    """A workspace with three personas, in which content can be tried."""

    def __init__(self, engine: AsyncEngine, workspace_id: UUID, personas: list[UUID], found: dict[str, UUID]) -> None:
        self.engine, self.workspace_id, self.personas, self.stages = engine, workspace_id, personas, found

    def persona(self, place: int | None) -> UUID | None:
        return None if place is None else self.personas[place]

    async def ask(self, pieces: tuple[Piece, ...], stage: str, personas: tuple[int, ...], first: int = 10) -> Any:
        """The server's answer for a stage and personas, which must be the oracle's."""
        named = [encode(Persona, self.personas[place]) for place in personas]
        variables = {"stage": encode(BuyingStage, self.stages[stage]), "personas": named, "first": first}
        async with desk(self.engine, self.workspace_id) as asked:
            await self._write(asked.connection, pieces)
            return (await asked.ask(FOR_STAGE, variables))["contentFor"]

    async def ask_for(self, pieces: tuple[Piece, ...], subjects: tuple[Subject, ...], first: int = 10) -> Any:
        """The same for leads and opportunities."""
        async with desk(self.engine, self.workspace_id) as asked:
            await self._write(asked.connection, pieces)
            for subject in subjects:
                await self._write_subject(asked.connection, subject)
            return await asked.ask(FOR_JOURNEYS, {"first": first})

    async def _write(self, connection: Any, pieces: tuple[Piece, ...]) -> None:
        for piece in pieces:
            values = {"won_uses": piece.won_uses, "reviewed_on": piece.reviewed_on, "status": piece.status}
            written = await asset(connection, self.workspace_id, title=piece.title, **values)
            for fit in piece.fits:
                weight, whom = Decimal(fit.weight), self.persona(fit.persona)
                stage = self.stages[fit.stage]
                await mapping(connection, self.workspace_id, written, stage, persona_id=whom, fit_weight=weight)

    async def _write_subject(self, connection: Any, subject: Subject) -> None:
        own = self.workspace_id
        ours = await stages(connection, own)
        stage = ours[subject.stage] if subject.stage else None
        person = await contact(connection, own, persona_id=self.persona(subject.contact_persona))
        whom = self.persona(subject.lead_persona)
        source = await lead(connection, own, stage_id=stage, persona_id=whom, contact_id=person)
        sale = await opportunity(connection, own, stage_id=stage, origin_lead_id=source)
        for place in subject.group:
            met = await contact(connection, own, persona_id=self.persona(place))
            await buying_group_member(connection, own, sale, met)


@pytest.fixture(scope="session")
async def shelf(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Shelf:
    made = await make_workspace()
    async with workspace_transaction(engine, made.id) as connection:
        personas = [await persona(connection, made.id, name=name) for name in ("Manager", "Engineer", "Buyer")]
        return Shelf(engine, made.id, personas, await buying_stages(connection, made.id))


places = st.none() | st.integers(0, 2)
fits = st.lists(
    st.builds(Fit, st.sampled_from(STAGES[:2]), places, st.sampled_from(("0", "0.5", "0.50", "1"))),
    max_size=5,
    unique_by=lambda fit: (fit.stage, fit.persona),
).map(tuple)
pieces = st.lists(
    st.builds(
        Piece,
        fits,
        st.integers(0, 2),
        st.none() | st.sampled_from((date(2026, 1, 1), date(2026, 2, 1))),
        st.sampled_from((ContentStatus.ACTIVE, ContentStatus.ACTIVE, ContentStatus.DRAFT, ContentStatus.ARCHIVED)),
    ),
    max_size=6,
).map(tuple)
subjects = st.lists(
    st.builds(
        Subject,
        st.none() | st.sampled_from(("inquiry", "sal", "negotiation", "lost")),
        places,
        places,
        st.lists(places, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


@examples(60)
@given(
    pieces=pieces,
    stage=st.sampled_from(STAGES),
    personas=st.lists(st.integers(0, 2), max_size=3).map(tuple),
    first=st.integers(1, 6),
)
async def test_content_for_a_stage_is_ranked_as_the_definition_says(
    shelf: Shelf, pieces: tuple[Piece, ...], stage: str, personas: tuple[int, ...], first: int
) -> None:
    await shelf.ask(pieces, stage, personas, first)


@examples(60)
@given(pieces=pieces, subjects=subjects, first=st.integers(1, 6))
async def test_content_for_leads_and_opportunities_is_ranked_as_the_definition_says(
    shelf: Shelf, pieces: tuple[Piece, ...], subjects: tuple[Subject, ...], first: int
) -> None:
    await shelf.ask_for(pieces, subjects, first)


async def test_what_ranks_before_what(shelf: Shelf) -> None:
    own, any_ = Fit("awareness", 0, "0.5"), Fit("awareness", None, "0.5")
    reviewed = date(2026, 1, 1)
    ranked = (
        Piece((Fit("awareness", None, "0.6"),), title="fits best"),
        Piece((own,), title="is the persona's own"),
        Piece((any_,), won_uses=2, title="won twice"),
        Piece((any_,), won_uses=1, reviewed_on=date(2026, 2, 1), title="won once, reviewed later"),
        Piece((any_,), won_uses=1, reviewed_on=reviewed, title="won once, reviewed"),
        Piece((any_,), won_uses=1, title="won once"),
        Piece((any_,), title="written first"),
        Piece((any_,), title="written second"),
    )
    out = (
        Piece((own,), status=ContentStatus.DRAFT),
        Piece((own,), status=ContentStatus.ARCHIVED),
        Piece((replace(own, persona=1),)),
        Piece((replace(own, stage="decision"),)),
    )
    # Of the equal, the first written has the smaller id: those of the last two are in that order.
    answer = await shelf.ask((*reversed(ranked[:6]), *ranked[6:], *out), "awareness", (0,))
    assert [one["asset"]["title"] for one in answer] == [piece.title for piece in ranked]


async def test_the_reasons(shelf: Shelf) -> None:
    mine = Piece((Fit("decision", 1), Fit("decision", None)), won_uses=1, reviewed_on=date(2026, 3, 1))
    general = Piece((Fit("decision", None),), won_uses=12)
    answer = await shelf.ask((mine, general), "decision", (1, 2))
    assert [one["reasons"] for one in answer] == [
        [
            {"code": "STAGE", "text": "Mapped to the buying stage Decision."},
            {"code": "PERSONA", "text": "Made for Engineer."},
            {"code": "WON_USES", "text": "Used 1 time in won opportunities."},
            {"code": "REVIEWED", "text": "Last reviewed on 2026-03-01."},
        ],
        [
            {"code": "STAGE", "text": "Mapped to the buying stage Decision."},
            {"code": "ANY_PERSONA", "text": "Fits any persona."},
            {"code": "WON_USES", "text": "Used 12 times in won opportunities."},
        ],
    ]
    assert [one["persona"] for one in answer] == [{"name": "Engineer"}, None]


@pytest.mark.parametrize("first", [0, 101])
async def test_1_to_100_assets_can_be_asked_for(shelf: Shelf, first: int) -> None:
    with pytest.raises(ApiError, match=r"^'first' must be between 1 and 100\.$") as caught:
        await shelf.ask((), "awareness", (), first)
    assert caught.value.code is Code.BAD_USER_INPUT

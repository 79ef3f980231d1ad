"""Plans: one SQL statement for one operation, found again by what its compilation asked of the variables."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.sql.elements import ColumnElement

from db.together import Together
from resolvers.compiler.arguments import Inputs, Parameter, Path, Question, Variables
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import Piece
from resolvers.compiler.tenancy import PARTNER_TEAM, WORKSPACE
from resolvers.compiler.together import together_of
from resolvers.compiler.visibility import Visibility, rendered

_PARTNER_TEAM = Parameter((), lambda _variables, context: context.viewer.partner_team_id)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A statement, what to bind, and the constant text around its columns.

    ``sql`` is None where the answer needs no row. Its columns are first the refusals (the paths of the fields that
    may refuse), then those of the answer; ``text`` has one item more than these. ``cost`` is the number of objects
    that the operation may return. ``together`` answers several requests by one statement, where that can be.
    """

    sql: str | None
    parameters: Sequence[Parameter | None]
    refusals: Sequence[Path]
    text: Sequence[str]
    cost: int
    together: Together | None = None

    def bind(self, variables: Variables, context: Any, workspace_id: UUID) -> list[Any]:
        """The statement's arguments for one request; BAD_USER_INPUT if a value cannot be used."""
        return [
            workspace_id if parameter is None else parameter.value(variables, context) for parameter in self.parameters
        ]

    def answer(self, columns: Sequence[Any]) -> bytes:
        """The JSON of ``data``: the row's columns between the constant text; BAD_USER_INPUT if a field refuses."""
        parts = [self.text[0]]
        place = 0
        for path in self.refusals:
            if (refusal := columns[place]) is not None:
                raise bad_user_input(refusal, path=path)
            place += 1
        for text in self.text[1:]:
            parts += (columns[place], text)
            place += 1
        return "".join(parts).encode()


@dataclass(slots=True)
class Branch:
    """A place in the tree of questions: either the plan, or the next question and where each answer leads."""

    plan: Plan | None = None
    question: Question | None = None
    answers: dict[Hashable, Branch] = field(default_factory=dict)


@dataclass(slots=True)
class PlanTree:
    """The plans of one operation for one role.

    Compilation is deterministic: equal answers lead to the same next question, so the questions form a tree.
    """

    root: Branch = field(default_factory=Branch)
    size: int = 0

    def find(self, variables: Variables) -> Plan | None:
        """The plan for these variables, if there is one yet."""
        branch: Branch | None = self.root
        while branch is not None and branch.question is not None:
            branch = branch.answers.get(branch.question.answer(variables))
        return branch.plan if branch is not None else None

    def add(self, plan: Plan, asked: Iterable[tuple[Question, Hashable]]) -> None:
        """Keep a plan under the answers that its compilation was given."""
        branch = self.root
        for question, answer in asked:
            branch.question = branch.question or question
            branch = branch.answers.setdefault(answer, Branch())
        branch.plan = plan
        self.size += 1


def plan_of(
    pieces: Iterable[Piece],
    inputs: Inputs,
    cost: int,
    refusals: Sequence[tuple[Path, ColumnElement[str]]] = (),
    visibility: Visibility | None = None,
) -> Plan:
    """The plan that answers with ``pieces``: their constants stay here, their expressions become the columns.

    ``visibility`` narrows what the statement reads.
    """
    text, columns = [""], [refusal for _, refusal in refusals]
    for piece in pieces:
        if isinstance(piece, str):
            text[-1] += piece
        else:
            columns.append(piece if isinstance(piece.type, Text) else cast(piece, Text()))
            text.append("")
    paths = [path for path, _ in refusals]
    if not columns:
        return Plan(None, (), paths, text, cost)
    statement = select(*(column.label(f"c{index}") for index, column in enumerate(columns)))
    compiled = rendered(statement, visibility)
    parameters = {WORKSPACE.key: None, PARTNER_TEAM.key: _PARTNER_TEAM, **inputs.parameters}
    bound = [
        parameters[name] if name in parameters else _constant(compiled.params[name])
        for name in compiled.positiontup or ()
    ]
    together = together_of(statement, compiled, inputs.parameters) if visibility is None else None
    return Plan(str(compiled), bound, paths, text, cost, together)


def _constant(value: Any) -> Parameter:
    """A value that a noun wrote into an expression."""
    return Parameter((), lambda _variables, _context: value)

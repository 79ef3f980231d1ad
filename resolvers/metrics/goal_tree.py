"""Goals that serve larger ones: how all below one stand, and whether their targets add up to its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, FromClause, and_, case, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from db.models import JointGoal
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Item, Rows, Source
from resolvers.metrics.goals import GoalStatus, aim, moment, progress_of
from resolvers.metrics.measure import exact
from resolvers.metrics.named import of_metrics

_ZERO: ColumnElement[int] = literal_column("0")


def roll_up(goal: Source, arguments: Arguments) -> Rows:
    """All goals below one, at whatever depth, in one row."""
    tree, below = _tree(), open_table(JointGoal)
    found = progress_of(below, moment(arguments))
    parts = _is_part(goal.c, below)
    counts = {status: func.count().filter(found.c.status == constant(status)) for status in GoalStatus}
    targets = func.sum(aim(below)).filter(parts)
    adds_up = of_metrics(goal, lambda metric: metric.adds_up)
    rows = (
        select(
            func.count().label("total"),
            func.count().filter(parts).label("parts"),
            case((adds_up, exact(targets))).label("parts_target"),
            case((adds_up, exact(aim(goal) - targets))).label("gap"),
            *(count.label(status) for status, count in counts.items()),
        )
        .select_from(tree.join(below, below.c.id == tree.c.id).join(found, true()))
        .where(in_workspace(below), tree.c.above_id == goal.c.id, tree.c.id != goal.c.id)
    )
    return Rows(rows)


def _is_part(goal: Any, below: FromClause) -> ColumnElement[bool]:
    """Whether a goal serves another directly, by the same metric and within its period."""
    within = and_(below.c.starts_on >= goal.starts_on, below.c.ends_on <= goal.ends_on)
    return and_(below.c.parent_id == goal.id, below.c.metric == goal.metric, within)


def _tree() -> CTE:
    """Each goal with all that are above it; goals that serve each other in a circle are above themselves."""
    goal, below = open_table(JointGoal), open_table(JointGoal)
    direct = select(goal.c.parent_id.label("above_id"), goal.c.id).where(in_workspace(goal))
    tree = direct.where(goal.c.parent_id.is_not(None)).cte(recursive=True)
    deeper = select(tree.c.above_id, below.c.id).where(in_workspace(below), below.c.parent_id == tree.c.id)
    return tree.union(deeper)


def by_status(found: Source, _arguments: Arguments) -> list[Item]:
    """How many stand in each way that occurs."""
    return [
        Item({"status": constant(status), "count": found.c[status]}, when=found.c[status] > _ZERO)
        for status in GoalStatus
    ]

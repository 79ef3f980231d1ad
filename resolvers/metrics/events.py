"""Facts that are events: what was done with content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial, reduce
from operator import add
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.sql.elements import ColumnElement

from db.models import ContentUsage, UsageAction, UsageByAsset, UsageByMember
from db.rollups import USAGE
from db.rollups.kind import Rollup
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import NUMBER, Axis, Fact, Facts, Scope, Summary
from resolvers.metrics.rollup import Only, Reading, Sums, added_up, known
from resolvers.metrics.users import done, users
from resolvers.metrics.void import happened

_REFS = {"asset_id": "asset_id", "owner_id": "member_id", "account_id": "account_id", "channel_id": "channel_id"}
_NOTHING: ColumnElement[Any] = literal_column("NULL")

_USAGE_AXES: dict[Dimension, Axis] = {
    **axes.ASSET,
    **axes.OWNER,
    **axes.ACCOUNT,
    Dimension.CHANNEL: axes.ref("channel_id"),
}
BY_ASSET, BY_MEMBER = (
    next(one for one in USAGE.rollups if one.model is model) for model in (UsageByAsset, UsageByMember)
)

USES = tuple(action for action in UsageAction if action is not UsageAction.RECREATED)
"""To make again what an asset says already is no use of it."""


def usages(*actions: UsageAction) -> Fact:
    """The usage events of these actions: ``member_id`` did it, and it took ``minutes``."""
    return Fact(ContentUsage, partial(_events, actions), _USAGE_AXES, tuple(_summaries(actions)))


def _events(actions: Sequence[UsageAction], scope: Scope) -> Facts:
    usage = open_table(ContentUsage)
    facts = Facts(
        usage,
        usage.c.id,
        usage.c.occurred_at,
        {name: usage.c[column] for name, column in _REFS.items()},
        [in_workspace(usage), happened(usage), scope.holds(usage.c.occurred_at), done(actions, usage)],
    )
    facts.values |= {"minutes": usage.c.minutes, "member_id": usage.c.member_id}
    return facts


def _summaries(actions: Sequence[UsageAction]) -> list[Summary]:
    """Those with the fewest rows first: sums by member, sums by asset, and who did it by asset."""
    sums = usage_sums(actions)
    numbers = frozenset({NUMBER, *({"minutes"} if "minutes" in sums else ())})
    by_member = partial(_summed, BY_MEMBER, actions, sums)
    by_asset = partial(_summed, BY_ASSET, actions, sums)
    return [
        Summary(by_member, frozenset(axes.OWNER), numbers | {"member_id"}),
        Summary(by_asset, frozenset(axes.ASSET), numbers),
        Summary(partial(_users, actions), frozenset(axes.ASSET) | frozenset(axes.OWNER), frozenset({"member_id"})),
    ]


def reading(rollup: Rollup, actions: Sequence[UsageAction], sums: Sums) -> Reading:
    """What a roll-up says of the events of these actions."""
    is_one = partial(done, actions)
    return Reading(USAGE, rollup, sums, rollup.keys, Only(delta=is_one, event=is_one))


def _summed(rollup: Rollup, actions: Sequence[UsageAction], sums: Sums, scope: Scope) -> Facts:
    rows = added_up(reading(rollup, actions, sums), scope)
    keys = {key: known(rows.c[key]) for key in rollup.keys}
    refs = {name: keys[column] for name, column in _REFS.items() if column in keys}
    facts = Facts(rows, _NOTHING, _NOTHING, refs, [], weight=rows.c.events)
    if "minutes" in sums:
        facts.values["minutes"] = rows.c.minutes
    if "member_id" in keys:
        facts.values["member_id"] = keys["member_id"]
    return facts


def _users(actions: Sequence[UsageAction], scope: Scope) -> Facts:
    rows = users(scope, {"uses": actions})
    refs = {"asset_id": rows.c.asset_id, "owner_id": rows.c.member_id}
    return Facts(rows, _NOTHING, _NOTHING, refs, [], {"member_id": rows.c.member_id})


def usage_sums(actions: Sequence[UsageAction]) -> Sums:
    """The number of ``events`` of these actions, and their ``minutes`` where the roll-ups tell them apart."""
    sums = {"events": lambda row: _sum(row, [action.lower() for action in actions])}
    apart = {
        action: f"{action.lower()}_minutes" for action in UsageAction if f"{action.lower()}_minutes" in USAGE.measures
    }
    if set(actions) <= set(apart):
        sums["minutes"] = lambda row: _sum(row, [apart[action] for action in actions])
    elif set(UsageAction) - set(actions) <= set(apart):
        others = [apart[action] for action in apart if action not in actions]
        sums["minutes"] = lambda row: row["minutes"] - _sum(row, others) if others else row["minutes"]
    return sums


def _sum(row: Mapping[str, Any], names: Sequence[str]) -> ColumnElement[Any]:
    total: ColumnElement[Any] = reduce(add, (row[name] for name in names))
    return total


USED = usages(*USES)
"""Uses of assets."""

RECREATED = usages(UsageAction.RECREATED)
REINVENTED = usages(UsageAction.CUSTOMIZED, UsageAction.RECREATED)
ANYTHING = usages(*UsageAction)
"""All usage events, whatever was done."""

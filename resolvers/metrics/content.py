"""Metrics of content: who uses it, what lies unused, what is made again, and what is out of date."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Alias, cast, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import ContentAsset, ContentStatus, Department, Member
from db.rollups.kind import Rollup
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes
from resolvers.metrics.events import BY_ASSET, BY_MEMBER, REINVENTED, USED, USES, reading, usage_sums
from resolvers.metrics.fact import Fact, Facts, Scope, is_
from resolvers.metrics.measure import Aggregate, Distinct, Ratio
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.period import midnight
from resolvers.metrics.rollup import added_up

_DAYS_FRESH: ColumnElement[int] = literal_column("365")


def is_active(asset: Alias, scope: Scope) -> ColumnElement[bool]:
    """Whether an asset, to be used today, was published by the end of the span."""
    published = asset.c.published_on.is_(None) | (midnight(asset.c.published_on, scope.time_zone) < scope.end)
    return is_(asset.c.status, ContentStatus.ACTIVE) & published


def _assets(scope: Scope) -> Facts:
    """The active assets: whether they were ``used`` in the span, and whether they are ``fresh`` at its end."""
    asset = open_table(ContentAsset)
    facts = Facts(
        asset,
        asset.c.id,
        asset.c.created_at,
        {"asset_id": asset.c.id, "owner_id": asset.c.owner_id},
        [in_workspace(asset), is_active(asset, scope)],
    )
    facts.values |= {"used": _used(scope, BY_ASSET, asset.c.id), "fresh": _is_fresh(asset, scope)}
    return facts


def _is_fresh(asset: Alias, scope: Scope) -> ColumnElement[bool]:
    """Whether its review was in the 365 days that end with the last day of the span."""
    reviewed = asset.c.reviewed_on
    stale = cast(reviewed + _DAYS_FRESH, reviewed.type)
    return (midnight(reviewed, scope.time_zone) < scope.end) & (midnight(stale, scope.time_zone) >= scope.end)


def _sellers(scope: Scope) -> Facts:
    """The active members of sales, and whether they ``used`` any content in the span."""
    member = open_table(Member)
    facts = Facts(
        member,
        member.c.id,
        member.c.created_at,
        {"owner_id": member.c.id},
        [in_workspace(member), is_(member.c.department, Department.SALES), member.c.active],
    )
    facts.values["used"] = _used(scope, BY_MEMBER, member.c.id)
    return facts


def _used(scope: Scope, rollup: Rollup, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether there is a use in the span of what the key of ``rollup`` is."""
    used = added_up(reading(rollup, USES, usage_sums(USES)), scope)
    return key.in_(select(*(used.c[name] for name in rollup.keys)))


ASSETS = Fact(ContentAsset, _assets, {**axes.ASSET, **axes.OWNER})
SELLERS = Fact(Member, _sellers, axes.OWNER)

METRICS = (
    Metric(
        "CONTENT_USES",
        "Content uses",
        "Usage events in the period, of any action but RECREATED.",
        Unit.COUNT,
        Aggregate(USED),
    ),
    Metric(
        "CONTENT_USERS",
        "Content users",
        "Different members who used any content in the period.",
        Unit.COUNT,
        Aggregate(USED, "member_id", distinct=Distinct(Member, frozenset(axes.OWNER))),
    ),
    Metric(
        "USED_SHARE",
        "Used share of content",
        "Active assets with at least one use in the period ÷ active assets.",
        Unit.RATIO,
        Ratio(Aggregate(ASSETS, where="used"), Aggregate(ASSETS)),
    ),
    Metric(
        "CONTENT_ADOPTION",
        "Content adoption",
        "Active sales members with at least one use in the period ÷ active sales members.",
        Unit.RATIO,
        Ratio(Aggregate(SELLERS, where="used"), Aggregate(SELLERS)),
        owner=Department.SALES,
    ),
    Metric(
        "REINVENTION_HOURS",
        "Hours of reinvention",
        "Minutes of CUSTOMIZED and RECREATED in the period ÷ 60 ÷ active sales members ÷ months of the period.",
        Unit.HOURS,
        Ratio(Aggregate(REINVENTED, "minutes", each=60), Aggregate(SELLERS, a_month=True)),
        better=Better.LESS,
    ),
    Metric(
        "FRESHNESS",
        "Freshness of content",
        "Active assets reviewed in the 365 days that end with the last day of the period ÷ active assets.",
        Unit.RATIO,
        Ratio(Aggregate(ASSETS, where="fresh"), Aggregate(ASSETS)),
        owner=Department.MARKETING,
    ),
)

"""The fields that are not plain columns or relations, each by the definition of what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from tests.oracle import conversion, period, recommendation, usage
from tests.oracle.rows import World, key_of

Arguments: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Who asks and when: ``role`` and ``member_id`` are the viewer's."""

    now: datetime
    role: str
    member_id: UUID | None


Compute: TypeAlias = Callable[[World, Asked, Any, Arguments], Any]


def span(world: World, asked: Asked, arguments: Arguments) -> tuple[tuple[datetime, datetime], datetime]:
    """The bounds of the argument ``period``, and the moment ``asOf``."""
    as_of = arguments.get("asOf") or asked.now
    calendar = world.workspace["time_zone"], world.workspace["fiscal_year_start_month"]
    return period.bounds(arguments["period"], as_of, *calendar), as_of


def _stage_conversion(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return conversion.stage_conversion(world, arguments, *span(world, asked, arguments))


def _content_usage(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return usage.ranking(world, *span(world, asked, arguments), arguments["first"])


def _usage(world: World, asked: Asked, asset: Any, arguments: Arguments) -> Any:
    return usage.summary(world, asset, *span(world, asked, arguments))


def _content_for(world: World, _asked: Asked, _root: Any, arguments: Arguments) -> Any:
    personas = [key_of(identifier) for identifier in arguments["personas"]]
    return recommendation.recommended(world, key_of(arguments["stage"]), personas, arguments["first"])


def _lead_content(world: World, _asked: Asked, lead: Any, arguments: Arguments) -> Any:
    return recommendation.recommended(world, *recommendation.for_lead(world, lead), arguments["first"])


def _opportunity_content(world: World, _asked: Asked, opportunity: Any, arguments: Arguments) -> Any:
    return recommendation.recommended(world, *recommendation.for_opportunity(world, opportunity), arguments["first"])


def _buying_stage(world: World, _asked: Asked, subject: Any, _arguments: Arguments) -> Any:
    return world.get("buying_stage", recommendation.buying_stage_id(world, subject))


def _viewer(world: World, asked: Asked, _root: Any, _arguments: Arguments) -> Any:
    return {
        "role": asked.role,
        "member": world.get("member", asked.member_id),
        "workspace": world.workspace,
    }


FIELDS: Mapping[tuple[str, str], Compute] = {
    ("Query", "viewer"): _viewer,
    ("Query", "stageConversion"): _stage_conversion,
    ("Query", "contentUsage"): _content_usage,
    ("Query", "contentFor"): _content_for,
    ("ContentAsset", "usage"): _usage,
    ("Lead", "recommendedContent"): _lead_content,
    ("Lead", "buyingStage"): _buying_stage,
    ("Opportunity", "recommendedContent"): _opportunity_content,
    ("Opportunity", "buyingStage"): _buying_stage,
}

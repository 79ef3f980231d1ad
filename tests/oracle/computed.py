"""The fields that are not plain columns or relations, each by the definition of what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from tests.oracle import brief, conversion, period, recommendation, search, timeline, usage
from tests.oracle.metrics import behind, catalogue, funnel, goals
from tests.oracle.metrics.coverage import coverage
from tests.oracle.metrics.metric import in_windows, metric
from tests.oracle.rows import World, key_of, look_up, void_of

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


def _metric(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return metric(world, arguments, *span(world, asked, arguments))


def _metrics(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    spans = {
        window: span(world, asked, {"period": {"window": window}, "asOf": arguments.get("asOf")})
        for window in arguments["windows"]
    }
    windows = [(window, spans[window][0]) for window in arguments["windows"]]
    return in_windows(world, arguments, windows, arguments.get("asOf") or asked.now)


def _catalogue(_world: World, _asked: Asked, _root: Any, _arguments: Arguments) -> Any:
    return [definition.described(key) for key, definition in sorted(catalogue.DEFINITIONS.items())]


def _drill_down(_world: World, _asked: Asked, answer: Any, arguments: Arguments) -> Any:
    return behind.drill_down(answer["asked"], arguments)


def _funnel(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return funnel.funnel(world, arguments, *span(world, asked, arguments))


def _stage_duration(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return funnel.stage_duration(world, *span(world, asked, arguments))


def _velocity(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return funnel.velocity(world, arguments, arguments.get("asOf") or asked.now)


def _coverage(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return coverage(world, arguments, *span(world, asked, arguments))


def _goals(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return goals.in_force(world, arguments, arguments.get("asOf") or asked.now)


def _progress(world: World, asked: Asked, goal: Any, arguments: Arguments) -> Any:
    return goals.progress(world, goal, arguments.get("asOf") or asked.now)


def _roll_up(world: World, asked: Asked, goal: Any, arguments: Arguments) -> Any:
    return goals.roll_up(world, goal, arguments.get("asOf") or asked.now)


def _pipeline_coverage(world: World, asked: Asked, goal: Any, arguments: Arguments) -> Any:
    return goals.pipeline_coverage(world, goal, arguments.get("asOf") or asked.now)


def _content_usage(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return usage.ranking(world, *span(world, asked, arguments), arguments["first"])


def _usage(world: World, asked: Asked, asset: Any, arguments: Arguments) -> Any:
    return usage.summary(world, asset, *span(world, asked, arguments))


def _content_for(world: World, _asked: Asked, _root: Any, arguments: Arguments) -> Any:
    personas = [key_of(identifier) for identifier in arguments["personas"]]
    return recommendation.recommended(world, key_of(arguments["stage"]), personas, arguments["first"])


def _search(world: World, _asked: Asked, _root: Any, arguments: Arguments) -> Any:
    return search.search(world, arguments)


def _lead_content(world: World, _asked: Asked, lead: Any, arguments: Arguments) -> Any:
    return recommendation.recommended(world, *recommendation.for_lead(world, lead), arguments["first"])


def _opportunity_content(world: World, _asked: Asked, opportunity: Any, arguments: Arguments) -> Any:
    return recommendation.recommended(world, *recommendation.for_opportunity(world, opportunity), arguments["first"])


def _buying_stage(world: World, _asked: Asked, subject: Any, _arguments: Arguments) -> Any:
    return world.get("buying_stage", recommendation.buying_stage_id(world, subject))


def _agreed(world: World, _asked: Asked, term: Any, _arguments: Arguments) -> Any:
    versions = world.where("glossary_version", "term_id", term["id"])
    for version in sorted(versions, key=lambda one: one["number"], reverse=True):
        said = world.where("approval", "glossary_version_id", version["id"])
        if {"MARKETING", "SALES"} <= {one["department"] for one in said if one["decision"] == "APPROVED"}:
            return version
    return None


def _viewer(world: World, asked: Asked, _root: Any, _arguments: Arguments) -> Any:
    return {
        "role": asked.role,
        "member": world.get("member", asked.member_id),
        "workspace": world.workspace,
    }


def _timeline(world: World, _asked: Asked, account: Any, arguments: Arguments) -> Any:
    return timeline.timeline(world, account, arguments)


def _brief(world: World, asked: Asked, _root: Any, arguments: Arguments) -> Any:
    account = look_up(world, "account", arguments)
    window, as_of = span(world, asked, {"period": {"window": "LAST_90_DAYS"}, "asOf": arguments.get("asOf")})
    return account and brief.brief(world, account, window, as_of)


def _key_people(world: World, _asked: Asked, said: Any, arguments: Arguments) -> Any:
    return brief.key_people(world, said, arguments["first"])


def _used_content(world: World, _asked: Asked, said: Any, arguments: Arguments) -> Any:
    return brief.used_content(world, said, arguments["first"])


def _next_content(world: World, _asked: Asked, said: Any, arguments: Arguments) -> Any:
    return brief.next_content(world, said, arguments["first"])


def _voided(table: str) -> Compute:
    return lambda world, _asked, event, _arguments: void_of(world, table, event)


def _void_event(world: World, _asked: Asked, void: Any, _arguments: Arguments) -> Any:
    types = {"content_usage": "ContentUsage", "touchpoint": "Touchpoint", "stage_transition": "StageTransition"}
    return types[void["event_table"]], world.get(void["event_table"], void["event_id"])


FIELDS: Mapping[tuple[str, str], Compute] = {
    ("EventVoid", "event"): _void_event,
    ("ContentUsage", "voided"): _voided("content_usage"),
    ("StageTransition", "voided"): _voided("stage_transition"),
    ("Touchpoint", "voided"): _voided("touchpoint"),
    ("Account", "timeline"): _timeline,
    ("Query", "accountBrief"): _brief,
    ("AccountBrief", "keyPeople"): _key_people,
    ("AccountBrief", "usedContent"): _used_content,
    ("AccountBrief", "nextContent"): _next_content,
    ("Query", "viewer"): _viewer,
    ("Query", "stageConversion"): _stage_conversion,
    ("Query", "metric"): _metric,
    ("Query", "metrics"): _metrics,
    ("Query", "metricCatalogue"): _catalogue,
    ("MetricResult", "drillDown"): _drill_down,
    ("Query", "goals"): _goals,
    ("JointGoal", "progress"): _progress,
    ("JointGoal", "rollUp"): _roll_up,
    ("JointGoal", "pipelineCoverage"): _pipeline_coverage,
    ("Query", "funnel"): _funnel,
    ("Query", "stageDuration"): _stage_duration,
    ("Query", "pipelineVelocity"): _velocity,
    ("Query", "contentUsage"): _content_usage,
    ("Query", "contentCoverage"): _coverage,
    ("Query", "contentFor"): _content_for,
    ("Query", "search"): _search,
    ("ContentAsset", "usage"): _usage,
    ("Lead", "recommendedContent"): _lead_content,
    ("Lead", "buyingStage"): _buying_stage,
    ("GlossaryTerm", "agreed"): _agreed,
    ("Opportunity", "recommendedContent"): _opportunity_content,
    ("Opportunity", "buyingStage"): _buying_stage,
}

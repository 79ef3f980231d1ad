"""The funnel, stays in stages, and pipeline velocity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.oracle.conversion import comes_after, days_between, median
from tests.oracle.metrics.journeys import histories
from tests.oracle.metrics.metric import metric
from tests.oracle.metrics.numbers import quotient, shown, statistic
from tests.oracle.period import bounds
from tests.oracle.rows import Row, World


def funnel(
    world: World, arguments: Mapping[str, Any], span: tuple[datetime, datetime], as_of: datetime
) -> dict[str, Any]:
    """The answer of ``Query.funnel``."""
    by_key = {stage["key"]: stage for stage in world.tables["funnel_stage"]}
    stages = [by_key[key] for key in arguments["stages"]]
    within, cohort = arguments.get("within"), []
    for history in histories(world, as_of).values():
        first = next((n for n, event in enumerate(history) if event["to_stage_id"] == stages[0]["id"]), None)
        if first is None or not span[0] <= history[first]["occurred_at"] < span[1]:
            continue
        entered = history[first]["occurred_at"]
        reached = [entered]
        for stage in stages[1:]:
            targets = {stage["id"]}
            if arguments["skipping"] != "STRICT":
                targets |= {one["id"] for one in by_key.values() if comes_after(one, stage)}
            moment = next((one["occurred_at"] for one in history[first + 1 :] if one["to_stage_id"] in targets), None)
            reached.append(moment if moment is not None and (within is None or moment < entered + within) else None)
        cohort.append(reached)
    entries = [one[0] for one in cohort]
    return {
        "entered": len(cohort),
        "mature": max(entries) + within <= as_of if within is not None and entries else None,
        "steps": [_step(stages, cohort, place) for place in range(len(stages))],
    }


def _step(stages: Sequence[Row], cohort: Sequence[Sequence[datetime | None]], place: int) -> dict[str, Any]:
    there = [one for one in cohort if one[place] is not None]
    before = [one for one in cohort if place and one[place - 1] is not None]
    days = sorted(days_between(one[place - 1], one[place]) for one in there if place and one[place - 1] is not None)
    return {
        "stage": stages[place],
        "reached": len(there),
        "stepRate": shown(quotient(Fraction(len(there)), Fraction(len(before)))) if place else None,
        "overallRate": shown(quotient(Fraction(len(there)), Fraction(len(cohort)))),
        "medianDays": shown(median(days)) if days else None,
    }


def stage_duration(world: World, span: tuple[datetime, datetime], as_of: datetime) -> list[dict[str, Any]]:
    """The answer of ``Query.stageDuration``."""
    end = min(span[1], as_of)
    spent: dict[UUID, dict[UUID, Fraction]] = {}
    inside: dict[UUID, set[UUID]] = {}
    for journey, history in histories(world, as_of).items():
        leaving = [event["occurred_at"] for event in history[1:]] + [None]
        for event, left in zip(history, leaving, strict=True):
            stage, entered = event["to_stage_id"], event["occurred_at"]
            if left is not None and span[0] <= left < end:
                of_stage = spent.setdefault(stage, {})
                of_stage[journey] = of_stage.get(journey, Fraction(0)) + days_between(entered, left)
            if entered < end and (left is None or left >= end):
                inside.setdefault(stage, set()).add(journey)
    made = []
    for stage in sorted(world.tables["funnel_stage"], key=lambda one: (one["position"], one["key"])):
        values = list(spent.get(stage["id"], {}).values())
        made.append(
            {
                "stage": stage,
                "journeys": len(values),
                "open": len(inside.get(stage["id"], ())),
                "medianDays": shown(statistic("MEDIAN", values)),
                "meanDays": shown(statistic("MEAN", values)),
                "p90Days": shown(statistic("P90", values)),
            }
        )
    return made


def velocity(world: World, arguments: Mapping[str, Any], as_of: datetime) -> dict[str, Any]:
    """The answer of ``Query.pipelineVelocity``: the parts as they are shown, and their product."""
    calendar = world.workspace["time_zone"], world.workspace["fiscal_year_start_month"]

    def found(key: str, window: str) -> Any:
        span = bounds({"window": window}, as_of, *calendar)
        return metric(world, {"key": key, "filter": arguments.get("filter")}, span, as_of)

    answers = {
        "openOpportunities": found("OPEN_OPPORTUNITIES", "ALL_TIME"),
        "winRate": found("WIN_RATE", "LAST_12_MONTHS"),
        "averageDealSize": found("AVERAGE_DEAL_SIZE", "LAST_12_MONTHS"),
        "cycleDays": found("SALES_CYCLE_DAYS", "LAST_12_MONTHS"),
    }
    parts = {name: answer["value"]["number"] for name, answer in answers.items()}
    opened, rate, size, days = (None if value is None else Fraction(value) for value in parts.values())
    gained = None if rate is None or size is None or days is None else quotient((opened or 0) * rate * size, days)
    money = None if gained is None else {"amount": shown(gained), "currencyCode": world.workspace["currency_code"]}
    return {"perDay": money, **parts, "excluded": answers["averageDealSize"]["excluded"]}

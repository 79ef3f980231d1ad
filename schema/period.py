"""Spans of time that metrics are asked for."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from resolvers.metrics.period import Window
from schema.fields import argument
from schema.terms import describe

describe(Window, "A span of time relative to a moment, in the workspace's time zone and fiscal year.")


@strawberry.input(description="A span of time: either two days, or a window.")
class PeriodInput:
    from_: date | None = strawberry.field(
        name="from", description="The first day, in the workspace's time zone.", default=strawberry.UNSET
    )
    to: date | None = strawberry.field(description="The day after the last one.", default=strawberry.UNSET)
    window: Window | None = strawberry.field(description="A span relative to `asOf`.", default=strawberry.UNSET)


PERIOD = argument(PeriodInput, "The span of time.", name="period")
AS_OF = argument(datetime | None, "Only what happened before this moment counts; now, if left out.", name="as_of")

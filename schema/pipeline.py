"""The ways in which opportunities are worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many

if TYPE_CHECKING:
    from schema.stage import FunnelStage


@entity(models.Pipeline, plural="pipelines")
class Pipeline(Node):
    """A way of working on opportunities, with stages of its own; all pipelines share the stages Won and Lost."""

    key: str = column("Short name of the pipeline, unique in the workspace.")
    name: str = column("Name of the pipeline.")
    position: int = column("Its place among the pipelines, from 1.")
    stages: Connection[FunnelStage] = to_many(
        models.FunnelStage.pipeline_id, "Its own stages of open opportunities, each with those that are in it."
    )

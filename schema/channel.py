"""Where buyers meet us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from db.models import Department
from schema.connection import Connection
from schema.entity import EVERYONE, Node, entity
from schema.fields import column, to_many

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.handoff import ServiceLevel
    from schema.lead import Lead
    from schema.touchpoint import Touchpoint
    from schema.usage import ContentUsage


@entity(models.Channel, plural="channels", roles=EVERYONE)
class Channel(Node):
    """A way by which buyers meet us, such as search, a fair or a call; the source of a lead."""

    key: str = column("Short name of the channel, unique in the workspace.")
    label: str = column("Name of the channel for people.")
    department: Department | None = column("The department that the channel belongs to.")
    leads: Connection[Lead] = to_many(models.Lead.channel_id, "Leads that came by the channel.")
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.channel_id, "Uses of content on the channel.")
    campaigns: Connection[Campaign] = to_many(models.Campaign.channel_id, "Campaigns that meet buyers by the channel.")
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.channel_id, "Interactions on the channel.")
    service_levels: Connection[ServiceLevel] = to_many(
        models.ServiceLevel.channel_id, "What sales promised for leads of the channel."
    )

"""Which asset somebody picks: by what was published at the time, and by how much each is liked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from db.models import ContentAsset, ContentStatus
from db.seed.company import Company
from db.seed.content import ARCHIVED_AGO


class Library:
    """The assets with the weight that each has in the draw; a weight of 0 is never drawn."""

    def __init__(self, weights: dict[ContentAsset, float]) -> None:
        self._weights = {asset: weight for asset, weight in weights.items() if weight > 0}

    def draw(
        self, company: Company, at: datetime, suits: Callable[[ContentAsset], bool] = lambda asset: True
    ) -> ContentAsset:
        """An asset that was there at ``at`` and suits; half the library is older than the year, so there is one."""
        archived_on = company.calendar.until - timedelta(days=ARCHIVED_AGO)
        there = {
            asset: weight
            for asset, weight in self._weights.items()
            if asset.published_on is not None
            and asset.published_on < at.date()
            and (asset.status == ContentStatus.ACTIVE or at.date() < archived_on)
            and suits(asset)
        }
        return company.random.choices(list(there), list(there.values()))[0]

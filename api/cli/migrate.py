"""``wavelength migrate``"""

from __future__ import annotations

import asyncio

from api.cli.database import database
from api.cli.options import DatabaseUrl, load_settings
from api.cli.progress import progress
from db import migrations


def migrate(database_url: DatabaseUrl = None) -> None:
    """Bring the database's tables to the newest revision, as the user of the URL."""
    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:
        tell("Migrating")
        asyncio.run(migrations.upgrade(url))

"""What of a revenue is left after the cost of what was sold, in whose light a return is seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import column

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", column("margin_rate", sa.Numeric(), "'1'"))
    op.create_check_constraint("margin_rate_range", "workspace", "margin_rate BETWEEN 0 AND 1")


def downgrade() -> None:
    op.drop_column("workspace", "margin_rate")

"""Reasons of versions that break what their number promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LOST = {"reasons why a version may break": "SELECT count(*) FROM breaks"}
"""What `downgrade` removes, and the query that counts it."""


def upgrade() -> None:
    """Make the table of reasons."""
    op.create_table(
        "breaks",
        sa.Column("piece_id", sa.String(21), sa.ForeignKey("pieces.id"), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("breaks")

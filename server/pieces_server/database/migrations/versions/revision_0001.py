"""Wheels, pieces and API keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "wheels",
        sa.Column("distribution", sa.String(214), primary_key=True),
        sa.Column("version", sa.String(80), primary_key=True),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("requires_python", sa.Text, nullable=False),
    )
    op.create_table(
        "pieces",
        sa.Column("id", sa.String(21), primary_key=True),
        sa.Column("distribution", sa.String(214), nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("major", sa.BigInteger, nullable=False),
        sa.Column("minor", sa.BigInteger, nullable=False),
        sa.Column("patch", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(214), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("framework", sa.String(80), nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("i18n", sa.JSON, nullable=False),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("updated", sa.String(24), nullable=False),
        sa.UniqueConstraint("distribution", "version"),
        sa.ForeignKeyConstraint(
            ["distribution", "version"], ["wheels.distribution", "wheels.version"]
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(21), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("last_4", sa.String(4), nullable=False),
        sa.Column("created", sa.String(24), nullable=False),
    )


def downgrade() -> None:
    """Remove them."""
    for table in ("api_keys", "pieces", "wheels"):
        op.drop_table(table)

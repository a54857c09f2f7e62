"""Scopes of keys, withdrawn versions, the audit log, and what the package index needs."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WHEEL_TEXTS: Mapping[str, sa.types.TypeEngine[str]] = {
    "metadata_sha256": sa.String(64),
    "uploaded": sa.String(24),
    "yank_reason": sa.Text(),
    "deprecation_reason": sa.Text(),
}
_WHEEL_TIMES = ("yanked", "deprecated")
_KEY_TIMES = ("expires", "revoked", "last_used")
_TABLES = ("audit", "core_metadata", "distributions", "instance")


def upgrade() -> None:
    """Make new tables and columns; what was stored before reads as it did."""
    _create_tables()
    for name, kind in _WHEEL_TEXTS.items():
        op.add_column("wheels", sa.Column(name, kind, nullable=False, server_default=""))
    for name in _WHEEL_TIMES:
        op.add_column("wheels", sa.Column(name, sa.String(24)))
    op.add_column(
        "pieces",
        sa.Column("package_type", sa.String(8), nullable=False, server_default="ARCHIVE"),
    )
    op.add_column(
        "api_keys", sa.Column("scope", sa.String(8), nullable=False, server_default="admin")
    )
    for name in _KEY_TIMES:
        op.add_column("api_keys", sa.Column(name, sa.String(24)))
    _fill()
    _note_schema(3)


def downgrade() -> None:
    """Remove them, and with them who did what, and which versions were withdrawn."""
    for name in reversed((*_KEY_TIMES, "scope")):
        op.drop_column("api_keys", name)
    op.drop_column("pieces", "package_type")
    for name in (*_WHEEL_TIMES, *_WHEEL_TEXTS):
        op.drop_column("wheels", name)
    for table in _TABLES:
        op.drop_table(table)
    _note_schema(2)


def _create_tables() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.String(21), primary_key=True),
        sa.Column("created", sa.String(24), nullable=False),
    )
    op.create_table(
        "distributions",
        sa.Column("name", sa.String(214), primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "core_metadata",
        sa.Column("distribution", sa.String(214), primary_key=True),
        sa.Column("version", sa.String(80), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution", "version"], ["wheels.distribution", "wheels.version"]
        ),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("actor_id", sa.String(21)),
        sa.Column("actor_name", sa.String(100), nullable=False),
        sa.Column("request_id", sa.String(21)),
    )


def _fill() -> None:
    op.execute(
        "INSERT INTO distributions (name, revision) SELECT distribution, 1 FROM wheels"
        " GROUP BY distribution"
    )
    op.execute(
        "UPDATE wheels SET uploaded = (SELECT updated FROM pieces"
        " WHERE pieces.distribution = wheels.distribution AND pieces.version = wheels.version)"
        " WHERE EXISTS (SELECT 1 FROM pieces"
        " WHERE pieces.distribution = wheels.distribution AND pieces.version = wheels.version)"
    )
    instance = sa.table("instance", sa.column("id"), sa.column("created"))
    characters = string.digits + string.ascii_letters
    identifier = "".join(secrets.choice(characters) for _ in range(21))
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    op.execute(instance.insert().values(id=identifier, created=now))


def _note_schema(number: int) -> None:
    """Tell versions of Piecekit from before Alembic, which read this number of SQLite."""
    if _is_sqlite():
        op.execute(f"PRAGMA user_version={number}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""Scopes of keys, withdrawn versions, the audit log, and what the package index needs."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
_RELEASES: Mapping[str, str] = {
    "minimum_supported_release": "minimumSupportedRelease",
    "maximum_supported_release": "maximumSupportedRelease",
}
_RELEASE = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")
_KEY_TIMES = ("expires", "revoked", "last_used")
_TABLES = ("audit", "core_metadata", "distributions", "instance")

LOST = {
    "entries of the audit log": "SELECT count(*) FROM audit",
    "API keys that are revoked, expire or have another scope than `admin`": (
        "SELECT count(*) FROM api_keys"
        " WHERE scope <> 'admin' OR revoked IS NOT NULL OR expires IS NOT NULL"
    ),
    "yanks of versions": "SELECT count(*) FROM wheels WHERE yanked IS NOT NULL",
    "deprecations of versions": "SELECT count(*) FROM wheels WHERE deprecated IS NOT NULL",
    "times of uploads": "SELECT count(*) FROM wheels WHERE uploaded <> ''",
    "`METADATA` files of wheels": "SELECT count(*) FROM core_metadata",
    "package types `REGISTRY`": "SELECT count(*) FROM pieces WHERE package_type <> 'ARCHIVE'",
    "times of last use of API keys": "SELECT count(last_used) FROM api_keys",
}
"""What `downgrade` removes, and the queries that count it."""


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
    for name in _RELEASES:
        op.add_column("pieces", sa.Column(name, sa.String(80)))
    op.add_column(
        "api_keys", sa.Column("scope", sa.String(8), nullable=False, server_default="admin")
    )
    for name in _KEY_TIMES:
        op.add_column("api_keys", sa.Column(name, sa.String(24)))
    _fill()
    _fill_releases()


def downgrade() -> None:
    """Remove them, and with them who did what, and which versions were withdrawn.

    Keys go that the older version would take for full ones, without a scope and an end.
    """
    op.execute(
        "DELETE FROM api_keys WHERE scope <> 'admin' OR revoked IS NOT NULL OR expires IS NOT NULL"
    )
    for name in reversed((*_KEY_TIMES, "scope")):
        op.drop_column("api_keys", name)
    for name in (*_RELEASES, "package_type"):
        op.drop_column("pieces", name)
    for name in (*_WHEEL_TIMES, *_WHEEL_TEXTS):
        op.drop_column("wheels", name)
    for table in _TABLES:
        op.drop_table(table)


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


def _fill_releases() -> None:
    """Take the releases from the metadata, a piece at a time: all of it may be large."""
    releases = [sa.column(name, sa.String) for name in _RELEASES]
    pieces = sa.table(
        "pieces", sa.column("id", sa.String), sa.column("metadata", sa.JSON), *releases
    )
    connection = op.get_bind()
    for piece_id in connection.scalars(sa.select(pieces.c.id)).all():
        this = pieces.c.id == piece_id
        stored = connection.scalar(sa.select(pieces.c.metadata).where(this))
        metadata: Mapping[str, object] = stored or {}
        found = {name: metadata.get(key) for name, key in _RELEASES.items()}
        valid = {
            name: release
            for name, release in found.items()
            if isinstance(release, str) and _RELEASE.fullmatch(release)
        }
        if valid:
            connection.execute(pieces.update().where(this).values(valid))

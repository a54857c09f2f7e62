"""The instance's tables, as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

TABLES: Final = MetaData()

instance: Final = Table(
    "instance",
    TABLES,
    Column("id", String(21), primary_key=True),
    Column("created", String(24), nullable=False),
)
"""One row: which data folder belongs to this database. Its `instance-id` says the same."""

distributions: Final = Table(
    "distributions",
    TABLES,
    Column("name", String(214), primary_key=True),  # normalised
    Column("revision", BigInteger, nullable=False),
)
"""The names in the package index. Every change below a name raises its revision, in the same
transaction: what was made from the rows is out of date once the revision is another."""

wheels: Final = Table(
    "wheels",
    TABLES,
    Column("distribution", String(214), primary_key=True),  # normalised
    Column("version", String(80), primary_key=True),
    Column("filename", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("requires_python", Text, nullable=False),
    # Empty for wheels of before schema 3: installers then read METADATA from the wheel.
    Column("metadata_sha256", String(64), nullable=False, server_default=""),
    Column("uploaded", String(24), nullable=False, server_default=""),
    Column("yanked", String(24)),
    Column("yank_reason", Text, nullable=False, server_default=""),
    Column("deprecated", String(24)),
    Column("deprecation_reason", Text, nullable=False, server_default=""),
)
"""What the package index serves. A row is written once its file is safely in the data folder, and
never removed; `yanked` and `deprecated` are times, or null."""

core_metadata: Final = Table(
    "core_metadata",
    TABLES,
    Column("distribution", String(214), primary_key=True),
    Column("version", String(80), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["distribution", "version"], ["wheels.distribution", "wheels.version"]),
)
"""The bytes of each wheel's `METADATA`, which installers ask for by itself (PEP 658)."""

pieces: Final = Table(
    "pieces",
    TABLES,
    Column("id", String(21), primary_key=True),
    Column("distribution", String(214), nullable=False),
    Column("version", String(80), nullable=False),
    # The version once more, in numbers, for the database to sort by.
    Column("major", BigInteger, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("patch", BigInteger, nullable=False),
    Column("name", String(214), nullable=False),
    Column("source_digest", String(64), nullable=False),
    Column("framework", String(80), nullable=False),
    # JSON, not JSONB: it keeps the order of keys, and takes `\u0000`.
    Column("metadata", JSON, nullable=False),
    Column("i18n", JSON, nullable=False),
    Column("created", String(24), nullable=False),
    Column("updated", String(24), nullable=False),
    Column("package_type", String(8), nullable=False, server_default="ARCHIVE"),
    # From the metadata; null where it has none, or one that is no version.
    Column("minimum_supported_release", String(80)),
    Column("maximum_supported_release", String(80)),
    UniqueConstraint("distribution", "version"),
    ForeignKeyConstraint(["distribution", "version"], ["wheels.distribution", "wheels.version"]),
)
"""Those of the wheels that are pieces, with what their `piece.json` says."""

breaks: Final = Table(
    "breaks",
    TABLES,
    Column("piece_id", String(21), ForeignKey("pieces.id"), primary_key=True),
    Column("reason", Text, nullable=False),
)
"""Why a version may break what its number says it does not; absent for most."""

api_keys: Final = Table(
    "api_keys",
    TABLES,
    Column("id", String(21), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("last_4", String(4), nullable=False),
    Column("created", String(24), nullable=False),
    Column("scope", String(8), nullable=False, server_default="admin"),
    Column("expires", String(24)),
    Column("revoked", String(24)),
    Column("last_used", String(24)),
)
"""API keys, by the hash of their text. A revoked key stays: the audit log names it."""

audit: Final = Table(
    "audit",
    TABLES,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("created", String(24), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("actor_id", String(21)),
    Column("actor_name", String(100), nullable=False),
    Column("request_id", String(21)),
)
"""Every change, written in the transaction that makes it. Rows are never changed or removed."""

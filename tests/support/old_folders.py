"""Rows and data folders as versions of Piecekit from before Alembic left them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from pieces_server.database import Database
from tests.support.wheels import METADATA, build_wheel

_TIME = "2026-01-02T03:04:05.678Z"
_RELEASED = {**METADATA, "minimumSupportedRelease": "0.82.0", "version": "0.1.0"}

_TABLES = """
CREATE TABLE wheels (
    distribution VARCHAR NOT NULL, version VARCHAR NOT NULL, filename VARCHAR NOT NULL,
    sha256 VARCHAR(64) NOT NULL, size_bytes INTEGER NOT NULL, requires_python VARCHAR NOT NULL,
    PRIMARY KEY (distribution, version)
);
CREATE TABLE pieces (
    id VARCHAR(21) NOT NULL, distribution VARCHAR NOT NULL, version VARCHAR NOT NULL,
    major INTEGER NOT NULL, minor INTEGER NOT NULL, patch INTEGER NOT NULL, name VARCHAR NOT NULL,
    source_digest VARCHAR NOT NULL, framework VARCHAR NOT NULL, metadata JSON NOT NULL,
    i18n JSON NOT NULL, created VARCHAR NOT NULL, updated VARCHAR NOT NULL,
    PRIMARY KEY (id), UNIQUE (distribution, version),
    FOREIGN KEY(distribution, version) REFERENCES wheels (distribution, version)
);
CREATE TABLE api_keys (
    id VARCHAR(21) NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR(64) NOT NULL,
    last_4 VARCHAR(4) NOT NULL, created VARCHAR NOT NULL, PRIMARY KEY (id), UNIQUE (sha256)
);
"""
_BREAKS = """
CREATE TABLE breaks (
    piece_id VARCHAR(21) NOT NULL, reason VARCHAR NOT NULL,
    PRIMARY KEY (piece_id), FOREIGN KEY(piece_id) REFERENCES pieces (id)
);
"""
_ROWS = (
    "INSERT INTO wheels VALUES (:distribution, :version, :filename, :sha256, :size, :python)",
    """INSERT INTO pieces VALUES (:piece, :distribution, :version, 0, 1, 0, :distribution,
    :digest, '0.1.0', :metadata, '{}', :time, :time)""",
    "INSERT INTO api_keys VALUES (:key_id, 'admin', :key_sha256, :last_4, :time)",
)


def _old_wheel() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return build_wheel(Path(folder), metadata=_RELEASED).read_bytes()


OLD_WHEEL = _old_wheel()
"""The wheel of piece-gelato 0.1.0."""
OLD_KEY = "sk-" + "k" * 61


def fill_old_tables(database: Database) -> None:
    """Write a published piece and a key into tables of revision 0001."""
    with database.writing() as connection:
        for statement in _ROWS:
            connection.execute(text(statement), _values())


def make_old_folder(folder: Path, schema: int) -> str:
    """Make the data folder of a version whose `user_version` was 1 or 2, and return its key."""
    path = folder / "wheels" / _sha256(OLD_WHEEL)[:2] / f"{_sha256(OLD_WHEEL)}.whl"
    path.parent.mkdir(parents=True)
    path.write_bytes(OLD_WHEEL)
    with closing(sqlite3.connect(folder / "piecekit.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_TABLES + (_BREAKS if schema > 1 else ""))
        for statement in _ROWS:
            connection.execute(statement, _values())
        connection.execute(f"PRAGMA user_version={schema}")
        connection.commit()
    return OLD_KEY


def _values() -> dict[str, str | int]:
    return {
        "distribution": "piece-gelato",
        "version": "0.1.0",
        "filename": "piece_gelato-0.1.0-py3-none-any.whl",
        "sha256": _sha256(OLD_WHEEL),
        "size": len(OLD_WHEEL),
        "python": ">=3.11",
        "piece": "p" * 21,
        "digest": "d" * 64,
        "metadata": json.dumps(_RELEASED),
        "time": _TIME,
        "key_id": "i" * 21,
        "key_sha256": _sha256(OLD_KEY.encode()),
        "last_4": OLD_KEY[-4:],
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

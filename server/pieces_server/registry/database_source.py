"""The pieces that are published, read from the database."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, cast, func, select

from pieces_framework.versions import Version
from pieces_server.database.tables import breaks, distributions, pieces, wheels

from .piece_source import Notice, PieceVersion, StoredPiece

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from pieces_server.database import Database

_CACHED_CHARACTERS: Final = 16 * 1024 * 1024
"""JSON text of which the parsed form is kept: about 500 pieces of common size."""
_ROWS_AT_ONCE: Final = 500
"""Databases bound the number of parameters of a query."""

_ENTRY_COLUMNS: Final = (
    pieces.c.id,
    pieces.c.distribution,
    pieces.c.name,
    pieces.c.version,
    pieces.c.minimum_supported_release,
    pieces.c.maximum_supported_release,
    pieces.c.source_digest,
    wheels.c.yanked,
    wheels.c.yank_reason,
    wheels.c.deprecated,
    wheels.c.deprecation_reason,
)
_CONTENT_COLUMNS: Final = (
    pieces.c.id,
    pieces.c.package_type,
    # As text: it is parsed here, so that its size is known.
    cast(pieces.c.metadata, Text).label("metadata"),
    cast(pieces.c.i18n, Text).label("i18n"),
    pieces.c.created,
    pieces.c.updated,
    wheels.c.filename,
    wheels.c.sha256,
    wheels.c.size_bytes,
    breaks.c.reason,
)


class DatabaseSource:
    """The versions in the database of an instance.

    What is read is kept for as long as it is true: rows never change but for being withdrawn, and
    each change raises a revision, also when another process makes it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._revision: tuple[int, int] | None = None
        self._versions: Mapping[str, Sequence[PieceVersion]] = {}
        self._pieces: OrderedDict[str, tuple[StoredPiece, int]] = OrderedDict()
        self._characters = 0

    def versions(self) -> Mapping[str, Sequence[PieceVersion]]:
        """Return every version, the highest first, by normalised name."""
        with self._database.reading() as connection:
            # Before the rows: what is written in between is read again the next time.
            revision = _revision(connection)
            with self._lock:
                if revision == self._revision:
                    return self._versions
            found: dict[str, list[PieceVersion]] = {}
            for entry in _read_entries(connection):
                found.setdefault(entry.distribution, []).append(entry)
        with self._lock:
            self._revision, self._versions = revision, found
        return found

    def versions_of(
        self, distribution: str, version: Version | None = None
    ) -> Sequence[PieceVersion]:
        """Return the versions of one piece, the highest first; none if it is unknown."""
        wanted = [pieces.c.distribution == distribution]
        if version is not None:
            wanted.append(pieces.c.version == str(version))
        with self._database.reading() as connection:
            return _read_entries(connection, *wanted)

    def load(self, versions: Sequence[PieceVersion]) -> Sequence[StoredPiece]:
        """Return all that is known of versions that this source named, in their order."""
        found = self._cached(versions)
        missing = [entry for entry in versions if entry.id not in found]
        for start in range(0, len(missing), _ROWS_AT_ONCE):
            found |= self._read(missing[start : start + _ROWS_AT_ONCE])
        return [_with_notices(found[entry.id], entry) for entry in versions]

    def _cached(self, versions: Sequence[PieceVersion]) -> dict[str, StoredPiece]:
        found: dict[str, StoredPiece] = {}
        with self._lock:
            for entry in versions:
                if entry.id in self._pieces:
                    self._pieces.move_to_end(entry.id)
                    found[entry.id] = self._pieces[entry.id][0]
        return found

    def _read(self, versions: Sequence[PieceVersion]) -> dict[str, StoredPiece]:
        entries = {entry.id: entry for entry in versions}
        query = select(*_CONTENT_COLUMNS).join_from(pieces, wheels).outerjoin(breaks)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(pieces.c.id.in_(entries))).mappings().all()
        found = {row["id"]: _stored(entries[row["id"]], row) for row in rows}
        for row in rows:
            self._keep(found[row["id"]], len(row["metadata"]) + len(row["i18n"]))
        return found

    def _keep(self, piece: StoredPiece, characters: int) -> None:
        with self._lock:
            if piece.id not in self._pieces:
                self._pieces[piece.id] = piece, characters
                self._characters += characters
            while self._characters > _CACHED_CHARACTERS:
                _, (_, removed) = self._pieces.popitem(last=False)
                self._characters -= removed


def _revision(connection: Connection) -> tuple[int, int]:
    """Return what differs after each change of any process: no revision is ever lowered."""
    query = select(func.count(), func.coalesce(func.sum(distributions.c.revision), 0))
    count, total = connection.execute(query.select_from(distributions)).one()
    return int(count), int(total)


def _read_entries(connection: Connection, *conditions: ColumnElement[bool]) -> list[PieceVersion]:
    query = select(*_ENTRY_COLUMNS).join_from(pieces, wheels).where(*conditions)
    newest_first = query.order_by(
        pieces.c.distribution, pieces.c.major.desc(), pieces.c.minor.desc(), pieces.c.patch.desc()
    )
    return [
        PieceVersion(
            id=row.id,
            distribution=row.distribution,
            name=row.name,
            version=Version.parse(row.version),
            minimum_supported_release=_release(row.minimum_supported_release),
            maximum_supported_release=_release(row.maximum_supported_release),
            source_digest=row.source_digest,
            yanked=_notice(row.yanked, row.yank_reason),
            deprecated=_notice(row.deprecated, row.deprecation_reason),
        )
        for row in connection.execute(newest_first)
    ]


def _release(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def _notice(date: str | None, reason: str) -> Notice | None:
    return None if date is None else Notice(reason=reason, date=date)


def _stored(entry: PieceVersion, row: RowMapping) -> StoredPiece:
    return StoredPiece(
        **vars(entry),
        package_type=row["package_type"],
        metadata=json.loads(row["metadata"]),
        i18n=json.loads(row["i18n"]),
        created=row["created"],
        updated=row["updated"],
        filename=row["filename"],
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        breaking_reason=row["reason"],
    )


def _with_notices(piece: StoredPiece, entry: PieceVersion) -> StoredPiece:
    """Return a piece with the notices of now: only they may have changed since it was read."""
    return replace(piece, yanked=entry.yanked, deprecated=entry.deprecated)

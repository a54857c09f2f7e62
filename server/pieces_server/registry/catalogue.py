"""The pieces that are published, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from pieces_framework.errors import PieceNotFoundError
from pieces_framework.names import distribution_name
from pieces_framework.versions import Version
from pieces_server.database.tables import breaks, pieces, wheels

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from pieces_framework.wire import JsonValue
    from pieces_server.database import Database

_NEWEST_FIRST: Final = (pieces.c.major.desc(), pieces.c.minor.desc(), pieces.c.patch.desc())


@dataclass(frozen=True, kw_only=True)
class StoredPiece:
    """A version of a piece."""

    id: str
    name: str
    version: str
    package_type: str
    """`ARCHIVE` or `REGISTRY`: whether it was uploaded or taken from another index."""
    source_digest: str
    metadata: Mapping[str, JsonValue]
    """Wire metadata."""
    i18n: Mapping[str, JsonValue]
    """Translations of the metadata's texts, by language."""
    created: str
    """When the piece's first version was published, as the API writes times."""
    updated: str
    """When this version was."""
    filename: str
    sha256: str
    size_bytes: int
    breaking_reason: str | None
    """What its publisher said of a break that the version's number does not show."""


class Catalogue:
    """The pieces of an instance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_piece(self, name: str, version: Version | None = None) -> StoredPiece:
        """Return a version of a piece, the newest when `version` is `None`.

        Raises:
            PieceNotFoundError: if there is none.
        """
        wanted = [pieces.c.distribution == distribution_name(name)]
        if version is not None:
            wanted.append(pieces.c.version == str(version))
        with self._database.reading() as connection:
            found = _read_pieces(connection, *wanted, limit=1)
        if not found:
            raise PieceNotFoundError(f"piece_metadata_not_found pieceName={name}")
        return found[0]

    def newest_pieces(self) -> Sequence[StoredPiece]:
        """Return the newest version of each piece, in no order."""
        rank = func.row_number().over(partition_by=pieces.c.distribution, order_by=_NEWEST_FIRST)
        ranked = select(pieces.c.id, rank.label("rank")).subquery()
        newest = select(ranked.c.id).where(ranked.c.rank == 1)
        with self._database.reading() as connection:
            return _read_pieces(connection, pieces.c.id.in_(newest))

    def digests(self, distributions: Collection[str]) -> Mapping[str, Mapping[Version, str]]:
        """Return the source digest of each version of these pieces, by normalised name.

        A piece that is unknown is absent.
        """
        columns = (pieces.c.distribution, pieces.c.version, pieces.c.source_digest)
        query = select(*columns).where(pieces.c.distribution.in_(distributions))
        found: dict[str, dict[Version, str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                versions = found.setdefault(row.distribution, {})
                versions[Version.parse(row.version)] = row.source_digest
        return found


def _read_pieces(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[StoredPiece]:
    columns = (wheels.c.filename, wheels.c.sha256, wheels.c.size_bytes, breaks.c.reason)
    query = select(pieces, *columns).join_from(pieces, wheels).outerjoin(breaks)
    return [
        StoredPiece(
            id=row.id,
            name=row.name,
            version=row.version,
            package_type=row.package_type,
            source_digest=row.source_digest,
            metadata=row.metadata,
            i18n=row.i18n,
            created=row.created,
            updated=row.updated,
            filename=row.filename,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            breaking_reason=row.reason,
        )
        for row in connection.execute(
            query.where(*conditions).order_by(*_NEWEST_FIRST).limit(limit)
        )
    ]

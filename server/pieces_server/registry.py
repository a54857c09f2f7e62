"""The registry: which wheels and pieces there are, over the database and the folder of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from pieces_framework.artifact import (
    PieceWheel,
    WheelFile,
    read_piece_wheel,
    read_wheel,
)
from pieces_framework.errors import ArtifactError, PieceNotFoundError
from pieces_framework.names import OWN_DISTRIBUTIONS, distribution_name, normalize_name
from pieces_framework.versions import Version

from .database import breaks, new_id, now, pieces, wheels
from .errors import AlreadyPublishedError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection, Engine

    from pieces_framework.wire import JsonValue

    from .wheels import ReceivedFile, WheelFolder

_NEWEST_FIRST: Final = (pieces.c.major.desc(), pieces.c.minor.desc(), pieces.c.patch.desc())


@dataclass(frozen=True, kw_only=True)
class StoredWheel:
    """A file of the package index."""

    version: str
    filename: str
    sha256: str
    requires_python: str
    source_digest: str
    """Empty for a wheel that is no piece."""


@dataclass(frozen=True, kw_only=True)
class StoredPiece:
    """A version of a piece."""

    id: str
    name: str
    version: str
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


class Registry:
    """All that is published on an instance."""

    def __init__(self, engine: Engine, folder: WheelFolder) -> None:
        self._engine = engine
        self._folder = folder

    def publish_piece(
        self,
        stream: BinaryIO,
        *,
        name: str,
        version: str,
        label: str,
        breaking_reason: str | None = None,
    ) -> StoredPiece:
        """Store a piece's wheel: all of it, or nothing.

        Args:
            stream: the wheel's bytes.
            name: what the publisher calls the piece, by either of its names.
            version: the version the publisher means to publish.
            label: how messages call the wheel.
            breaking_reason: what the publisher says of a break that the version does not show.

        Raises:
            ArtifactError: if it is no piece wheel, or not that of `name` and `version`.
            AlreadyPublishedError: if the version is there, be it with the same bytes.
        """
        with self._folder.receive(stream) as received:
            wheel = read_piece_wheel(received.path, label=label)
            if normalize_name(wheel.distribution) != distribution_name(name):
                raise ArtifactError(
                    f"`{label}` holds `{wheel.distribution}`, not {name!r}",
                    hint="send the name that the wheel has as `pieceName`",
                    rule="published-name",
                )
            if normalize_name(wheel.distribution) in OWN_DISTRIBUTIONS.values():
                raise ArtifactError(
                    f"`{wheel.distribution}` is the name of a part of Piecekit",
                    hint="give the piece a name of its own, such as `piece-NAME`",
                    rule="reserved-name",
                )
            if str(wheel.version) != version:
                raise ArtifactError(
                    f"`{label}` holds version {wheel.version}, not {version!r}",
                    hint="send the version that the wheel has as `pieceVersion`",
                    rule="published-version",
                )
            self._store(wheel, received, breaking_reason)
        return self.find_piece(name, wheel.version)

    def add_wheel(self, stream: BinaryIO, *, label: str) -> None:
        """Store a wheel that need not be a piece, for the package index only.

        Raises:
            ArtifactError: if it is no wheel.
            AlreadyPublishedError: if the version is there.
        """
        with self._folder.receive(stream) as received:
            self._store(read_wheel(received.path, label=label), received)

    def find_piece(self, name: str, version: Version | None = None) -> StoredPiece:
        """Return a version of a piece, the newest when `version` is `None`.

        Raises:
            PieceNotFoundError: if there is none.
        """
        wanted = [pieces.c.distribution == distribution_name(name)]
        if version is not None:
            wanted.append(pieces.c.version == str(version))
        with self._engine.connect() as connection:
            found = _read_pieces(connection, *wanted, limit=1)
        if not found:
            raise PieceNotFoundError(f"piece_metadata_not_found pieceName={name}")
        return found[0]

    def newest_pieces(self) -> Sequence[StoredPiece]:
        """Return the newest version of each piece, in no order."""
        rank = func.row_number().over(partition_by=pieces.c.distribution, order_by=_NEWEST_FIRST)
        ranked = select(pieces.c.id, rank.label("rank")).subquery()
        newest = select(ranked.c.id).where(ranked.c.rank == 1)
        with self._engine.connect() as connection:
            return _read_pieces(connection, pieces.c.id.in_(newest))

    def digests(self, distributions: Collection[str]) -> Mapping[str, Mapping[Version, str]]:
        """Return the source digest of each version of these pieces, by normalised name.

        A piece that is unknown is absent.
        """
        columns = (pieces.c.distribution, pieces.c.version, pieces.c.source_digest)
        query = select(*columns).where(pieces.c.distribution.in_(distributions))
        found: dict[str, dict[Version, str]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                versions = found.setdefault(row.distribution, {})
                versions[Version.parse(row.version)] = row.source_digest
        return found

    def distributions(self) -> Sequence[str]:
        """Return the normalised names in the package index, sorted."""
        query = select(wheels.c.distribution).distinct().order_by(wheels.c.distribution)
        with self._engine.connect() as connection:
            return [str(name) for name in connection.scalars(query)]

    def wheels(self, distribution: str) -> Sequence[StoredWheel]:
        """Return the files of a distribution, oldest version first; none if it is unknown."""
        with self._engine.connect() as connection:
            found = _read_wheels(connection, wheels.c.distribution == normalize_name(distribution))
        return sorted(found, key=lambda wheel: Version.parse(wheel.version))

    def has_wheel(self, distribution: str, version: str) -> bool:
        """Whether the package index has that version."""
        return any(wheel.version == version for wheel in self.wheels(distribution))

    def wheel_path(self, distribution: str, filename: str) -> Path | None:
        """Return where a file of the package index lies, or `None` if it has no such file."""
        for wheel in self.wheels(distribution):
            if wheel.filename == filename:
                return self._folder.path(wheel.sha256)
        return None

    def remove_leftovers(self) -> None:
        """Remove the files that a publish left when it was cut off. Only for the start."""
        with self._engine.connect() as connection:
            known = {str(sha256) for sha256 in connection.scalars(select(wheels.c.sha256))}
        self._folder.remove_leftovers(known)

    def _store(
        self, wheel: WheelFile, received: ReceivedFile, breaking_reason: str | None = None
    ) -> None:
        """Keep the file, then write its rows in one transaction: a row never lacks its file."""
        stored = self._stored(wheel)
        if stored is None:
            self._folder.keep(received)
            try:
                self._insert(wheel, received, breaking_reason)
            except IntegrityError:  # another publisher of this version was quicker
                stored = self._stored(wheel)
                if stored is None:
                    raise
                # Equal bytes share one file, which the winner's row names.
                if stored.sha256 != received.sha256:
                    self._folder.remove(received.sha256)
        if stored is not None:
            raise AlreadyPublishedError(
                wheel.distribution,
                stored.version,
                sha256=stored.sha256,
                source_digest=stored.source_digest,
            )

    def _stored(self, wheel: WheelFile) -> StoredWheel | None:
        with self._engine.connect() as connection:
            found = _read_wheels(
                connection,
                wheels.c.distribution == normalize_name(wheel.distribution),
                wheels.c.version == str(wheel.version),
            )
        return found[0] if found else None

    def _insert(
        self, wheel: WheelFile, received: ReceivedFile, breaking_reason: str | None
    ) -> None:
        distribution = normalize_name(wheel.distribution)
        key = {"distribution": distribution, "version": str(wheel.version)}
        time, piece_id = now(), new_id()
        with self._engine.begin() as connection:
            connection.execute(
                insert(wheels).values(
                    **key,
                    filename=wheel.filename,
                    sha256=received.sha256,
                    size_bytes=received.size_bytes,
                    requires_python=wheel.requires_python,
                )
            )
            if not isinstance(wheel, PieceWheel):
                return
            first = connection.scalar(
                select(func.min(pieces.c.created)).where(pieces.c.distribution == distribution)
            )
            connection.execute(
                insert(pieces).values(
                    **key,
                    **vars(wheel.version),
                    id=piece_id,
                    name=wheel.distribution,
                    source_digest=wheel.piece.source_digest,
                    framework=wheel.piece.framework,
                    metadata=wheel.piece.metadata,
                    i18n=wheel.piece.i18n,
                    created=first or time,
                    updated=time,
                )
            )
            if breaking_reason is not None:
                row = {"piece_id": piece_id, "reason": breaking_reason}
                connection.execute(insert(breaks).values(row))


def _read_wheels(connection: Connection, *conditions: ColumnElement[bool]) -> list[StoredWheel]:
    query = select(wheels, pieces.c.source_digest).outerjoin_from(wheels, pieces)
    return [
        StoredWheel(
            version=row.version,
            filename=row.filename,
            sha256=row.sha256,
            requires_python=row.requires_python,
            source_digest=row.source_digest or "",
        )
        for row in connection.execute(query.where(*conditions))
    ]


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

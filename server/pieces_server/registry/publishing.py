"""Publishing: a wheel is stored whole, with its rows, or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from pieces_framework.artifact import PieceWheel, WheelFile, read_piece_wheel, read_wheel
from pieces_framework.errors import ArtifactError
from pieces_framework.names import OWN_DISTRIBUTIONS, distribution_name, normalize_name
from pieces_server.audit import record
from pieces_server.database.identifiers import new_id, now
from pieces_server.database.tables import breaks, core_metadata, pieces, wheels
from pieces_server.errors import AlreadyPublishedError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_server.audit import Actor
    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import ReceivedFile, WheelFolder

    from .catalogue import Catalogue, StoredPiece

# SQLAlchemy has a construct for this in each dialect, and none for both.
_RAISE_REVISION: Final = text(
    "INSERT INTO distributions (name, revision) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET revision = distributions.revision + 1"
)


class Publishing:
    """What adds to an instance. What is added is never changed."""

    def __init__(self, database: Database, folder: WheelFolder, catalogue: Catalogue) -> None:
        self._database = database
        self._folder = folder
        self._catalogue = catalogue

    def publish_piece(
        self,
        stream: BinaryIO,
        *,
        name: str,
        version: str,
        label: str,
        actor: Actor,
        breaking_reason: str | None = None,
    ) -> StoredPiece:
        """Store a piece's wheel: all of it, or nothing.

        Args:
            stream: the wheel's bytes.
            name: what the publisher calls the piece, by either of its names.
            version: the version the publisher means to publish.
            label: how messages call the wheel.
            actor: who publishes.
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
            self._store(wheel, received, actor, breaking_reason)
        return self._catalogue.find_piece(name, wheel.version)

    def add_wheel(self, stream: BinaryIO, *, label: str, actor: Actor) -> None:
        """Store a wheel that need not be a piece, for the package index only.

        Raises:
            ArtifactError: if it is no wheel.
            AlreadyPublishedError: if the version is there.
        """
        with self._folder.receive(stream) as received:
            self._store(read_wheel(received.path, label=label), received, actor, None)

    def _store(
        self, wheel: WheelFile, received: ReceivedFile, actor: Actor, breaking_reason: str | None
    ) -> None:
        """Keep the file, then write its rows in one transaction: a row never lacks its file."""
        stored = self._already_published(wheel)
        if stored is None:
            self._folder.keep(received)
            try:
                with self._database.writing() as connection:
                    _insert(connection, wheel, received, breaking_reason)
                    action = "piece.publish" if isinstance(wheel, PieceWheel) else "wheel.upload"
                    subject = f"{wheel.distribution} {wheel.version}"
                    record(connection, actor, action, subject, sha256=received.sha256)
            except IntegrityError:  # another publisher of this version was quicker
                stored = self._already_published(wheel)
                if stored is None:
                    raise
        if stored is not None:
            raise stored

    def _already_published(self, wheel: WheelFile) -> AlreadyPublishedError | None:
        query = (
            select(wheels.c.sha256, pieces.c.source_digest)
            .outerjoin_from(wheels, pieces)
            .where(wheels.c.distribution == normalize_name(wheel.distribution))
            .where(wheels.c.version == str(wheel.version))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return AlreadyPublishedError(
            wheel.distribution,
            str(wheel.version),
            sha256=row.sha256,
            source_digest=row.source_digest or "",
        )


def raise_revision(connection: Connection, distribution: str) -> None:
    """Note that something below a name of the package index has changed."""
    connection.execute(_RAISE_REVISION, {"name": distribution})


def _insert(
    connection: Connection, wheel: WheelFile, received: ReceivedFile, breaking_reason: str | None
) -> None:
    distribution = normalize_name(wheel.distribution)
    key = {"distribution": distribution, "version": str(wheel.version)}
    time, metadata = now(), wheel.core_metadata.encode()
    raise_revision(connection, distribution)
    connection.execute(
        insert(wheels).values(
            **key,
            filename=wheel.filename,
            sha256=received.sha256,
            size_bytes=received.size_bytes,
            requires_python=wheel.requires_python,
            metadata_sha256=hashlib.sha256(metadata).hexdigest(),
            uploaded=time,
        )
    )
    connection.execute(insert(core_metadata).values(**key, content=metadata))
    if isinstance(wheel, PieceWheel):
        _insert_piece(connection, wheel, time, breaking_reason)


def _insert_piece(
    connection: Connection, wheel: PieceWheel, time: str, breaking_reason: str | None
) -> None:
    distribution, piece_id = normalize_name(wheel.distribution), new_id()
    first = connection.scalar(
        select(func.min(pieces.c.created)).where(pieces.c.distribution == distribution)
    )
    connection.execute(
        insert(pieces).values(
            **vars(wheel.version),
            id=piece_id,
            distribution=distribution,
            version=str(wheel.version),
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
        connection.execute(insert(breaks).values(piece_id=piece_id, reason=breaking_reason))

"""Publishing: a wheel is stored whole, with its rows, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from pieces_framework.artifact import (
    Limits,
    PieceWheel,
    WheelFile,
    holds_piece,
    read_piece_wheel,
    read_wheel,
)
from pieces_framework.errors import ArtifactError
from pieces_framework.names import OWN_DISTRIBUTIONS, distribution_name, normalize_name
from pieces_server.audit import record
from pieces_server.database.identifiers import new_id, now
from pieces_server.database.tables import breaks, core_metadata, pieces, wheels
from pieces_server.errors import AlreadyPublishedError

from .piece_source import release_bounds

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_framework.versions import Version
    from pieces_framework.wire import JsonValue
    from pieces_server.audit import Actor
    from pieces_server.checking.checker import Checker
    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import ReceivedFile, WheelFolder

    from .catalogue import Catalogue
    from .piece_source import StoredPiece

# SQLAlchemy has a construct for this in each dialect, and none for both.
_RAISE_REVISION: Final = text(
    "INSERT INTO distributions (name, revision) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET revision = distributions.revision + 1"
)


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What a publisher says a wheel is."""

    name: str
    """By either of its names, if it is a piece."""
    version: str
    label: str
    """How messages call the wheel."""
    filename: str = ""
    """What the publisher calls the file, where that must be its true name."""


@dataclass(frozen=True)
class _Said:
    """What is said of a wheel and does not stand in it."""

    actor: Actor
    breaking_reason: str | None = None
    package_type: Literal["ARCHIVE", "REGISTRY"] = "ARCHIVE"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version of a piece that was stored."""

    piece: StoredPiece
    findings: Sequence[dict[str, JsonValue]]
    """What rules find in it that is no error."""


class Publishing:
    """What adds to an instance. What is added is never changed.

    Args:
        database: where rows go.
        folder: where wheels go.
        catalogue: reads the pieces back.
        checker: applies the rules to pieces.
        max_file_bytes: how large a wheel may be; one that is no larger can also be read.
    """

    def __init__(
        self,
        database: Database,
        folder: WheelFolder,
        catalogue: Catalogue,
        *,
        checker: Checker,
        max_file_bytes: int,
    ) -> None:
        self._database = database
        self._folder = folder
        self._catalogue = catalogue
        self._checker = checker
        usual = Limits()
        self._limits = Limits(
            member_bytes=max(usual.member_bytes, max_file_bytes),
            content_bytes=max(usual.content_bytes, 2 * max_file_bytes),
        )

    def holds_piece(self, received: ReceivedFile, *, label: str) -> bool:
        """Whether a wheel is one that `publish_piece` might take.

        Raises:
            ArtifactError: if it is no archive.
        """
        return holds_piece(received.path, label=label, limits=self._limits)

    def publish_piece(
        self,
        received: ReceivedFile,
        announced: Announced,
        *,
        actor: Actor,
        breaking_reason: str | None = None,
        package_type: Literal["ARCHIVE", "REGISTRY"] = "ARCHIVE",
    ) -> Published:
        """Store a piece's wheel: all of it, or nothing.

        Args:
            received: the wheel.
            announced: what its publisher says that it is.
            actor: who publishes.
            breaking_reason: what the publisher says of a break that the version does not show.
            package_type: whether it was uploaded or taken from another index.

        Raises:
            ArtifactError: if it is no piece wheel, or not the one that was announced.
            AlreadyPublishedError: if the version is there, be it with the same bytes.
            ChecksFailedError: if rules find errors in it.
        """
        label = announced.label
        wheel = read_piece_wheel(received.path, label=label, limits=self._limits)
        _check_announced(wheel, distribution_name(announced.name), announced)
        if normalize_name(wheel.distribution) in OWN_DISTRIBUTIONS.values():
            raise ArtifactError(
                f"`{wheel.distribution}` is the name of a part of Piecekit",
                hint="give the piece a name of its own, such as `piece-NAME`",
                rule="reserved-name",
            )
        self._require_new(wheel)  # first: it is asked of each piece again and again
        findings = self._checker.findings(received.path, label=label)
        said = _Said(actor, breaking_reason, package_type)
        self._store(wheel, received, said)
        piece = self._catalogue.find_piece(wheel.distribution, wheel.version)
        return Published(piece=piece, findings=findings)

    def publish_wheel(self, received: ReceivedFile, announced: Announced, *, actor: Actor) -> None:
        """Store a wheel that is no piece, for the package index only, as `publish_piece` does."""
        wheel = read_wheel(received.path, label=announced.label, limits=self._limits)
        _check_announced(wheel, normalize_name(announced.name), announced)
        self._require_new(wheel)
        self._store(wheel, received, _Said(actor))

    def add_wheel(self, stream: BinaryIO, *, label: str, actor: Actor) -> None:
        """Store a wheel that need not be a piece, for the package index only.

        Raises:
            ArtifactError: if it is no wheel.
            AlreadyPublishedError: if the version is there.
        """
        with self._folder.receive(stream) as received:
            wheel = read_wheel(received.path, label=label)
            self._require_new(wheel)
            self._store(wheel, received, _Said(actor))

    def _store(self, wheel: WheelFile, received: ReceivedFile, said: _Said) -> None:
        """Keep the file, then write its rows in one transaction: a row never lacks its file."""
        self._folder.keep(received)
        try:
            with self._database.writing() as connection:
                _insert(connection, wheel, received, said)
                action = "piece.publish" if isinstance(wheel, PieceWheel) else "wheel.upload"
                subject = f"{wheel.distribution} {wheel.version}"
                record(connection, said.actor, action, subject, sha256=received.sha256)
        except IntegrityError:  # another publisher of this version was quicker
            stored = self._already_published(wheel)
            if stored is None:
                raise
            if stored.sha256 != received.sha256:
                self._folder.discard(received)
            raise stored from None

    def _require_new(self, wheel: WheelFile) -> None:
        stored = self._already_published(wheel)
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


def _check_announced(wheel: WheelFile, distribution: str, announced: Announced) -> None:
    label = announced.label
    if normalize_name(wheel.distribution) != distribution:
        raise ArtifactError(
            f"`{label}` holds `{wheel.distribution}`, not {announced.name!r}",
            hint="send the name that the wheel has",
            rule="published-name",
        )
    if str(wheel.version) != announced.version:
        raise ArtifactError(
            f"`{label}` holds version {wheel.version}, not {announced.version!r}",
            hint="send the version that the wheel has",
            rule="published-version",
        )
    name, dash, rest = announced.filename.partition("-")
    if dash and f"{normalize_name(name).replace('-', '_')}-{rest}" == wheel.filename:
        return
    if announced.filename:
        raise ArtifactError(
            f"`{label}` is not named `{wheel.filename}`",
            hint="give the file the name that is made from what it holds",
            rule="published-filename",
        )


def _insert(connection: Connection, wheel: WheelFile, received: ReceivedFile, said: _Said) -> None:
    distribution = normalize_name(wheel.distribution)
    key = {"distribution": distribution, "version": str(wheel.version)}
    metadata = wheel.core_metadata.encode()
    raise_revision(connection, distribution)
    time = now()  # once others who publish below the name have ended: never before their times
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
        _insert_piece(connection, wheel, time, said)


def _text(release: Version | None) -> str | None:
    return None if release is None else str(release)


def _insert_piece(connection: Connection, wheel: PieceWheel, time: str, said: _Said) -> None:
    distribution, piece_id = normalize_name(wheel.distribution), new_id()
    first_release, last_release = release_bounds(wheel.piece.metadata)
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
            package_type=said.package_type,
            minimum_supported_release=_text(first_release),
            maximum_supported_release=_text(last_release),
        )
    )
    if said.breaking_reason is not None:
        values = {"piece_id": piece_id, "reason": said.breaking_reason}
        connection.execute(insert(breaks).values(values))

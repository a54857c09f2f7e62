"""Publishing: a wheel is stored whole, with its rows, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from pieces_framework.artifact import (
    Limits,
    holds_piece,
    read_identity,
    read_piece_wheel,
    read_wheel,
)
from pieces_framework.errors import ArtifactError
from pieces_framework.names import OWN_DISTRIBUTIONS, distribution_name, normalize_name
from pieces_server.audit import record
from pieces_server.database import DatabaseUnavailableError
from pieces_server.database.lookup import Lookup
from pieces_server.database.tables import pieces, wheels
from pieces_server.errors import AlreadyPublishedError, InsufficientStorageError

from .version_rows import insert_piece, insert_wheel, new_piece

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from pieces_framework.artifact import WheelFile
    from pieces_framework.versions import Version
    from pieces_framework.wire import JsonValue
    from pieces_server.audit import Actor
    from pieces_server.checking.checker import Checker
    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import ReceivedFile, WheelFolder

    from .piece_source import StoredPiece

# Typed by hand: the types of columns do not say which may be null.
_STORED: Final[Select[str, str | None]] = (
    select(wheels.c.sha256, pieces.c.source_digest)
    .outerjoin_from(wheels, pieces)
    .where(wheels.c.distribution == bindparam("distribution"))
    .where(wheels.c.version == bindparam("version"))
)
_NAMED: Final = select(wheels.c.version).where(wheels.c.sha256 == bindparam("sha256"))
# All versions have the same, so one is enough.
_FIRST_PUBLISHED: Final = (
    select(pieces.c.created).where(pieces.c.distribution == bindparam("name")).limit(1)
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
        checker: applies the rules to pieces.
        max_file_bytes: how large a wheel may be; one that is no larger can also be read.
    """

    def __init__(
        self,
        database: Database,
        folder: WheelFolder,
        *,
        checker: Checker,
        max_file_bytes: int,
    ) -> None:
        self._database = database
        self._folder = folder
        self._stored = Lookup(database, _STORED)
        self._named = Lookup(database, _NAMED)
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
        self._look_first(received, distribution_name(announced.name), announced)
        wheel = read_piece_wheel(received.path, label=label, limits=self._limits)
        _check_filename(wheel, announced)
        distribution = normalize_name(wheel.distribution)
        if distribution in OWN_DISTRIBUTIONS.values():
            raise ArtifactError(
                f"`{wheel.distribution}` is the name of a part of Piecekit",
                hint="give the piece a name of its own, such as `piece-NAME`",
                rule="reserved-name",
            )
        findings = self._checker.findings(received.path, label=label)
        with self._storing(wheel, received, actor, "piece.publish") as (connection, time):
            first = connection.scalar(_FIRST_PUBLISHED, {"name": distribution})
            piece = new_piece(
                wheel,
                received,
                created=first or time,
                updated=time,
                package_type=package_type,
                breaking_reason=breaking_reason,
            )
            insert_piece(connection, piece, framework=wheel.piece.framework)
        return Published(piece=piece, findings=findings)

    def publish_wheel(self, received: ReceivedFile, announced: Announced, *, actor: Actor) -> None:
        """Store a wheel that is no piece, for the package index only, as `publish_piece` does."""
        self._look_first(received, normalize_name(announced.name), announced)
        wheel = read_wheel(received.path, label=announced.label, limits=self._limits)
        _check_filename(wheel, announced)
        self._store_wheel(wheel, received, actor)

    def add_wheel(self, stream: BinaryIO, *, label: str, actor: Actor) -> None:
        """Store a wheel that need not be a piece, for the package index only.

        Raises:
            ArtifactError: if it is no wheel.
            AlreadyPublishedError: if the version is there.
        """
        with self._folder.receive(stream) as received:
            wheel = read_wheel(received.path, label=label)
            self._require_new(wheel.distribution, wheel.version, received)
            self._store_wheel(wheel, received, actor)

    def _store_wheel(self, wheel: WheelFile, received: ReceivedFile, actor: Actor) -> None:
        with self._storing(wheel, received, actor, "wheel.upload"):
            pass  # what is written of every wheel is all there is

    @contextmanager
    def _storing(
        self, wheel: WheelFile, received: ReceivedFile, actor: Actor, action: str
    ) -> Generator[tuple[Connection, str]]:
        """Keep the file, then write its rows in one transaction: a row never lacks its file.

        It hands out the transaction and its time, for more rows.
        """
        subject = f"{normalize_name(wheel.distribution)} {wheel.version}"
        may_be_committed = False
        with self._folder.holding(received.sha256):
            try:
                self._folder.keep(received)
                with self._database.writing() as connection:
                    time = insert_wheel(connection, wheel, received)
                    yield connection, time
                    record(connection, actor, action, subject, sha256=received.sha256)
                    may_be_committed = True
            except BaseException as error:
                unwritten = _is_unwritten(error)
                if unwritten or not may_be_committed:
                    self._discard(received)
                if unwritten:
                    raise InsufficientStorageError from error
                if isinstance(error, IntegrityError):  # another publisher may have been quicker
                    stored = self._already_published(wheel.distribution, wheel.version)
                    if stored is not None:
                        raise stored from None
                raise

    def _discard(self, received: ReceivedFile) -> None:
        """Remove a file that was kept and is held, unless the row of another publisher names it."""
        with suppress(DatabaseUnavailableError):
            if self._named.first(sha256=received.sha256) is None:
                self._folder.discard(received.sha256)

    def _look_first(self, received: ReceivedFile, distribution: str, announced: Announced) -> None:
        """Refuse what little of a wheel tells: to read all of it may take seconds.

        Raises:
            ArtifactError: if it is not the one that was announced.
            AlreadyPublishedError: if the version is there.
        """
        identity = read_identity(received.path, limits=self._limits)
        if identity is not None:  # or reading all of it says what is wrong
            _check_announced(*identity, distribution, announced)
            self._require_new(*identity, received)

    def _require_new(self, name: str, version: Version, received: ReceivedFile) -> None:
        """Refuse a version that is there. Its own bytes are kept anew: their file may be lost."""
        stored = self._already_published(name, version)
        if stored is None:
            return
        if stored.sha256 == received.sha256:
            with self._folder.holding(received.sha256):
                self._folder.keep(received)
        raise stored

    def _already_published(self, name: str, version: Version) -> AlreadyPublishedError | None:
        row = self._stored.first(distribution=normalize_name(name), version=str(version))
        if row is None:
            return None
        sha256, source_digest = row
        return AlreadyPublishedError(
            name, str(version), sha256=sha256, source_digest=source_digest or ""
        )


def _is_unwritten(error: BaseException) -> bool:
    """Whether SQLite found no room: then a transaction has not happened, even at its COMMIT."""
    cause = error.__cause__
    return (
        isinstance(cause, DBAPIError)
        and isinstance(cause.orig, sqlite3.Error)
        and cause.orig.sqlite_errorcode in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}
    )


def _check_announced(name: str, version: Version, distribution: str, announced: Announced) -> None:
    label = announced.label
    if normalize_name(name) != distribution:
        raise ArtifactError(
            f"`{label}` holds `{name}`, not {announced.name!r}",
            hint="send the name that the wheel has",
            rule="published-name",
        )
    if str(version) != announced.version:
        raise ArtifactError(
            f"`{label}` holds version {version}, not {announced.version!r}",
            hint="send the version that the wheel has",
            rule="published-version",
        )


def _check_filename(wheel: WheelFile, announced: Announced) -> None:
    name, dash, rest = announced.filename.partition("-")
    if dash and f"{normalize_name(name).replace('-', '_')}-{rest}" == wheel.filename:
        return
    if announced.filename:
        raise ArtifactError(
            f"`{announced.label}` is not named `{wheel.filename}`",
            hint="give the file the name that is made from what it holds",
            rule="published-filename",
        )

"""The rows of a version, as they are written when it is published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import insert, text

from pieces_framework.names import normalize_name
from pieces_server.database.identifiers import new_id, now
from pieces_server.database.tables import breaks, core_metadata, pieces, wheels

from .piece_source import StoredPiece, release_bounds

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_framework.artifact import PieceWheel, WheelFile
    from pieces_framework.versions import Version
    from pieces_server.storage.wheel_folder import ReceivedFile

# SQLAlchemy has a construct for this in each dialect, and none for both.
_RAISE_REVISION: Final = text(
    "INSERT INTO distributions (name, revision) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET revision = distributions.revision + 1"
)


def raise_revision(connection: Connection, distribution: str) -> None:
    """Note that something below a name of the package index has changed."""
    connection.execute(_RAISE_REVISION, {"name": distribution})


def insert_wheel(connection: Connection, wheel: WheelFile, received: ReceivedFile) -> str:
    """Write what there is of every wheel, and return the time of it."""
    distribution = normalize_name(wheel.distribution)
    key = {"distribution": distribution, "version": str(wheel.version)}
    metadata = wheel.core_metadata.encode()
    raise_revision(connection, distribution)
    time = now()  # once others who publish below the name have ended: never before their times
    row = {
        **key,
        "filename": wheel.filename,
        "sha256": received.sha256,
        "size_bytes": received.size_bytes,
        "requires_python": wheel.requires_python,
        "metadata_sha256": hashlib.sha256(metadata).hexdigest(),
        "uploaded": time,
    }
    connection.execute(insert(wheels), row)
    connection.execute(insert(core_metadata), {**key, "content": metadata})
    return time


def new_piece(
    wheel: PieceWheel,
    received: ReceivedFile,
    *,
    created: str,
    updated: str,
    package_type: str,
    breaking_reason: str | None,
) -> StoredPiece:
    """Return the piece of a wheel, as it will be read back."""
    first_release, last_release = release_bounds(wheel.piece.metadata)
    return StoredPiece(
        id=new_id(),
        distribution=normalize_name(wheel.distribution),
        name=wheel.distribution,
        version=wheel.version,
        minimum_supported_release=first_release,
        maximum_supported_release=last_release,
        source_digest=wheel.piece.source_digest,
        package_type=package_type,
        metadata=wheel.piece.metadata,
        # Reading the wheel has made sure of the texts below the locales.
        i18n=cast("Mapping[str, Mapping[str, str]]", wheel.piece.i18n),
        created=created,
        updated=updated,
        filename=wheel.filename,
        sha256=received.sha256,
        size_bytes=received.size_bytes,
        breaking_reason=breaking_reason,
    )


def insert_piece(connection: Connection, piece: StoredPiece, *, framework: str) -> None:
    """Write the row of a piece, after those of its wheel."""
    row = {
        **vars(piece.version),
        "id": piece.id,
        "distribution": piece.distribution,
        "version": str(piece.version),
        "name": piece.name,
        "source_digest": piece.source_digest,
        "framework": framework,
        "metadata": piece.metadata,
        "i18n": piece.i18n,
        "created": piece.created,
        "updated": piece.updated,
        "package_type": piece.package_type,
        "minimum_supported_release": _text(piece.minimum_supported_release),
        "maximum_supported_release": _text(piece.maximum_supported_release),
    }
    connection.execute(insert(pieces), row)
    if piece.breaking_reason is not None:
        reason = {"piece_id": piece.id, "reason": piece.breaking_reason}
        connection.execute(insert(breaks), reason)


def _text(release: Version | None) -> str | None:
    return None if release is None else str(release)

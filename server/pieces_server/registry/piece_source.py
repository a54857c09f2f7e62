"""Where the pieces that an instance lists come from, and what is known of each version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pieces_framework.errors import PieceNotFoundError
from pieces_framework.versions import Version, VersionError

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue


@dataclass(frozen=True, kw_only=True)
class Notice:
    """That a version was withdrawn, and why."""

    reason: str
    """May be empty."""
    date: str
    """As the API writes times."""


@dataclass(frozen=True, kw_only=True)
class PieceVersion:
    """A version of a piece: as much of it as choosing one takes."""

    id: str
    distribution: str
    """The normalised name."""
    name: str
    """As the wheel spells it."""
    version: Version
    minimum_supported_release: Version | None
    maximum_supported_release: Version | None
    source_digest: str
    """SHA-256 of what it was built from, in hex."""
    yanked: Notice | None = None
    """Passed over, unless it is asked for exactly."""
    deprecated: Notice | None = None
    """Chosen like any other; who reads it is told."""


@dataclass(frozen=True, kw_only=True)
class StoredPiece(PieceVersion):
    """A version of a piece with all that is known of it."""

    package_type: str
    """`ARCHIVE` or `REGISTRY`: whether it was uploaded or taken from another index."""
    piece_type: str = "CUSTOM"
    """`OFFICIAL` for what comes from a workspace."""
    metadata: Mapping[str, JsonValue]
    """Wire metadata; `displayName`, `actions` and `triggers` are sure to be there."""
    i18n: Mapping[str, Mapping[str, str]]
    """Translations of the metadata's texts, by locale."""
    created: str
    """When the piece's first version was published, as the API writes times."""
    updated: str
    """When this version was."""
    filename: str
    sha256: str
    size_bytes: int
    breaking_reason: str | None
    """What its publisher said of a break that the version's number does not show."""


class PieceSource(Protocol):
    """Where pieces come from. Threads share it."""

    def versions(self) -> Mapping[str, Sequence[PieceVersion]]:
        """Return every version, the highest first, by normalised name."""
        ...

    def versions_of(
        self, distribution: str, version: Version | None = None
    ) -> Sequence[PieceVersion]:
        """Return the versions of one piece, the highest first; none if it is unknown.

        Args:
            distribution: its normalised name.
            version: leaves out all others.
        """
        ...

    def load(self, versions: Sequence[PieceVersion]) -> Sequence[StoredPiece]:
        """Return all that is known of versions that this source named, in their order."""
        ...


def piece_not_found(name: str, version: Version | None = None) -> PieceNotFoundError:
    """Return the error that there is no such piece, or no such version of it.

    Args:
        name: as it was asked for. The text is the documented one: other clients look for it.
        version: if one was asked for exactly.
    """
    which = f"pieceName={name}" if version is None else f"pieceName={name} version={version}"
    return PieceNotFoundError(f"piece_metadata_not_found {which}")


def release_bounds(
    metadata: Mapping[str, JsonValue],
) -> tuple[Version | None, Version | None]:
    """Return the first and the last release that can run a piece.

    `None` where its metadata says nothing, or what is no version: such a bound is open.
    """
    return (
        _release(metadata.get("minimumSupportedRelease")),
        _release(metadata.get("maximumSupportedRelease")),
    )


def _release(text: JsonValue) -> Version | None:
    if not isinstance(text, str):
        return None
    try:
        return Version.parse(text)
    except VersionError:
        return None

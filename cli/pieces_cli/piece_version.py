"""A version of a piece as data, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pieces_framework.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_engine.workspace.extraction import Extracted
    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue
    from pieces_framework.artifact import PieceDocument


@dataclass(frozen=True, kw_only=True)
class PieceVersion:
    """A version of a piece: the one in its folder, or one that others have."""

    version: Version
    metadata: Mapping[str, JsonValue]
    """Wire metadata, without what an instance adds."""
    source_digest: str
    """Of what its wheel is built from, in hex."""
    origin: str
    """Where it is, as messages say it: an address, a file, a git revision, a folder."""

    @classmethod
    def of_document(cls, document: PieceDocument, origin: str) -> Self:
        """Return the version that a wheel holds."""
        return cls(
            version=document.version,
            metadata=document.metadata,
            source_digest=document.source_digest,
            origin=origin,
        )

    @classmethod
    def of_folder(cls, piece: PieceFolder, extracted: Extracted, digest: str) -> Self:
        """Return the version in a folder.

        Args:
            piece: the folder.
            extracted: what the piece says of itself.
            digest: of its sources.
        """
        return cls(
            version=Version.parse(piece.version),
            metadata=extracted.metadata,
            source_digest=digest,
            origin=f"`{piece.path}`",
        )

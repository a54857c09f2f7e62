"""What a baseline is: where the earlier versions of pieces are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pieces_cli.piece_version import PieceVersion
from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue
    from pieces_framework.versions import Version


class BaselineError(PieceError):
    """What a piece is to be compared with is not there, or is not what was meant."""

    exit_code = 2
    code = "BASELINE"


class EarlierPieceError(PieceError):
    """A baseline has the piece, and it cannot be read there."""

    exit_code = 65  # EX_DATAERR
    code = "NOT_COMPARED"


@dataclass(frozen=True, kw_only=True)
class EarlierVersion:
    """The version of a piece that a baseline has."""

    version: Version
    source_digest: str
    """As `PieceVersion.source_digest`; that of the piece itself if its sources are the same."""
    origin: str
    """As `PieceVersion.origin`."""
    read_metadata: Callable[[], Mapping[str, JsonValue]]
    """Takes its time: for a git revision the piece is imported."""

    @classmethod
    def of(cls, piece: PieceVersion) -> EarlierVersion:
        """Return a version of which all is known."""
        return cls(
            version=piece.version,
            source_digest=piece.source_digest,
            origin=piece.origin,
            read_metadata=lambda: piece.metadata,
        )

    def read(self) -> PieceVersion:
        """Return all of it. Raises what `read_metadata` raises."""
        return PieceVersion(
            version=self.version,
            metadata=self.read_metadata(),
            source_digest=self.source_digest,
            origin=self.origin,
        )


class Baseline(Protocol):
    """Where earlier versions are. Threads may share it."""

    @property
    def origin(self) -> str:
        """How messages call it."""
        ...

    @property
    def piece_names(self) -> tuple[str, ...]:
        """The pieces that it is about; none where it may be about any."""
        ...

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """Return the version that the piece's own must follow, or `None` if there is none.

        Raises:
            BaselineError: if it is not about that piece.
            EarlierPieceError: if it has the piece, and it cannot be read there.
            PieceError: if the baseline cannot be read.
        """
        ...

    def gone(self, pieces: Sequence[PieceFolder]) -> list[PieceFolder]:
        """Return the pieces that the workspace had then, and that are not among `pieces`."""
        ...

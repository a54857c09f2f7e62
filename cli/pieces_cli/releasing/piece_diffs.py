"""How each piece of a folder stands to the version before it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pieces_cli.building.extraction import ExtractionError, extract
from pieces_cli.building.source_digest import BuildError, source_digest
from pieces_framework.versions import Version

from .git_baseline import EarlierPieceError
from .version_step import PieceVersion, VersionStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pieces_cli.workspace import PieceFolder
    from pieces_framework import JsonValue
    from pieces_framework.errors import PieceError

    from .baselines import Baseline, EarlierVersion

Verdict = Literal["new", "unchanged", "ok", "too-low", "failed"]


@dataclass(frozen=True, kw_only=True)
class PieceDiff:
    """A piece, and what changed in it."""

    piece: PieceFolder
    earlier: EarlierVersion | None = None
    """`None` if the piece is new, or failed before it was known."""
    step: VersionStep | None = None
    """`None` unless there are two versions that differ."""
    error: PieceError | None = None
    """Why it could not be compared."""

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the piece's version."""
        if self.error is not None:
            return "failed"
        if self.earlier is None:
            return "new"
        if self.step is None:
            return "unchanged"
        return "ok" if self.step.is_legal else "too-low"

    @property
    def lowest(self) -> Version:
        """The lowest version that the piece may have."""
        return self.step.lowest if self.step else Version.parse(self.piece.version)

    @property
    def versions(self) -> str:
        """Both versions, or the one there is: `0.1.0 -> 0.2.0`."""
        old = self.earlier.version if self.earlier else None
        if old is None or str(old) == self.piece.version:
            return self.piece.version
        return f"{old} -> {self.piece.version}"

    def document(self) -> dict[str, JsonValue]:
        """Return the diff for a program."""
        return {
            "name": self.piece.name,
            "distribution": self.piece.distribution,
            "old": str(self.earlier.version) if self.earlier else None,
            "new": self.piece.version,
            "verdict": self.verdict,
            "lowest": str(self.lowest) if self.error is None else None,
            "codeOnly": self.step is not None and self.step.is_code_only,
            "comparison": self.step.comparison.document() if self.step else None,
        }


def piece_diffs(pieces: Sequence[PieceFolder], baseline: Baseline, python: Path) -> list[PieceDiff]:
    """Compare each piece, in the same order; one that cannot be read has an `error`.

    Raises:
        PieceError: if the baseline cannot be read.
    """

    def compared(piece: PieceFolder) -> PieceDiff:
        try:
            return piece_diff(piece, baseline, python)
        except (BuildError, EarlierPieceError, ExtractionError) as error:
            return PieceDiff(piece=piece, error=error)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(compared, pieces))


def piece_diff(piece: PieceFolder, baseline: Baseline, python: Path) -> PieceDiff:
    """Compare a piece with the version before it; nothing is imported if they are the same.

    Raises:
        PieceError: if one of them cannot be read.
    """
    digest = source_digest(piece)
    earlier = baseline.before(piece)
    version = Version.parse(piece.version)
    if earlier is None or (earlier.source_digest, earlier.version) == (digest, version):
        return PieceDiff(piece=piece, earlier=earlier)
    new = PieceVersion(
        version=version,
        metadata=extract(piece, python).metadata,
        source_digest=digest,
        origin=f"`{piece.path}`",
    )
    return PieceDiff(piece=piece, earlier=earlier, step=VersionStep(old=earlier.read(), new=new))

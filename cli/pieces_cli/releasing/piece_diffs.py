"""How each piece of a folder stands to the version before it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pieces_cli.building.project_rules import BuildError
from pieces_cli.building.source_digest import source_digest
from pieces_cli.piece_version import PieceVersion
from pieces_cli.version_step import VersionStep
from pieces_engine.workspace.child_processes import child_pool
from pieces_engine.workspace.extraction import ExtractionError, extract
from pieces_framework.versions import Version

from .earlier_version import EarlierPieceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue
    from pieces_framework.errors import PieceError

    from .earlier_version import Baseline, EarlierVersion

Verdict = Literal["new", "unchanged", "ok", "too-low", "failed", "not-compared", "gone"]


@dataclass(frozen=True, kw_only=True)
class PieceDiff:
    """A piece, and what changed in it."""

    piece: PieceFolder
    """One that is gone: as it was."""
    earlier: EarlierVersion | None = None
    """`None` if the piece is new, or could not be compared."""
    step: VersionStep | None = None
    """`None` unless there are two versions that differ."""
    error: PieceError | None = None
    """Why it could not be compared."""
    is_gone: bool = False
    """Whether the baseline has it and the workspace has not."""

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the piece's version."""
        if self.is_gone:
            return "gone"
        if self.error is not None:
            return "not-compared" if isinstance(self.error, EarlierPieceError) else "failed"
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
    def old(self) -> str | None:
        """The earlier version, if it is known."""
        if self.is_gone:
            return self.piece.version
        return str(self.earlier.version) if self.earlier else None

    @property
    def new(self) -> str | None:
        """The version that the piece has now."""
        return None if self.is_gone else self.piece.version

    def document(self) -> dict[str, JsonValue]:
        """Return the diff for a program."""
        is_judged = self.error is None and not self.is_gone
        return {
            "piece": self.piece.name,
            "package": self.piece.distribution,
            "old": self.old,
            "new": self.new,
            "verdict": self.verdict,
            "lowest": str(self.lowest) if is_judged else None,
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

    with child_pool(os.cpu_count() or 1) as pool:
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
    new = PieceVersion.of_folder(piece, extract(piece, python), digest)
    return PieceDiff(piece=piece, earlier=earlier, step=VersionStep(old=earlier.read(), new=new))

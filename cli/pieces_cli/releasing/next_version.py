"""From a piece's changes to the number and the changelog entry of its next version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pieces_cli.changes import write_together
from pieces_engine.workspace.pyproject import ProjectFileError
from pieces_framework.project import PROJECT_FILE
from pieces_framework.versions import Version

from .changelog import CHANGELOG_FILE, section_of, with_entry
from .release_notes import CODE_ONLY, release_notes
from .version_text import with_version

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder

    from .piece_diffs import PieceDiff

Bump = Literal["auto", "major", "minor", "patch"]


@dataclass(frozen=True, kw_only=True)
class RaisedVersion:
    """A piece's next version, not yet written."""

    version: Version
    entry: str
    """The version's section of the changelog, as it will be."""
    created: dict[Path, str]
    replaced: dict[Path, str]

    def write(self) -> None:
        """Write `pyproject.toml` and changelog: both, or none.

        Raises:
            WriteError: if the disk does not take them.
        """
        write_together(self.created, self.replaced)


def wanted_version(diff: PieceDiff, bump: Bump) -> Version:
    """Return the version that the piece shall have; its own if that is as late already.

    Args:
        diff: the piece; it must not be new.
        bump: by how much to raise the earlier version; `auto` is as little as is legal.

    Raises:
        VersionError: if that is too little for what changed; it names what is in the way.
    """
    own = Version.parse(diff.piece.version)
    if diff.earlier is None or bump == "auto":
        return max(own, diff.lowest)
    wanted = raised(diff.earlier.version, bump)
    if diff.step and wanted < diff.lowest:
        diff.step.comparison.require(diff.earlier.version, wanted)
    return max(own, wanted)


def raised(version: Version, bump: Literal["major", "minor", "patch"]) -> Version:
    """Return the next version of that kind.

    >>> str(raised(Version(0, 4, 2), "major")), str(raised(Version(0, 4, 2), "minor"))
    ('1.0.0', '0.5.0')
    """
    if bump == "major":
        return Version(version.major + 1, 0, 0)
    if bump == "minor":
        return Version(version.major, version.minor + 1, 0)
    return Version(version.major, version.minor, version.patch + 1)


def raise_version(diff: PieceDiff, version: Version) -> RaisedVersion:
    """Return what is to be written for a version.

    Raises:
        ProjectFileError: if a file cannot be read, or does not hold the version plainly.
    """
    piece = diff.piece
    project, changelog = (_resolved(piece, name) for name in (PROJECT_FILE, CHANGELOG_FILE))
    before = _text(changelog) if changelog.exists() else ""
    notes = release_notes(diff.step) if diff.step else [CODE_ONLY]
    published = diff.earlier.version if diff.earlier else None
    after = with_entry(before, version, notes, published=published)
    replaced = {project: with_version(_text(project), project, piece.version, version)}
    created: dict[Path, str] = {}
    if after != before:
        (replaced if changelog.exists() else created)[changelog] = after
    return RaisedVersion(
        version=version, entry=section_of(after, version), created=created, replaced=replaced
    )


def _resolved(piece: PieceFolder, name: str) -> Path:
    """Return the file itself, so that a link to it stays a link."""
    return (piece.path / name).resolve()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise ProjectFileError(f"`{path}` cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ProjectFileError(
            f"`{path}` is not UTF-8", hint="save it as UTF-8, then try again"
        ) from error

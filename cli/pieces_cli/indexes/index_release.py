"""A piece's version on a package index: what is missing there, and whether it may go there."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pieces_cli.releasing.version_step import PieceVersion, VersionStep
from pieces_framework.artifact import read_piece_wheel
from pieces_framework.errors import ArtifactError, PieceError
from pieces_framework.names import normalize_name
from pieces_framework.versions import Version, VersionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .package_index import IndexFile, PackageIndex


class ReleaseRefusedError(PieceError):
    """A version may not be published: it is taken, or too low for what changed."""


@dataclass(frozen=True, kw_only=True)
class IndexRelease:
    """The files of a version that was built, beside what an index has of the piece."""

    index: PackageIndex
    wheel: Path
    sdist: Path
    new: PieceVersion
    there: Mapping[str, IndexFile]
    """By name, as the index lists them."""

    def missing(self) -> list[Path]:
        """Return the files that the index lacks.

        Raises:
            ReleaseRefusedError: if it has the version with other content.
            PieceError: if it does not give out what it has.
        """
        built = (self.wheel, self.sdist)
        if all(self._is_same(path, self.there[path.name]) for path in built if self._has(path)):
            return [path for path in built if not self._has(path)]
        published = self._read(self.there.get(self.wheel.name))
        # Other tools may have packed the same source otherwise.
        if published and published.source_digest == self.new.source_digest:
            return [path for path in built if not self._has(path)]
        now = self.new.version
        following = Version(now.major, now.minor, now.patch + 1)
        if published:
            following = VersionStep(old=published, new=self.new).lowest
        raise ReleaseRefusedError(
            f"`{self.index.name}` has version {now} with other content",
            hint=f"a version is published once: name it {following} or later",
        )

    def require_legal(self, *, breaks_allowed: bool) -> None:
        """Do nothing if the version may follow the newest one below it on the index.

        Raises:
            ReleaseRefusedError: if it may not; it names the lowest version that may.
            PieceError: if the index does not give out what it has.
        """
        before = [
            (version, file)
            for file in self.there.values()
            if (version := self._version_of(file)) and version < self.new.version
        ]
        if not before:
            return
        _, file = max(before, key=lambda each: each[0])
        previous = self._read(file)
        if previous is None:
            click.echo(f"`{file.name}` holds no piece: it is not compared", err=True)
            return
        try:
            VersionStep(old=previous, new=self.new).require_legal(breaks_allowed=breaks_allowed)
        except VersionError as error:
            raise ReleaseRefusedError(error.message, hint=error.hint) from error

    def _has(self, path: Path) -> bool:
        return path.name in self.there

    def _is_same(self, path: Path, file: IndexFile) -> bool:
        content = path.read_bytes()
        digest = file.digest_of(content)
        if digest is not None:
            return digest == file.digest
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / path.name
            self.index.download(file, target)
            return hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(content).digest()

    def _read(self, file: IndexFile | None) -> PieceVersion | None:
        """Return the piece in a wheel of the index; `None` if there is none in it."""
        if file is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "wheel.whl"
            self.index.download(file, target)
            try:
                document = read_piece_wheel(target, label=file.name).piece
            except ArtifactError:
                return None
        return PieceVersion(
            version=document.version,
            metadata=document.metadata,
            source_digest=document.source_digest,
            origin=f"`{self.index.name}`",
        )

    def _version_of(self, file: IndexFile) -> Version | None:
        """Return the version of a wheel of this piece, `None` for any other file."""
        name, _, rest = file.name.partition("-")
        ours = self.wheel.name.partition("-")[0]
        if normalize_name(name) != normalize_name(ours) or not file.name.endswith(".whl"):
            return None
        try:
            return Version.parse(rest.partition("-")[0])
        except VersionError:
            return None


def release_files(
    release: IndexRelease | None, built: Sequence[Path], *, breaks_allowed: bool
) -> list[Path]:
    """Return the files to upload; all that were built where the index cannot be looked at.

    Raises:
        ReleaseRefusedError: if the version is taken, or too low for what changed.
        PieceError: if the index does not give out what it has.
    """
    if release is None:
        return list(built)
    missing = release.missing()
    if missing:
        release.require_legal(breaks_allowed=breaks_allowed)
    return missing

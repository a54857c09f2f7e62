"""A piece's version on a package index: what is missing there, and whether it may go there."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pieces_cli.piece_version import PieceVersion
from pieces_cli.releasing.next_version import raised
from pieces_cli.version_step import VersionRefusedError, VersionStep
from pieces_engine.workspace.pyproject import read_pyproject, table
from pieces_framework.artifact import read_piece_wheel
from pieces_framework.errors import ArtifactError, PieceError
from pieces_framework.names import normalize_name
from pieces_framework.project import PROJECT_FILE
from pieces_framework.versions import Version, VersionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder

    from .package_index import IndexFile, PackageIndex


_SUFFIXES: Final = (".whl", ".tar.gz")
_PRIVATE: Final = "Private ::"
"""How the classifiers begin that keep a package off public indexes."""


class PrivatePieceError(PieceError):
    """A piece says of itself that it belongs on no index."""

    code = "PRIVATE_PIECE"


@dataclass(frozen=True, kw_only=True)
class UploadPlan:
    """What is to be done with a version that was built."""

    files: Sequence[Path]
    """To upload, in this order."""
    breaking_reason: str | None = None
    """Why it may be uploaded though its version is too low; `None` if it is not."""
    notes: Sequence[str] = ()
    """What could not be compared."""


@dataclass(frozen=True, kw_only=True)
class IndexRelease:
    """The files of a version that was built, beside what an index has of the piece."""

    index: PackageIndex
    wheel: Path
    sdist: Path
    new: PieceVersion
    there: Mapping[str, IndexFile]
    """By name, as the index lists them."""

    def plan(self, allow_breaking: str | None) -> UploadPlan:
        """Return which files the index lacks, once that is known to be legal.

        Raises:
            VersionRefusedError: if the index has the version with other content, or if it is too
                low for what changed; it names the lowest that will do.
            PieceError: if the index does not give out what it has.
        """
        missing = self._missing()
        if not missing:
            return UploadPlan(files=[])
        earlier = self._earlier()
        wheels = [(version, file) for version, file in earlier if file.is_wheel]
        newest = max((version for version, _ in earlier), default=None)
        notes: list[str] = []
        if newest and newest not in dict(wheels):
            notes.append(f"`{self.index.name}` has no wheel of {newest}: it is not compared")
        if not wheels:
            return UploadPlan(files=missing, notes=notes)
        _, file = max(wheels, key=lambda each: each[0])
        previous = self._read(file)
        if previous is None:
            notes.append(f"`{file.name}` holds no piece: it is not compared")
            return UploadPlan(files=missing, notes=notes)
        step = VersionStep(old=previous, new=self.new)
        reason = step.breaking_reason(allow_breaking)
        return UploadPlan(files=missing, breaking_reason=reason, notes=notes)

    def _missing(self) -> list[Path]:
        built = (self.wheel, self.sdist)
        lacking = [path for path in built if path.name not in self.there]
        if all(self._is_same(path, self.there[path.name]) for path in built if path not in lacking):
            return lacking
        published = self._read(self.there.get(self.wheel.name))
        # Other tools may have packed the same source otherwise.
        if published and published.source_digest == self.new.source_digest:
            return lacking
        now = self.new.version
        step = VersionStep(old=published, new=self.new) if published else None
        following = step.lowest if step else raised(now, "patch")
        raise VersionRefusedError(
            f"`{self.index.name}` has version {now} with other content",
            hint=f"a version is published once: name it {following} or later",
        )

    def _earlier(self) -> list[tuple[Version, IndexFile]]:
        found = [(self._version_of(file), file) for file in self.there.values()]
        return [
            (version, file) for version, file in found if version and version < self.new.version
        ]

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
        return PieceVersion.of_document(document, f"`{self.index.name}`")

    def _version_of(self, file: IndexFile) -> Version | None:
        """Return the version of a wheel or source archive of this piece, `None` for others."""
        stem = next(
            (file.name.removesuffix(each) for each in _SUFFIXES if file.name.endswith(each)), ""
        )
        name, _, version = ("-".join(stem.split("-")[:2]) if file.is_wheel else stem).rpartition(
            "-"
        )
        if normalize_name(name) != normalize_name(self.wheel.name.partition("-")[0]):
            return None
        try:
            return Version.parse(version)
        except VersionError:
            return None


def require_public(piece: PieceFolder) -> None:
    """Refuse a piece that is for nobody else.

    Raises:
        PrivatePieceError: if its `pyproject.toml` has a classifier such as `Private :: Do Not
            Upload`.
    """
    project = table(read_pyproject(piece.path / PROJECT_FILE), "project") or {}
    classifiers = project.get("classifiers")
    if isinstance(classifiers, list) and any(
        str(each).startswith(_PRIVATE) for each in cast("list[object]", classifiers)
    ):
        raise PrivatePieceError(
            f"`{piece.distribution}` is private: `{PROJECT_FILE}` has a classifier `{_PRIVATE} …`",
            hint=f"publish it to an instance, `pieces publish --name {piece.name}`; if everybody"
            " may have it, take the classifier out",
        )

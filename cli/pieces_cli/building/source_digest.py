"""What a piece's wheel is built from: its files, and one digest of them all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_engine.workspace.pyproject import read_pyproject
from pieces_framework.project import PROJECT_FILE

from .folder_builders import FolderWheelBuilder
from .project_rules import BuildError, require_hatchling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_engine.workspace.folders import PieceFolder

_FORM: Final = "piecekit sources 1"
"""What the digest is made of, by a number. Not Piecekit's version: an update of the tools changes
no piece."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a piece's wheel is built from, at one moment."""

    files: Mapping[str, Path]
    """The path on disk of each, by its path in the wheel."""
    digest: str
    """SHA-256 of them all, in hex."""


def read_sources(piece: PieceFolder) -> Sources:
    """List and read the files that the piece's wheel is built from.

    These are `pyproject.toml`, the files that hatchling would pack, by their paths in the wheel,
    and those of the licence. Nothing is built and nothing of the piece is imported; the environment
    does not matter.

    Raises:
        BuildError: as for `require_hatchling`; also if hatchling refuses the folder, would leave
            the piece's module out, or would pack what is no file of the folder.
        ProjectFileError: if the `pyproject.toml` cannot be read.
    """
    digest = hashlib.sha256(f"{_FORM}\n".encode())
    files = source_files(piece)
    try:
        for name in sorted(files):
            content = files[name].read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
    except OSError as error:
        raise BuildError(f"`{piece.name}` cannot be built: {error}") from error
    return Sources(files=files, digest=digest.hexdigest())


def source_digest(piece: PieceFolder) -> str:
    """Return the digest of `read_sources`; raises as that does."""
    return read_sources(piece).digest


def source_files(piece: PieceFolder) -> dict[str, Path]:
    """Return `Sources.files`, unread.

    Raises:
        BuildError: as for `read_sources`.
        ProjectFileError: as for `read_sources`.
    """
    require_hatchling(piece)
    try:
        return {**_packed_files(piece), PROJECT_FILE: piece.path / PROJECT_FILE}
    except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
        raise BuildError(f"`{piece.name}` cannot be built: {error}") from error


def _packed_files(piece: PieceFolder) -> dict[str, Path]:
    config = dict(read_pyproject(piece.path / PROJECT_FILE))
    builder = FolderWheelBuilder(str(piece.path), config=config)
    files = {
        Path(file.distribution_path).as_posix(): Path(file.path)
        for file in builder.recurse_included_files()
    }
    for place in builder.metadata.core.license_files:
        files[f".dist-info/licenses/{place}"] = piece.path / place
    module = piece.entry_point.partition(":")[0].replace(".", "/")
    if not {f"{module}/__init__.py", f"{module}.py"} & files.keys():
        raise BuildError(
            f"the wheel of `{piece.name}` would not hold `{module}`",
            hint=f'write `packages = ["{module}"]` under [tool.hatch.build.targets.wheel]',
        )
    return files

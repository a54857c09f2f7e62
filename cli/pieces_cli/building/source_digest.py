"""What a piece's wheel is built from: its files, and one digest of them all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hatchling.builders.wheel import WheelBuilder

from pieces_cli.pyproject import read_pyproject, text
from pieces_cli.workspace import PROJECT_FILE
from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from pieces_cli.workspace import PieceFolder

_FORM: Final = "piecekit sources 1"
"""What the digest is made of, by a number. Not Piecekit's version: an update of the tools changes
no piece."""
_BACKEND: Final = "hatchling.build"


class BuildError(PieceError):
    """A piece's folder does not make a wheel."""

    exit_code = 65  # EX_DATAERR


def source_digest(piece: PieceFolder) -> str:
    """Return the SHA-256, in hex, of the files that the piece's wheel is built from.

    These are `pyproject.toml` and the files that hatchling would pack, by their paths in the
    wheel. Nothing is built and nothing of the piece is imported; the environment does not matter.

    Raises:
        BuildError: if hatchling refuses the folder, or would leave the piece's module out.
        ProjectFileError: if the `pyproject.toml` cannot be read.
    """
    project_file = piece.path / PROJECT_FILE
    try:
        files = [*_packed_files(piece), (PROJECT_FILE, project_file)]
        digest = hashlib.sha256(f"{_FORM}\n".encode())
        for name, path in sorted(files):
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
    except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
        raise BuildError(f"`{piece.name}` cannot be built: {error}") from error
    return digest.hexdigest()


def require_hatchling(piece: PieceFolder) -> None:
    """Refuse a piece that another tool builds.

    Raises:
        BuildError: if its `pyproject.toml` names another build backend.
        ProjectFileError: if it names none, or cannot be read.
    """
    path = piece.path / PROJECT_FILE
    backend = text(read_pyproject(path), path, "build-system", "build-backend")
    if backend != _BACKEND:
        raise BuildError(
            f"`{path}` names the build backend {backend!r}",
            hint=f'pieces are built by hatchling: write `build-backend = "{_BACKEND}"`',
        )


def _packed_files(piece: PieceFolder) -> list[tuple[str, Path]]:
    """Return the path in the wheel and the path on disk of each file."""
    config = dict(read_pyproject(piece.path / PROJECT_FILE))
    builder = WheelBuilder(str(piece.path), config=config)
    files = [
        (Path(file.distribution_path).as_posix(), Path(file.path))
        for file in builder.recurse_included_files()
    ]
    module = piece.entry_point.partition(":")[0].replace(".", "/")
    if not {f"{module}/__init__.py", f"{module}.py"} & {name for name, _ in files}:
        raise BuildError(
            f"the wheel of `{piece.name}` would not hold `{module}`",
            hint=f'write `packages = ["{module}"]` under [tool.hatch.build.targets.wheel]',
        )
    return files

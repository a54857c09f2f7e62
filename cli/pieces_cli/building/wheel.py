"""A piece's wheel: what hatchling builds of its folder, with the piece's metadata inside."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.wheel import WheelBuilder
from typing_extensions import override

from pieces_cli.changes import WriteError
from pieces_cli.pyproject import read_pyproject, text
from pieces_cli.workspace import PROJECT_FILE
from pieces_framework.artifact import PIECE_SCHEMA, read_piece_wheel
from pieces_framework.errors import PieceError

from .extraction import extract

if TYPE_CHECKING:
    from pieces_cli.workspace import PieceFolder
    from pieces_framework import JsonValue

    from .extraction import Extracted

_BACKEND: Final = "hatchling.build"


class BuildError(PieceError):
    """A piece's folder does not make a wheel."""

    exit_code = 65  # EX_DATAERR


@dataclass(frozen=True, kw_only=True)
class BuiltWheel:
    """A wheel on disk."""

    path: Path
    sha256: str
    """Of the file, in hex."""
    source_digest: str
    """Of what it was built from, in hex: the `sourceDigest` of its `piece.json`."""


def build_wheel(piece: PieceFolder, *, python: Path, out: Path) -> BuiltWheel:
    """Build the piece's wheel into a folder; the same input gives the same bytes.

    The wheel appears whole or not at all, in the place of one of the same name.

    Args:
        piece: what to build.
        python: the interpreter that can import the piece.
        out: where the wheel belongs; made if it is missing.

    Raises:
        BuildError: if hatchling refuses the folder.
        ExtractionError: as for `extract`.
        ArtifactError: if the wheel would be no piece's.
        WriteError: if the disk does not take it.
    """
    config = dict(read_pyproject(piece.path / PROJECT_FILE))
    backend = text(config, piece.path / PROJECT_FILE, "build-system", "build-backend")
    if backend != _BACKEND:
        raise BuildError(
            f"`{piece.path / PROJECT_FILE}` names the build backend {backend!r}",
            hint=f'pieces are built by hatchling: write `build-backend = "{_BACKEND}"`',
        )
    extracted = extract(piece, python)
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        document = aside / "piece.json"
        builder = _PieceBuilder(str(piece.path), config=config)
        builder.piece_document = document
        try:
            digest = _source_digest(builder, piece)
            document.write_text(_piece_json(piece, extracted, digest), encoding="utf-8")
            [built] = map(Path, builder.build(directory=str(aside / "wheel")))
        except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
            raise BuildError(f"`{piece.name}` cannot be built: {error}") from error
        read_piece_wheel(built)
        sha256 = hashlib.sha256(built.read_bytes()).hexdigest()
        return BuiltWheel(path=_placed(built, out), sha256=sha256, source_digest=digest)


class _PieceBuilder(WheelBuilder):
    """hatchling's builder, told of one more file for the wheel's metadata."""

    piece_document: Path

    @override
    def get_default_build_data(self) -> dict[str, Any]:  # as hatchling types it
        data = super().get_default_build_data()
        data["extra_metadata"] = {str(self.piece_document): self.piece_document.name}
        return data


def _source_digest(builder: _PieceBuilder, piece: PieceFolder) -> str:
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
    digest = hashlib.sha256(f"piecekit {version('piecekit')}\n".encode())
    for name, path in sorted([*files, (PROJECT_FILE, piece.path / PROJECT_FILE)]):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _piece_json(piece: PieceFolder, extracted: Extracted, source_digest: str) -> str:
    document: dict[str, JsonValue] = {
        "schema": PIECE_SCHEMA,
        "name": piece.distribution,
        "version": piece.version,
        "sourceDigest": source_digest,
        "framework": extracted.framework,
        "metadata": extracted.metadata,
        "i18n": extracted.i18n,
    }
    return json.dumps(document, allow_nan=False)


def _placed(built: Path, out: Path) -> Path:
    """Copy the wheel beside its place, then move it there in one step."""
    target = out / built.name
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".wheel-") as folder:
            Path(shutil.copy(built, folder)).replace(target)
    except OSError as error:
        raise WriteError(f"cannot write `{target}`: {error.strerror}") from error
    return target

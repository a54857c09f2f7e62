"""A piece's wheel: what hatchling builds of its folder, with the piece's metadata inside."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from pieces_engine.workspace.extraction import extract
from pieces_engine.workspace.pyproject import read_pyproject
from pieces_framework.artifact import PIECE_SCHEMA, read_piece_wheel
from pieces_framework.project import PROJECT_FILE

from .folder_builders import FolderWheelBuilder
from .ignored_files import refuse_ignored
from .placed_file import placed
from .project_rules import BuildError, require_date, require_place
from .source_digest import read_sources

if TYPE_CHECKING:
    from collections.abc import Collection

    from pieces_engine.workspace.extraction import Extracted
    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

_PLAIN_FILE: Final = 0o100644


@dataclass(frozen=True, kw_only=True)
class BuiltWheel:
    """A wheel on disk."""

    path: Path
    sha256: str
    """Of the file, in hex."""
    source_digest: str
    """Of what it was built from, in hex: the `sourceDigest` of its `piece.json`."""


def build_wheel(
    piece: PieceFolder,
    *,
    python: Path,
    out: Path,
    extracted: Extracted | None = None,
    not_ignored: Collection[Path] = frozenset(),
) -> BuiltWheel:
    """Build the piece's wheel into a folder; the same input gives the same bytes.

    The wheel appears whole or not at all, in the place of one of the same name.

    Args:
        piece: what to build.
        python: the interpreter that can import the piece.
        out: where the wheel belongs; made if it is missing.
        extracted: what `extract` said of the piece, if it was asked already.
        not_ignored: files that git does not ignore, as far as it was asked already.

    Raises:
        BuildError: as for `read_sources`; also if git ignores a file that would be packed, `out`
            is among the sources, or `SOURCE_DATE_EPOCH` is no date.
        ExtractionError: as for `extract`.
        ArtifactError: if the wheel would be no piece's.
        WriteError: if the disk does not take it.
    """
    require_place(piece, out)
    require_date()
    sources = read_sources(piece)
    refuse_ignored(piece, set(sources.files.values()).difference(not_ignored))
    extracted = extracted or extract(piece, python)
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        document = aside / "piece.json"
        builder = _PieceBuilder(
            str(piece.path), config=dict(read_pyproject(piece.path / PROJECT_FILE))
        )
        builder.piece_document = document
        try:
            document.write_text(_piece_json(piece, extracted, sources.digest), encoding="utf-8")
            [built] = map(Path, builder.build_archive(str(aside / "wheel")))
            _normalize_modes(built)
        except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
            raise BuildError(f"`{piece.name}` cannot be built: {error}") from error
        read_piece_wheel(built)
        sha256 = hashlib.sha256(built.read_bytes()).hexdigest()
        return BuiltWheel(path=placed(built, out), sha256=sha256, source_digest=sources.digest)


class _PieceBuilder(FolderWheelBuilder):
    """hatchling's builder, told of one more file for the wheel's metadata."""

    piece_document: Path

    @override
    def get_default_build_data(self) -> dict[str, Any]:  # as hatchling types it
        data = super().get_default_build_data()
        data["extra_metadata"] = {str(self.piece_document): self.piece_document.name}
        return data


def _normalize_modes(wheel: Path) -> None:
    """Write a wheel anew, with the same permissions for each file: no digest is taken of them."""
    whole = wheel.with_suffix(".whole")
    with zipfile.ZipFile(wheel) as built, zipfile.ZipFile(whole, "w") as archive:
        for info in built.infolist():
            info.external_attr = _PLAIN_FILE << 16
            archive.writestr(info, built.read(info))
    whole.replace(wheel)


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

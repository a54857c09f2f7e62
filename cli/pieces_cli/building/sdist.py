"""A piece's sources in one archive, as hatchling packs them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pieces_engine.workspace.pyproject import read_pyproject
from pieces_framework.project import PROJECT_FILE

from .folder_builders import FolderSdistBuilder
from .ignored_files import ignored_files
from .placed_file import placed
from .project_rules import BuildError, require_date, require_hatchling, require_place

if TYPE_CHECKING:
    from pieces_engine.workspace.folders import PieceFolder


def build_sdist(piece: PieceFolder, *, out: Path) -> Path:
    """Pack the piece's sources into a folder and return the archive; same input, same bytes.

    What git ignores is left out.

    `build_wheel` makes of the unpacked sources the wheel that it makes of the piece. Other
    builders make one without `piece.json`, which an instance refuses.

    Raises:
        BuildError: as for `build_wheel`.
        ProjectFileError: if the `pyproject.toml` cannot be read.
        WriteError: if the disk does not take it.
    """
    require_hatchling(piece)
    require_place(piece, out)
    require_date()
    config = dict(read_pyproject(piece.path / PROJECT_FILE))
    with tempfile.TemporaryDirectory() as folder:
        try:
            builder = FolderSdistBuilder(str(piece.path), config=config)
            found = [Path(file.path) for file in builder.recurse_included_files()]
            builder.left_out = frozenset(ignored_files(piece, found))
            [built] = builder.build_archive(folder)
        except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
            raise BuildError(f"`{piece.name}` cannot be packed: {error}") from error
        return placed(Path(built), out)

"""A piece's sources in one archive, as hatchling packs them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hatchling.builders.sdist import SdistBuilder

from pieces_cli.pyproject import read_pyproject
from pieces_cli.workspace import PROJECT_FILE

from .placing import placed
from .source_digest import BuildError, require_hatchling

if TYPE_CHECKING:
    from pieces_cli.workspace import PieceFolder


def build_sdist(piece: PieceFolder, *, out: Path) -> Path:
    """Pack the piece's sources into a folder and return the archive; same input, same bytes.

    `build_wheel` makes of the unpacked sources the wheel that it makes of the piece. Other
    builders make one without `piece.json`, which an instance refuses.

    Raises:
        BuildError: if hatchling refuses the folder.
        ProjectFileError: if the `pyproject.toml` cannot be read.
        WriteError: if the disk does not take it.
    """
    require_hatchling(piece)
    config = dict(read_pyproject(piece.path / PROJECT_FILE))
    with tempfile.TemporaryDirectory() as folder:
        try:
            [built] = SdistBuilder(str(piece.path), config=config).build(directory=folder)
        except (OSError, TypeError, ValueError) as error:  # how hatchling refuses a project
            raise BuildError(f"`{piece.name}` cannot be packed: {error}") from error
        return placed(Path(built), out)

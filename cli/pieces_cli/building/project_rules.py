"""What a piece's folder may not say to hatchling: a wheel holds its files, and nothing is run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pieces_engine.workspace.pyproject import read_pyproject, table, text
from pieces_framework.errors import PieceError
from pieces_framework.project import PROJECT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder

_BACKEND: Final = "hatchling.build"
_HATCH_FILE: Final = "hatch.toml"
_BUILD: Final = ("tool", "hatch", "build")
_TARGETS: Final = ((*_BUILD, "targets", "wheel"), (*_BUILD, "targets", "sdist"))
_REFUSED: Final = (
    ("project", "dynamic"),
    ("tool", "hatch", "metadata", "hooks"),
    *((*place, key) for place in (_BUILD, *_TARGETS) for key in ("hooks", "reproducible")),
    *(
        (*_TARGETS[0], key)
        for key in ("shared-data", "shared-scripts", "extra-metadata", "sbom-files")
    ),
)
"""Code of others that would take part, and what the source digest would not see."""
_YEAR_2108: Final = 4_354_819_200
"""Where the dates in zip archives end, in seconds since 1970."""


class BuildError(PieceError):
    """A piece's folder does not make a wheel."""

    exit_code = 65  # EX_DATAERR
    code = "BUILD"


def require_hatchling(piece: PieceFolder) -> None:
    """Refuse a piece that another tool builds, or that hatchling makes of more than its files.

    Raises:
        BuildError: if its `pyproject.toml` names another build backend or a setting that is none
            of a piece's, or if there is a `hatch.toml`.
        ProjectFileError: if it names no backend, or cannot be read.
    """
    path = piece.path / PROJECT_FILE
    document = read_pyproject(path)
    backend = text(document, path, "build-system", "build-backend")
    if backend != _BACKEND:
        raise BuildError(
            f"`{path}` names the build backend {backend!r}",
            hint=f'pieces are built by hatchling: write `build-backend = "{_BACKEND}"`',
        )
    for *folders, key in _REFUSED:
        if (table(document, *folders) or {}).get(key) not in (None, [], {}):
            raise BuildError(
                f"`{path}` has `{'.'.join((*folders, key))}`",
                hint="a piece's wheel holds the files of its folder, as they are: remove the"
                " setting, and write what it makes into the folder",
            )
    if (piece.path / _HATCH_FILE).exists():
        raise BuildError(
            f"`{piece.path / _HATCH_FILE}` has settings of the build",
            hint=f"write them under [tool.hatch] in `{PROJECT_FILE}`",
        )


def require_place(piece: PieceFolder, out: Path) -> None:
    """Refuse to write where the next build would take what was built for a source.

    Raises:
        BuildError: if `out` is in the piece's folder, and not in its `dist`.
    """
    folder, target = piece.path.resolve(), out.resolve()
    if target.is_relative_to(folder) and not target.is_relative_to(folder / "dist"):
        raise BuildError(
            f"`{out}` lies in the folder of `{piece.name}`, and would be packed the next time",
            hint="give a folder outside of it, or its `dist`",
        )


def require_date() -> None:
    """Refuse a `SOURCE_DATE_EPOCH` that is no date which fits into an archive.

    Raises:
        BuildError: if it is set and is none.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 11 and int(given) < _YEAR_2108):
        raise BuildError(
            f"`SOURCE_DATE_EPOCH` is {given!r}",
            hint="set it to seconds since 1970, of a year before 2108; or unset it",
        )

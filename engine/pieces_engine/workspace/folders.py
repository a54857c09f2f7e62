"""The workspace: the folder that holds an author's pieces, and how they are found in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import PieceError, PieceNotFoundError
from pieces_framework.names import ENTRY_POINT_GROUP, is_called
from pieces_framework.project import PROJECT_FILE
from pieces_framework.versions import Version, VersionError

from .pyproject import ProjectFileError, Table, read_pyproject, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIECES_FOLDER: Final = "pieces"
_SKIPPED: Final = frozenset({".venv", "dist", "build", "node_modules"})


class WorkspaceError(PieceError):
    """There is no workspace here, or its pieces cannot be told apart."""

    exit_code = 78  # EX_CONFIG
    code = "WORKSPACE"


@dataclass(frozen=True, kw_only=True)
class PieceFolder:
    """A piece's folder, as its `pyproject.toml` describes it; nothing is imported."""

    path: Path
    name: str
    """The folder's name; for a piece outside a workspace, the key of its entry point."""
    distribution: str
    """As written; compare names by `normalize_name`."""
    version: str
    """Of the form `X.Y.Z`."""
    entry_point: str
    """What `import_piece` takes, such as `piece_gelato:gelato`."""


@dataclass(frozen=True)
class BrokenPiece:
    """A folder whose `pyproject.toml` cannot be read, or is incomplete."""

    path: Path
    error: ProjectFileError


@dataclass(frozen=True)
class Survey:
    """What is in a workspace, each sorted by path."""

    pieces: Sequence[PieceFolder]
    broken: Sequence[BrokenPiece]


@dataclass(frozen=True)
class Workspace:
    """A folder of pieces, or a single piece that lies by itself."""

    root: Path
    is_lone_piece: bool = False

    def place(self, found: PieceFolder | BrokenPiece | Path) -> Path:
        """Return how documents call a piece's folder, or a path in it: from the workspace on."""
        path = found if isinstance(found, Path) else found.path
        return path.relative_to(self.root.parent if self.is_lone_piece else self.root)

    def pieces(self) -> list[PieceFolder]:
        """Return every piece, sorted by path.

        Raises:
            ProjectFileError: if a `pyproject.toml` cannot be read, or a piece's is incomplete.
        """
        survey = self.survey()
        if survey.broken:
            raise survey.broken[0].error
        return list(survey.pieces)

    def survey(self) -> Survey:
        """Return every piece, and what fails to be one without hiding the others."""
        if self.is_lone_piece:
            found = [_surveyed(self.root, lone=True)]
        else:
            found = list(_surveyed_below(self.root / PIECES_FOLDER))
        pieces = [each for each in found if isinstance(each, PieceFolder)]
        broken = [each for each in found if isinstance(each, BrokenPiece)]
        return Survey(
            pieces=sorted(pieces, key=lambda piece: piece.path),
            broken=sorted(broken, key=lambda piece: piece.path),
        )

    def find(self, name: str) -> PieceFolder:
        """Return the piece called `name`.

        Args:
            name: its folder's name or its distribution's (`gelato`, `piece-gelato`,
                `@activepieces/piece-gelato`), in any spelling installers take for the same.

        Raises:
            PieceNotFoundError: if there is none; it names those there are.
            WorkspaceError: if there are two.
            ProjectFileError: if its own `pyproject.toml` cannot be read, or is incomplete.
        """
        return self._find(name, self.survey())

    def find_each(self, names: Sequence[str]) -> list[PieceFolder | PieceError]:
        """Return for each of the names what `find` returns or raises."""
        survey = self.survey()
        found: list[PieceFolder | PieceError] = []
        for name in names:
            try:
                found.append(self._find(name, survey))
            except PieceError as error:
                found.append(error)
        return found

    def piece_around(self) -> PieceFolder | None:
        """Return the piece that the current folder lies in, if any."""
        here = Path.cwd().resolve()
        around = (piece for piece in self.survey().pieces if here.is_relative_to(piece.path))
        return next(around, None)

    def select(self, names: Sequence[str]) -> list[PieceFolder]:
        """Return the pieces called `names`, each once and in that order; without names, all.

        Raises:
            PieceNotFoundError: as for `find`.
            WorkspaceError: as for `find`.
            ProjectFileError: as for `pieces`.
        """
        if not names:
            return self.pieces()
        survey = self.survey()
        found = [self._find(name, survey) for name in names]
        return list({piece.path: piece for piece in found}.values())

    def _find(self, name: str, survey: Survey) -> PieceFolder:
        pieces = survey.pieces
        found = [piece for piece in pieces if is_called(name, piece.name, piece.distribution)]
        if not found:
            for broken in survey.broken:
                if is_called(name, broken.path.name):
                    raise broken.error
            raise PieceNotFoundError(
                f"no piece `{name}` in `{self.root}`",
                hint=_near(name, [piece.name for piece in pieces]),
            )
        if len(found) > 1:
            paths = ", ".join(f"`{piece.path.relative_to(self.root)}`" for piece in found)
            raise WorkspaceError(
                f"`{name}` may be {paths}", hint="give each folder and each package its own name"
            )
        return found[0]


def find_workspace(start: Path | None = None) -> Workspace | None:
    """Return the workspace that `start` lies in, else the lone piece, else `None`.

    Args:
        start: a folder; the current one if not given.

    Raises:
        ProjectFileError: if a `pyproject.toml` on the way up cannot be read.
    """
    here = (start or Path.cwd()).resolve()
    lone: Path | None = None
    for folder in (here, *here.parents):
        path = folder / PROJECT_FILE
        if not path.is_file():
            continue
        document = read_pyproject(path)
        if _is_workspace(document):
            return Workspace(folder)
        if lone is None and _entry_points(document) is not None:
            lone = folder
    return Workspace(lone, is_lone_piece=True) if lone else None


def require_workspace() -> Workspace:
    """Return the workspace of the current folder.

    Raises:
        WorkspaceError: if there is none.
        ProjectFileError: as for `find_workspace`.
    """
    workspace = find_workspace()
    if workspace is None:
        raise WorkspaceError(
            f"`{Path.cwd()}` is not in a workspace of pieces",
            hint="make one with `pieces init`, or change into one",
        )
    return workspace


def is_workspace(folder: Path) -> bool:
    """Whether a folder is a workspace itself, not only inside one.

    Raises:
        ProjectFileError: if its `pyproject.toml` cannot be read.
    """
    path = folder / PROJECT_FILE
    return path.is_file() and _is_workspace(read_pyproject(path))


def _near(name: str, known: Sequence[str]) -> str:
    """Say which of the names is meant, or which there are."""
    import difflib

    if not known:
        return "make one with `pieces create`"
    if near := difflib.get_close_matches(name, known, n=1):
        return f"did you mean `{near[0]}`?"
    return f"there are {', '.join(f'`{each}`' for each in known)}"


def _is_workspace(document: Table) -> bool:
    return table(document, "tool", "pieces", "workspace") is not None


def _entry_points(document: Table) -> Table | None:
    return table(document, "project", "entry-points", ENTRY_POINT_GROUP)


def _surveyed_below(top: Path) -> Iterator[PieceFolder | BrokenPiece]:
    visited: set[str] = set()
    for folder, subfolders, files in os.walk(top, followlinks=True):
        real = os.path.realpath(folder)
        if real in visited:  # a link that leads back
            subfolders.clear()
            continue
        visited.add(real)
        found = _surveyed(Path(folder), lone=False) if PROJECT_FILE in files else None
        if found:
            yield found
        # What lies inside a piece is the piece's own.
        subfolders[:] = [] if found else [name for name in subfolders if name not in _SKIPPED]


def _surveyed(folder: Path, *, lone: bool) -> PieceFolder | BrokenPiece | None:
    try:
        return _piece_folder(folder, lone=lone)
    except ProjectFileError as error:
        return BrokenPiece(folder, error)


def _piece_folder(folder: Path, *, lone: bool) -> PieceFolder | None:
    """Return the piece that `folder` holds, or `None` if its project is not a piece."""
    path = folder / PROJECT_FILE
    document = read_pyproject(path)
    entry_points = _entry_points(document)
    if entry_points is None:
        return None
    if len(entry_points) != 1:
        raise ProjectFileError(
            f"`{path}` has {len(entry_points)} entry points in the group `pieces`",
            hint="a distribution holds one piece: name exactly one",
        )
    [key] = entry_points
    version = text(document, path, "project", "version")
    try:
        Version.parse(version)
    except VersionError as error:
        raise ProjectFileError(f"`{path}`: {error.message}", hint=error.hint) from error
    return PieceFolder(
        path=folder,
        name=key if lone else folder.name,
        distribution=text(document, path, "project", "name"),
        version=version,
        entry_point=text(document, path, "project", "entry-points", ENTRY_POINT_GROUP, key),
    )

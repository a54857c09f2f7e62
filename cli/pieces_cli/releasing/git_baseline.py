"""Pieces as they were in a git revision, each written into a folder of its own.

Neither the work tree nor its index is touched.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pieces_cli.building.source_digest import read_sources, source_digest, source_files
from pieces_engine.workspace.extraction import extract
from pieces_engine.workspace.folders import Workspace
from pieces_engine.workspace.pyproject import ProjectFileError, read_pyproject, text
from pieces_framework.errors import PieceError
from pieces_framework.names import normalize_name
from pieces_framework.project import PROJECT_FILE
from pieces_framework.versions import Version
from pieces_framework.wire import printable

from .earlier_version import BaselineError, EarlierPieceError, EarlierVersion
from .git_tree import GitTree, read_tree

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

_IGNORED: Final = ".gitignore"


@dataclass(frozen=True, kw_only=True)
class GitBaseline:
    """Every piece of one revision."""

    tree: GitTree
    origin: str
    now: Workspace
    then: Workspace
    """What the revision has in the place of `now`, of each piece its `pyproject.toml` alone."""
    folders: Mapping[str, tuple[PurePosixPath, ...]]
    """Where the revision has a `pyproject.toml`, by the normalised name of the distribution."""
    projects: Path
    """A folder of every `pyproject.toml` of the revision."""
    scratch: Path
    python: Path
    piece_names: tuple[str, ...] = ()

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says. A piece that was moved is found by its distribution's name."""
        folder = self._folder_of(piece)
        if folder is None:
            return None
        try:
            old = self._written(folder)
            if old is None:
                return None
            return EarlierVersion(
                version=Version.parse(old.version),
                source_digest=self._digest(old, piece),
                origin=self.origin,
                read_metadata=lambda: self._metadata(replace(old, name=piece.name)),
            )
        except BaselineError:
            raise
        except PieceError as error:
            raise self._as_of_then(error.message) from error

    def gone(self, pieces: Sequence[PieceFolder]) -> list[PieceFolder]:
        """As `Baseline` says; a piece whose package got another name is gone, too."""
        known = {normalize_name(piece.distribution) for piece in pieces}
        return [
            replace(old, path=self.now.root / old.path.relative_to(self.then.root))
            for old in self.then.survey().pieces
            if normalize_name(old.distribution) not in known
        ]

    def _folder_of(self, piece: PieceFolder) -> PurePosixPath | None:
        here = self.tree.place(piece.path)
        folders = self.folders.get(normalize_name(piece.distribution), ())
        if here in folders:
            return here
        if len(folders) > 1:
            names = ", ".join(f"`{folder}`" for folder in folders)
            raise self._as_of_then(f"`{piece.distribution}` is the package of {names}")
        if folders:
            return folders[0]
        if here is not None:
            self._require_absent(here)
        return None

    def _require_absent(self, here: PurePosixPath) -> None:
        """Refuse to call a piece new that only cannot be read."""
        if module := self.tree.submodule_of(here):
            raise self._as_of_then(f"`{module}` is a submodule, a repository of its own")
        project = here / PROJECT_FILE
        path = self.projects / project
        if not path.exists():
            return
        try:
            read_pyproject(path)
        except ProjectFileError as error:
            said = error.message.replace(str(path), str(project))
            raise self._as_of_then(said) from error

    def _written(self, folder: PurePosixPath) -> PieceFolder | None:
        target = Path(tempfile.mkdtemp(dir=self.scratch))
        # As in the repository: hatchling looks upwards for what to leave out, up to its top.
        (target / ".git").mkdir()
        above = {place / _IGNORED for place in folder.parents} & self.tree.entries.keys()
        wanted = above | {path for path in self.tree.entries if path.is_relative_to(folder)}
        written: set[PurePosixPath] = set()
        while wanted:
            self.tree.write(wanted, target)
            written |= wanted
            wanted = self._linked_from(target) - written
        pieces = Workspace(target / folder, is_lone_piece=True).pieces()
        return pieces[0] if pieces else None

    def _linked_from(self, target: Path) -> set[PurePosixPath]:
        """Return the files of the revision that links lead to out of what is written."""
        missing = [
            Path(os.path.normpath(path.parent / path.readlink()))
            for path in target.rglob("*")
            if path.is_symlink() and not path.exists()
        ]
        places = [
            PurePosixPath(path.relative_to(target).as_posix())
            for path in missing
            if path.is_relative_to(target)
        ]
        return {path for path in self.tree.entries if any(map(path.is_relative_to, places))}

    def _digest(self, old: PieceFolder, piece: PieceFolder) -> str:
        """Return the old sources' digest; that of the piece's own where git stores the same."""
        earlier, now = read_sources(old), source_files(piece)
        digest, before = earlier.digest, earlier.files
        if before.keys() == now.keys():
            others = [
                name for name in before if before[name].read_bytes() != now[name].read_bytes()
            ]
            then, ours = ([files[name] for name in others] for files in (before, now))
            if self.tree.are_stored_alike(then, ours):
                return source_digest(piece)
        return digest

    def _metadata(self, old: PieceFolder) -> Mapping[str, JsonValue]:
        try:
            return extract(old, self.python).metadata
        except PieceError as error:
            raise self._as_of_then(error.message) from error

    def _as_of_then(self, message: str) -> EarlierPieceError:
        hint = "compare it with a wheel or with an instance: `--against`"
        return EarlierPieceError(f"in {self.origin}: {message}", hint=hint)


@contextmanager
def open_git_baseline(
    revision: str, workspace: Workspace, python: Path
) -> Generator[GitBaseline, None, None]:
    """Open a revision of the repository that the workspace lies in.

    Args:
        revision: what git takes for a commit: a branch, a tag, a hash. Where `HEAD` has left it,
            that is the place.
        workspace: where the pieces are now.
        python: the interpreter that can import them.

    Raises:
        BaselineError: if there is no git, no repository or no such revision.
    """
    tree = read_tree(workspace.root, revision)
    left = f", where `HEAD` left it ({tree.merge_base})" if tree.merge_base else ""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        projects = scratch / "projects"
        tree.write({path for path in tree.entries if path.name == PROJECT_FILE}, projects)
        place = tree.place(workspace.root) or PurePosixPath()
        yield GitBaseline(
            tree=tree,
            origin=f"git revision `{printable(revision)}`{left}",
            now=workspace,
            then=replace(workspace, root=projects / place),
            folders=_project_folders(projects),
            projects=projects,
            scratch=scratch,
            python=python,
        )


def _project_folders(projects: Path) -> Mapping[str, tuple[PurePosixPath, ...]]:
    found: dict[str, tuple[PurePosixPath, ...]] = {}
    for path in sorted(projects.rglob(PROJECT_FILE)):
        try:
            name = normalize_name(text(read_pyproject(path), path, "project", "name"))
        except ProjectFileError:  # a template, or settings of tools
            continue
        folder = PurePosixPath(path.parent.relative_to(projects).as_posix())
        found[name] = (*found.get(name, ()), folder)
    return found

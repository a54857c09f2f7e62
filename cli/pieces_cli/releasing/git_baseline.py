"""Pieces as they were in a git revision, checked out into a folder of their own.

Neither the work tree nor its index is touched: the revision is read into an index beside them, and
its files are written as a checkout would write them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pieces_cli.building.extraction import extract
from pieces_cli.building.source_digest import source_digest
from pieces_cli.pyproject import ProjectFileError, read_pyproject, text
from pieces_cli.workspace import PROJECT_FILE, Workspace
from pieces_framework.errors import PieceError
from pieces_framework.names import normalize_name
from pieces_framework.versions import Version
from pieces_framework.wire import printable

from .baselines import BaselineError, EarlierVersion

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from pieces_cli.workspace import PieceFolder
    from pieces_framework import JsonValue

_WAYS: Final = (
    "give the URL of an instance (`http://…`), a path that ends in `.whl`, or a git revision that"
    " is here: `git fetch` brings those of the remote"
)
_OF_ANOTHER_REPOSITORY: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}
)
"""Variables that git sets for its hooks."""


class EarlierPieceError(PieceError):
    """A piece of a git revision cannot be read."""

    exit_code = 65  # EX_DATAERR


@dataclass(frozen=True, kw_only=True)
class GitBaseline:
    """Every piece of one revision."""

    origin: str
    repository: _Repository
    folders: Mapping[str, tuple[PurePosixPath, ...]]
    """Where the revision has a `pyproject.toml`, by the normalised name of the distribution."""
    scratch: Path
    python: Path
    piece_names: tuple[str, ...] = ()

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says. A piece that was moved is found by its distribution's name."""
        folders = self.folders.get(normalize_name(piece.distribution), ())
        if not folders:
            return None
        here = self.repository.place(piece.path)
        try:
            old = self._checked_out(here if here in folders else folders[0])
            if old is None:
                return None
            return EarlierVersion(
                version=Version.parse(old.version),
                source_digest=source_digest(old),
                origin=self.origin,
                read_metadata=lambda: self._metadata(replace(old, name=piece.name)),
            )
        except PieceError as error:
            raise self._as_of_then(error) from error

    def _checked_out(self, folder: PurePosixPath) -> PieceFolder | None:
        target = Path(tempfile.mkdtemp(dir=self.scratch))
        wanted = {path for path in self.repository.paths if path.is_relative_to(folder)}
        written: set[PurePosixPath] = set()
        while wanted:
            self.repository.check_out(wanted, target)
            written |= wanted
            wanted = self._linked_from(target) - written
        pieces = Workspace(target / folder, is_lone_piece=True).pieces()
        return pieces[0] if pieces else None

    def _linked_from(self, target: Path) -> set[PurePosixPath]:
        """Return the files of the revision that links lead to out of what is checked out."""
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
        return {path for path in self.repository.paths if any(map(path.is_relative_to, places))}

    def _metadata(self, old: PieceFolder) -> Mapping[str, JsonValue]:
        try:
            return extract(old, self.python).metadata
        except PieceError as error:
            raise self._as_of_then(error) from error

    def _as_of_then(self, error: PieceError) -> EarlierPieceError:
        hint = "compare it with a wheel or with an instance: `--against`"
        return EarlierPieceError(f"in {self.origin}: {error.message}", hint=hint)


@dataclass(frozen=True, kw_only=True)
class _Repository:
    top: Path
    index: Path
    """Of the revision."""

    def place(self, path: Path) -> PurePosixPath | None:
        """Return where a path lies in the repository; `None` if it is not in it."""
        path = path.resolve()
        if not path.is_relative_to(self.top):
            return None
        return PurePosixPath(path.relative_to(self.top).as_posix())

    @cached_property
    def paths(self) -> Sequence[PurePosixPath]:
        """Every file of the revision."""
        listed = _git(self.top, "ls-files", "-z", index=self.index)
        return [PurePosixPath(path) for path in os.fsdecode(listed).split("\0") if path]

    def check_out(self, paths: Iterable[PurePosixPath], target: Path) -> None:
        """Write files of the revision below a folder."""
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        prefix = f"--prefix={target}/"
        _git(self.top, "checkout-index", prefix, "-z", "--stdin", index=self.index, given=names)


@contextmanager
def open_git_baseline(
    revision: str, workspace: Workspace, python: Path
) -> Generator[GitBaseline, None, None]:
    """Open a revision of the repository that the workspace lies in.

    Args:
        revision: what git takes for a commit: a branch, a tag, a hash.
        workspace: where the pieces are now.
        python: the interpreter that can import them.

    Raises:
        BaselineError: if there is no git, no repository or no such revision.
    """
    top = Path(os.fsdecode(_git(workspace.root, "rev-parse", "--show-toplevel")).rstrip("\n"))
    commit = _commit(top, revision)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        repository = _Repository(top=top.resolve(), index=scratch / "index")
        _git(top, "read-tree", commit, index=repository.index)
        yield GitBaseline(
            origin=f"git revision `{printable(revision)}`",
            repository=repository,
            folders=_project_folders(repository, scratch / "projects"),
            scratch=scratch,
            python=python,
        )


def _project_folders(
    repository: _Repository, target: Path
) -> Mapping[str, tuple[PurePosixPath, ...]]:
    found: dict[str, tuple[PurePosixPath, ...]] = {}
    projects = [path for path in repository.paths if path.name == PROJECT_FILE]
    repository.check_out(projects, target)
    for project in sorted(projects):
        path = target / project
        try:
            name = normalize_name(text(read_pyproject(path), path, "project", "name"))
        except ProjectFileError:  # a template, or settings of tools
            continue
        found[name] = (*found.get(name, ()), project.parent)
    return found


def _commit(top: Path, revision: str) -> str:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    done = _run_git(top, asked)
    if done.returncode or not revision.strip():
        raise BaselineError(
            f"`{printable(revision)}` is no revision of the git repository `{top}`", hint=_WAYS
        )
    return done.stdout.decode().strip()


def _git(folder: Path, *args: str, index: Path | None = None, given: bytes = b"") -> bytes:
    done = _run_git(folder, args, index=index, given=given)
    if done.returncode:
        said = printable(" ".join(done.stderr.decode(errors="replace").split()))[:500]
        raise BaselineError(f"git cannot read `{folder}`: {said}", hint=_WAYS)
    return done.stdout


def _run_git(
    folder: Path, args: Iterable[str], *, index: Path | None = None, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY
    }
    if index:
        environment["GIT_INDEX_FILE"] = str(index)
    command = ["git", "-C", str(folder), *args]
    try:
        return subprocess.run(  # noqa: S603 -- git, with a revision where no option is read
            command, env=environment, input=given, capture_output=True, check=False
        )
    except OSError as error:
        raise BaselineError(
            f"git cannot be started: {error.strerror}",
            hint="install git, or give `--against` the URL of an instance or a wheel",
        ) from error

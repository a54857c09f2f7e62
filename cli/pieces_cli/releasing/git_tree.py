"""The files of a git revision, as git stores them: no filter runs, and no line end changes."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pieces_framework.wire import printable

from .earlier_version import BaselineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_WAYS: Final = (
    "give the URL of an instance (`http://…`), a path that ends in `.whl`, or a git revision that"
    " is here: `git fetch` brings those of the remote"
)
_OF_ANOTHER_REPOSITORY: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Variables that git sets for its hooks. Source: `git rev-parse --local-env-vars`, without those
that hold settings."""
_NOTHING_RUNS: Final = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
_LINK: Final = "120000"
_SUBMODULE: Final = "160000"
_PROGRAM: Final = "100755"


@dataclass(frozen=True)
class GitEntry:
    """A path of a revision."""

    mode: str
    """Six digits, as git has them."""
    blob: str
    """The name of its content."""


@dataclass(frozen=True, kw_only=True)
class GitTree:
    """All files of one revision."""

    top: Path
    """The work tree; no link is in the path."""
    entries: Mapping[PurePosixPath, GitEntry]
    merge_base: str
    """The commit, abbreviated, if it is not the named one, but where `HEAD` left it; or empty."""

    def place(self, path: Path) -> PurePosixPath | None:
        """Return where a path lies in the repository; `None` if it is not in it."""
        path = path.resolve()
        if not path.is_relative_to(self.top):
            return None
        return PurePosixPath(path.relative_to(self.top).as_posix())

    def submodule_of(self, path: PurePosixPath) -> PurePosixPath | None:
        """Return the submodule that a path lies in, if any."""
        for place in (path, *path.parents):
            if place in self.entries and self.entries[place].mode == _SUBMODULE:
                return place
        return None

    def write(self, paths: Collection[PurePosixPath], target: Path) -> None:
        """Write files below a folder, as they are stored.

        Raises:
            BaselineError: if the repository lacks one of them.
        """
        wanted = [path for path in paths if self.entries[path].mode != _SUBMODULE]
        blobs = self._blobs([self.entries[path].blob for path in wanted])
        for path in wanted:
            entry, written = self.entries[path], target / path
            written.parent.mkdir(parents=True, exist_ok=True)
            if entry.mode == _LINK:
                written.symlink_to(os.fsdecode(blobs[entry.blob]))
                continue
            written.write_bytes(blobs[entry.blob])
            if entry.mode == _PROGRAM:
                written.chmod(0o755)

    def are_stored_alike(self, written: Sequence[Path], ours: Sequence[Path]) -> bool:
        """Return whether git would store files of the work tree as those that `write` wrote.

        So the line ends of a checkout, and what filters such as those of LFS do, are no change.
        """
        then = _run_git(
            self.top, "hash-object", "--no-filters", "--stdin-paths", given=_lines(written)
        )
        places = [os.path.relpath(path.resolve(), self.top) for path in ours]
        now = _run_git(self.top, "hash-object", "--stdin-paths", given=_lines(places))
        return not then.returncode and not now.returncode and then.stdout == now.stdout

    def _blobs(self, names: Sequence[str]) -> Mapping[str, bytes]:
        content = _git(self.top, "cat-file", "--batch", given=_lines(names))
        found: dict[str, bytes] = {}
        start = 0
        for name in names:
            end = content.index(b"\n", start)
            head = content[start:end].split()
            if head[1:2] != [b"blob"]:
                raise BaselineError(f"git has no content `{name}` in `{self.top}`", hint=_WAYS)
            start = end + 1 + int(head[2]) + 1
            found[name] = content[end + 1 : start - 1]
        return found


def read_tree(folder: Path, revision: str) -> GitTree:
    """Read which files a revision has; of a branch, where `HEAD` left it.

    Args:
        folder: somewhere in the work tree of the repository.
        revision: what git takes for a commit: a branch, a tag, a hash.

    Raises:
        BaselineError: if there is no git, no repository or no such revision.
    """
    top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")).rstrip("\n")).resolve()
    named = _commit(top, revision)
    # Unrelated, or its history is not here: then there is none.
    found = _run_git(top, "merge-base", named, "HEAD")
    commit = found.stdout.decode().strip() or named
    listed = os.fsdecode(_git(top, "ls-tree", "-r", "-z", "--full-tree", commit))
    entries: dict[PurePosixPath, GitEntry] = {}
    for line in listed.split("\0"):
        head, _, path = line.partition("\t")
        if path:
            mode, _, blob = head.split()
            entries[PurePosixPath(path)] = GitEntry(mode, blob)
    merge_base = "" if commit == named else commit[:12]
    return GitTree(top=top, entries=entries, merge_base=merge_base)


def _commit(top: Path, revision: str) -> str:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    done = _run_git(top, *asked)
    if done.returncode or not revision.strip():
        raise BaselineError(
            f"`{printable(revision)}` is no revision of the git repository `{top}`", hint=_WAYS
        )
    return done.stdout.decode().strip()


def _git(folder: Path, *args: str, given: bytes = b"") -> bytes:
    done = _run_git(folder, *args, given=given)
    if done.returncode:
        said = printable(" ".join(done.stderr.decode(errors="replace").split()))[:500]
        raise BaselineError(f"git cannot read `{folder}`: {said}", hint=_WAYS)
    return done.stdout


def _run_git(folder: Path, *args: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY
    }
    command = ["git", "-C", str(folder), *_NOTHING_RUNS, *args]
    try:
        return subprocess.run(  # noqa: S603 -- git, with a revision where no option is read
            command, env=environment, input=given, capture_output=True, check=False
        )
    except OSError as error:
        raise BaselineError(
            f"git cannot be started: {error.strerror}",
            hint="install git, or give `--against` the URL of an instance or a wheel",
        ) from error


def _lines(texts: Iterable[str | Path]) -> bytes:
    return b"".join(os.fsencode(text) + b"\n" for text in texts)

"""A community piece, made in this repository as CONTRIBUTING says, passes its `make check`."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.road import clean_environment, tool

ROOT = Path(__file__).parent.parent.parent
CREATE, TRY, COMPARE = (
    [shlex.split(line) for line in block.splitlines()]
    for block in re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE
    )
)
"""The commands of the page, by the block in which they stand."""


def run(words: Sequence[str | Path], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = words
    return subprocess.run(
        [tool(str(program)), *arguments],
        cwd=cwd,
        env=clean_environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root's settings, and a community piece with an action and both kinds of trigger."""
    root = tmp_path_factory.mktemp("repository")
    (root / "pieces").mkdir()
    for name in ("pyproject.toml", "pieces/ruff.toml"):
        shutil.copy(ROOT / name, root / name)
    for command in CREATE:
        done = run(command, root)
        assert done.returncode == 0, done.stderr
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    for git in (
        ["init", "--quiet"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", "Add a piece"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run(["git", *git], cwd=root, check=True)
    return root


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
        pytest.param(["mypy", "pieces/community/google-drive"], id="mypy"),
        *(pytest.param(command, id=" ".join(command[:2])) for command in (*TRY, *COMPARE)),
    ],
)
def test_a_new_community_piece_passes(repository: Path, command: list[str]) -> None:
    piece = "pieces/community/google-drive"
    done = run(command, repository, MYPYPATH=piece, PYTHONPATH=piece)  # as `make setup` installs it

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_community_piece_is_installed_checked_and_tested() -> None:
    """What `make` would do, it says for each folder in `pieces/community`."""
    folders = [path.parent.name for path in ROOT.glob("pieces/community/*/pyproject.toml")]

    done = subprocess.run(
        ["make", "-n", "-W", "requirements/dev.txt", "check", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    for folder in folders:
        assert f"-e pieces/community/{folder}" in done.stdout
    loop = " ".join(f"pieces/community/{folder}" for folder in sorted(folders))
    assert done.stdout.count(f"for piece in {loop};") == 2

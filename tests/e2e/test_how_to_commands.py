"""The commands of the how-to pages: run where they can be, and all of them understood."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from pieces_cli import main as commands
from tests.e2e.road import clean_environment

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
WORKFLOWS = ROOT / "templates" / "workspace" / "{{cookiecutter.folder}}" / ".github" / "workflows"
REMOTE = "git@git.example.com:acme/pieces.git"
COMMANDS: dict[str, click.Command] = {
    "pieces": commands.main,
    "actions": commands.actions,
    "triggers": commands.triggers,
    "build-piece": commands.build_piece,
    "publish-piece": commands.publish_piece,
    "publish-piece-to-api": commands.publish_piece_to_api,
    "sync-pieces": commands.sync_pieces,
}
PAGES = [
    "continuous-integration.md",
    "external-libraries.md",
    "private-workspace.md",
    "share-a-piece.md",
    "webhooks-through-a-tunnel.md",
]


def shell(page: str, kind: str) -> list[str]:
    """The lines of a page's blocks of one kind, each continued line as one."""
    text = (HOW_TO / page).read_text()
    blocks = re.findall(rf"^ *```{kind}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    lines = re.sub(r"(\\|\|)\n *", r"\1 ", "".join(blocks)).replace("\\ ", "").splitlines()
    return [line.strip().removeprefix("$ ") for line in lines]


def ours(page: str) -> list[list[str]]:
    lines = [shlex.split(line) for kind in ("sh", "console") for line in shell(page, kind)]
    return [words for words in lines if words[0] in COMMANDS]


@pytest.mark.parametrize("words", [words for page in PAGES for words in ours(page)], ids=" ".join)
def test_each_command_is_understood(words: list[str]) -> None:
    command, arguments = COMMANDS[words[0]], words[1:]
    context = click.Context(command)
    while isinstance(command, click.Group):
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command = found

    command.make_context(words[0], arguments)


def test_a_private_workspace_is_made_shared_and_changed_as_the_page_says(tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    lines = "\n".join(shell("private-workspace.md", "sh"))
    assert lines.count(REMOTE) == 2
    identity = {
        f"GIT_{who}_{what}": "ada@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    bare = f"git init --quiet --bare --initial-branch main {remote}"

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{bare}\n{lines.replace(REMOTE, str(remote))}"],
        cwd=tmp_path,
        env=clean_environment(GIT_CONFIG_GLOBAL=os.devnull, **identity),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode == 0, done.stdout
    branches = subprocess.run(
        ["git", "branch", "--format", "%(refname:short)"],
        cwd=remote,
        capture_output=True,
        text=True,
    )
    assert branches.stdout.split() == ["add-company", "main"]


def test_the_page_on_other_hosts_has_the_lines_of_the_workflows() -> None:
    """Those are executed: what differs is where a file lies, and how an address comes in."""
    workflows = "\n".join(path.read_text() for path in sorted(WORKFLOWS.iterdir()))
    for here, there in {
        "$RUNNER_TEMP": "/tmp",
        "HEAD^1": "origin/main",
        "${{ secrets.INSTANCE_URL }}": "$INSTANCE_URL",
    }.items():
        workflows = workflows.replace(here, there)
    said = " ".join(workflows.replace("\\\n", " ").split())

    lines = shell("continuous-integration.md", "sh")

    assert [line for line in lines if " ".join(line.split()) not in said] == []
    assert len(lines) == 17

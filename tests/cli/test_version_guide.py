"""The commands of the guide to a release print what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.repository import committed
from tests.support.scaffolding import add_action, pieces

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "release-a-piece.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """The command lines of the guide, each with what it prints."""
    said = "".join(CONSOLE.findall(GUIDE.read_text()))
    return re.findall(r"^\$ pieces (.*)\n((?:(?!\$ ).*\n)*)", said, re.MULTILINE)


def test_the_guide_s_commands_print_what_it_says(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(workspace, monkeypatch)
    add_action("gelato", "send")

    printed = [(line, pieces(*shlex.split(line)).stdout) for line, _ in commands()]

    assert len(printed) == 4
    assert printed == commands()

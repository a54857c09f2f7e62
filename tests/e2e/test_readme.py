"""The README's piece, run as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from pieces_cli import main as commands
from pieces_engine import run_action
from pieces_framework import Piece
from pieces_framework.testing import MemoryHost
from tests.support.gelato import gelato_service

README = Path(__file__).parent.parent.parent / "README.md"
COMMANDS: dict[str, click.Command] = {
    "pieces": commands.main,
    "actions": commands.actions,
    "triggers": commands.triggers,
    "build-piece": commands.build_piece,
    "publish-piece-to-api": commands.publish_piece_to_api,
}


def readme_piece() -> str:
    found = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_piece_of_the_readme_runs() -> None:
    with gelato_service() as service_url:
        namespace: dict[str, Any] = {}
        source = readme_piece().replace("http://127.0.0.1:8970", service_url)
        exec(compile(source, "README.md", "exec"), namespace)
        piece: Piece[Any] = namespace["gelato"]

        order = await run_action(
            piece, "order", auth="test-key", props={"scoops": "2"}, services=MemoryHost().services()
        )

    match order:
        case {"scoops": 2, "topping": "none", "flavor": {"name": str(name), "created_at": _}}:
            assert name
        case _:
            pytest.fail(f"unexpected: {order}")


def test_the_piece_of_the_readme_is_short() -> None:
    lines = [line for line in readme_piece().splitlines() if line.strip()]

    assert len(lines) <= 25


def daily_commands() -> list[list[str]]:
    """Every command of ours in the block below `Every day`, as its words."""
    found = re.search(r"## Every day\n+```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    lines = [shlex.split(line, comments=True) for line in found[1].splitlines()]
    return [line[: line.index("&&")] if "&&" in line else line for line in lines]


@pytest.mark.parametrize(
    "words", [line for line in daily_commands() if line[0] in COMMANDS], ids=" ".join
)
def test_each_daily_command_is_understood(words: list[str]) -> None:
    command, arguments = COMMANDS[words[0]], words[1:]
    context = click.Context(command)
    while isinstance(command, click.Group):
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command = found

    command.make_context(words[0], arguments)


def test_the_daily_commands_are_ours_or_well_known() -> None:
    programs = [line[0] for line in daily_commands()]

    assert {*COMMANDS, "cd", "export", "python"} == set(programs)

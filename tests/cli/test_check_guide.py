"""`docs/how-to/check-and-test.md` says what the commands do."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from pieces_cli.checking.fixes import FIXES
from pieces_cli.main import main
from pieces_engine.contract.network import blocked
from tests.support.scaffolding import pieces

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "check-and-test.md").read_text()
COMMANDS = re.findall(r"^\$ pieces (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_is_understood(line: str) -> None:
    name, *arguments = shlex.split(line)
    command = main.commands[name]

    assert isinstance(command.make_context(name, arguments), click.Context)


def test_the_findings_it_shows_are_found(gelato: Path) -> None:
    shown = re.findall(r"^(\S+:\d+: .+\n  hint: .+)$", PAGE, re.MULTILINE)
    (gelato / "piece_gelato" / "api.py").write_text("\n" * 11 + "print('Fig')\n")

    result = pieces("check", "gelato")

    assert len(shown) == 1
    assert [each for each in shown if each not in result.stdout] == []


def test_it_lists_every_correction() -> None:
    table = re.findall(r"^\| (`.+?`) \| ", PAGE, re.MULTILINE)

    assert sorted(re.findall(r"`([a-z-]+)`", " ".join(table))) == sorted(FIXES)


def test_it_shows_how_a_refusal_reads() -> None:
    assert blocked("socket.getaddrinfo", ("api.example.com", 80, 0, 0, 0)) in PAGE

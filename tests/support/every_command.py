"""Every command of `pieces`, and a way to call each without knowing it."""

from __future__ import annotations

import io
from typing import Final

import click
from click.testing import CliRunner, Result
from typing_extensions import override

from docs.cli_page import Entry, entries
from pieces_cli.main import main

COMMANDS: Final = [entry for entry in entries() if not isinstance(entry.command, click.Group)]
_ANSWERS: Final = {
    "--against": "http://127.0.0.1:1",
    "--api-url": "http://127.0.0.1:1",
    "--description": "Does it.",
    "--name": "gelato",
    "--piece": "gelato",
}
"""What the options that are asked for are given."""


class Untouched(io.BytesIO):
    """Standard input of a process that nobody answers: to read it is a failure."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if size == 0:  # to see that it is one of bytes
            return b""
        raise AssertionError("the command waits for an answer")

    read1 = read
    readline = read


def call(entry: Entry, *args: str, **env: str) -> Result:
    """Run a command with `args` in this process, without a terminal."""
    words = [*entry.words[1:], *args]
    return CliRunner().invoke(main, words, input=Untouched(), prog_name="pieces", env=env)


def ordinary_arguments(entry: Entry) -> list[str]:
    """Return arguments that the command line takes: a piece `gelato` wherever one is named."""
    args: list[str] = []
    for param in entry.command.params:
        flag = max(param.opts, key=len)
        if isinstance(param, click.Argument):
            args.append("gelato")
        elif flag in _ANSWERS:
            args += [flag, _ANSWERS[flag]]
    return args

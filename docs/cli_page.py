"""The page of the commands: what `--help` of each says, read off the commands themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
from click.testing import CliRunner

from pieces_cli.main import main

_PROJECT = Path(__file__).parent.parent / "cli" / "pyproject.toml"
_INTRODUCTION = """\
What each command says with `--help`, in lines of 80 columns. How a command ends is in
[exit-codes.md](exit-codes.md).

Every command works from any folder of a workspace. Without a terminal nothing is asked: what is
neither given nor has a default is an error that names the flag.

With `--json` standard output is one document, errors included: `schema` names its form, `ok` says
whether all went well, `data` is the command's own, and `problems` lists what went wrong: each with
its `rule`, and where it is about a file, a `path` from the workspace's folder on, with `/`. In
`data`, `piece` is the name of a piece's folder and `package` that of its distribution. All else is
on standard error; a path there is below the current folder, or whole.

Colours and progress are for terminals only; `NO_COLOR` turns the colours off."""


@dataclass(frozen=True)
class Entry:
    """A command or a group, and the words that call it."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def title(self) -> str:
        """Such as `pieces actions create`."""
        return " ".join(self.words)

    @property
    def help(self) -> str:
        """What it says with `--help`, in lines of 80 columns."""
        return help_of(self.command, self.words)


def help_of(command: click.Command, words: tuple[str, ...]) -> str:
    """Return what a command prints with `--help` when it is called by `words`."""
    # The runner makes lines of 80 columns, whatever the terminal.
    runner = CliRunner(catch_exceptions=False)
    return runner.invoke(command, ["--help"], prog_name=" ".join(words)).stdout


def entries() -> list[Entry]:
    """Return `pieces`, every command and group below it, and console scripts that are no alias."""
    tree = list(_below(main, ("pieces",)))
    known = {id(entry.command) for entry in tree}
    alone = [
        Entry((script,), command)
        for script, command in console_scripts().items()
        if id(command) not in known
    ]
    return [*tree, *alone]


def console_scripts() -> Mapping[str, click.Command]:
    """Return what each console script of the `piecekit` distribution runs."""
    scripts: Mapping[str, str] = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["scripts"]
    commands: dict[str, click.Command] = {}
    for script, target in scripts.items():
        module, _, name = target.partition(":")
        commands[script] = getattr(import_module(module), name)
    return commands


def page(note: str) -> str:
    """Return the page's text.

    Args:
        note: the comment that says where the text comes from.
    """
    found = entries()
    parts = ["# Commands", note, _INTRODUCTION, _index(found)]
    for entry in found:
        parts += [f"## `{entry.title}`", f"```text\n{entry.help}```"]
    parts += ["## Console scripts", _aliases(found)]
    return "\n\n".join(parts) + "\n"


def _below(command: click.Command, words: tuple[str, ...]) -> Iterator[Entry]:
    yield Entry(words, command)
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _below(command.commands[name], (*words, name))


def _index(found: list[Entry]) -> str:
    rows = [
        f"| {_link(entry.title)} | {_first_paragraph(entry.command)} |"
        for entry in found
        if not isinstance(entry.command, click.Group)
    ]
    return "\n".join(["| Command | |", "|---|---|", *rows])


def _aliases(found: list[Entry]) -> str:
    titles = {id(entry.command): entry.title for entry in found}
    rows = [
        f"| `{script}` | {_link(titles[id(command)])} |"
        for script, command in console_scripts().items()
    ]
    return "\n".join(["| Script | The same as |", "|---|---|", *rows])


def _link(title: str) -> str:
    return f"[`{title}`](#{title.replace(' ', '-')})"


def _first_paragraph(command: click.Command) -> str:
    first = (command.help or "").partition("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")

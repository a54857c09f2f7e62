"""What each command says with `--help`: as the reference has it, and by the house's rules."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from docs.cli_page import Entry, console_scripts, entries, help_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
ENTRIES = entries()
COMMANDS = [entry for entry in ENTRIES if not isinstance(entry.command, click.Group)]
WITHOUT_JSON = {"pieces serve"}
"""What runs until it is stopped has no document to print."""

_LINES = re.MULTILINE

every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
every_command = pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.title)


def blocks() -> dict[str, str]:
    """The help texts of the page by the title above each."""
    found = re.findall(
        r"^## `([^`]+)`\n\n```text\n((?:(?!```).*\n)*)```$", PAGE.read_text(), _LINES
    )
    return dict(found)


@every_entry
def test_the_help_of_a_command_is_the_one_in_the_reference(entry: Entry) -> None:
    assert entry.help == blocks()[entry.title], "run `make docs`"


def test_the_reference_has_no_command_that_there_is_not() -> None:
    assert sorted(blocks()) == sorted(entry.title for entry in ENTRIES)


@pytest.mark.parametrize(("script", "command"), console_scripts().items(), ids=str)
def test_the_reference_says_which_command_a_console_script_is(
    script: str, command: click.Command
) -> None:
    found = re.search(rf"^\| `{script}` \| \[`(.+)`\]\(#.+\) \|$", PAGE.read_text(), _LINES)

    assert found is not None
    titles = [entry.title for entry in ENTRIES if entry.command is command]
    assert found[1] in titles
    assert usage_and_rest(help_of(command, (script,)))[1] == usage_and_rest(blocks()[found[1]])[1]


def usage_and_rest(text: str) -> tuple[str, str]:
    usage, _, rest = text.partition("\n\n")
    return usage, rest


@every_entry
def test_a_help_begins_with_a_paragraph_of_one_sentence(entry: Entry) -> None:
    first = (entry.command.help or "").partition("\n\n")[0]

    assert first.endswith(".")
    assert ". " not in " ".join(first.split())


@every_entry
def test_a_help_fits_80_columns(entry: Entry) -> None:
    assert [line for line in entry.help.splitlines() if len(line) > 80] == []


@every_command
def test_each_option_says_what_it_is_for(entry: Entry) -> None:
    options = [each for each in entry.command.params if isinstance(each, click.Option)]

    assert [each.name for each in options if not each.help] == []


@every_command
def test_each_command_has_json(entry: Entry) -> None:
    has_json = any("--json" in each.opts for each in entry.command.params)

    assert has_json is (entry.title not in WITHOUT_JSON)

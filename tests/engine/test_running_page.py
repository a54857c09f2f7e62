"""The page about running a piece: its program runs, and each option of the command is on it."""

from __future__ import annotations

from pieces_cli.commands.run import run
from tests.common.pages import page, run_page

NAME = "running.md"


async def test_what_the_page_says_holds() -> None:
    defined = await run_page(NAME)

    assert defined["loaded"]["type"] == "DROPDOWN"


def test_the_page_names_every_option() -> None:
    options = {parameter.opts[0] for parameter in run.params if parameter.opts[0].startswith("--")}

    text = page(NAME)
    assert {option for option in options if option not in text} == set()
    assert "--watch" in options

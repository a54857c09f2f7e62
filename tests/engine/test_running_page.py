"""The page about running a piece: its program runs."""

from __future__ import annotations

from tests.common.pages import run_page

NAME = "running.md"


async def test_what_the_page_says_holds() -> None:
    defined = await run_page(NAME)

    assert defined["loaded"]["type"] == "DROPDOWN"

"""The page about cassettes: its program runs, and its lists are those of the code."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from pieces_common.testing import DEFAULT_MAX_AGE, record, replay
from pieces_common.testing.exchange import ANSWER_HEADERS
from pieces_common.testing.scrubbing import PLACEHOLDER
from pieces_common.testing.secret_names import SecretNames
from pieces_common.testing.seen_secrets import MIN_CHARACTERS
from pieces_framework.secret_forms import MIN_SECRET_CHARACTERS
from tests.common.web_server import WebServer

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cassettes.md").read_text()
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


async def program(page: str, shop: str) -> dict[str, Any]:  # what a program defines
    """Run the blocks of the page."""
    defined: dict[str, Any] = {"SHOP": shop}
    for source in BLOCK.findall(page):
        code = compile(source, "cassettes.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        pending: object = eval(code, defined)
        if inspect.isawaitable(pending):
            await pending
    return defined


@pytest.fixture(autouse=True)
def shop(web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    web.answer("/orders", b'[{"id": 7, "paid": true}]')
    return web.url


async def test_the_example_records_and_replays(web: WebServer, shop: str) -> None:
    defined = await program(PAGE, shop)

    assert defined["replayed"] == [{"id": 7, "paid": True}]
    assert len(web.sent) == 1


async def test_one_word_turns_a_replay_into_a_recording(web: WebServer, shop: str) -> None:
    before, heading, after = PAGE.partition("## One test for both")
    for word in ("replay", "record"):
        page = before + heading + after.replace("with replay(", f"with {word}(")
        defined = await program(page, shop)
        web.sent.clear()

        await defined["test_orders_are_listed"]()

        assert len(web.sent) == (word == "record")


def test_the_page_says_which_keywords_both_take() -> None:
    taken = {each: set(inspect.signature(each).parameters) for each in (record, replay)}
    both, rest = PAGE.partition("share the path, ")[2].split(", and one block", 1)
    only = rest.partition("Only `record` has ")[2].partition(".\n")[0].partition("; ")

    named = [set(re.findall(r"`([a-z_]+)`", text)) for text in (both, only[0], only[2])]
    assert named[0] | {"path"} == taken[record] & taken[replay]
    assert named[1] == taken[record] - taken[replay]
    assert named[2] - {"replay"} == taken[replay] - taken[record]


def test_the_page_says_what_the_code_does() -> None:
    names = PAGE.partition("that are called like ")[2].partition("; `key`")[0]

    known = SecretNames()
    assert [name for name in re.findall(r"`([^`]+)`", names) if not known.anywhere(name)] == []
    assert len(re.findall(r"`([^`]+)`", names)) > 5
    assert f"`{PLACEHOLDER}` stands" in PAGE
    assert f"{MIN_SECRET_CHARACTERS} characters are needed" in PAGE
    assert f"It needs {MIN_CHARACTERS} characters" in PAGE
    assert f": {DEFAULT_MAX_AGE.days} days" in PAGE


def test_the_page_names_every_header_that_is_kept() -> None:
    shown = set(re.findall(r"`([a-z-]+)`", PAGE))

    unnamed = {name for name in ANSWER_HEADERS - shown if not re.search("range|page|total", name)}
    assert unnamed == set()

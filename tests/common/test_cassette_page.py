"""The page about cassettes: its program runs, and its lists are those of the code."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from pieces_common.testing import DEFAULT_MAX_AGE
from pieces_common.testing.exchange import ANSWER_HEADERS
from pieces_common.testing.scrubbing import MIN_SECRET_CHARACTERS, PLACEHOLDER
from pieces_common.testing.secret_names import SecretNames
from pieces_common.testing.seen_secrets import MIN_CHARACTERS
from tests.common.web_server import WebServer

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cassettes.md").read_text()
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


async def test_the_example_records_and_replays(
    web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    web.answer("/orders", b'[{"id": 7, "paid": true}]')
    program: dict[str, Any] = {"SHOP": web.url}  # what a program defines

    for source in BLOCK.findall(PAGE):
        code = compile(source, "cassettes.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        pending: object = eval(code, program)
        if inspect.isawaitable(pending):
            await pending

    assert program["replayed"] == [{"id": 7, "paid": True}]
    assert len(web.sent) == 1


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

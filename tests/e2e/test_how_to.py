"""The page on testing a piece: its blocks make one program, whose tests pass."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "test-a-piece.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def source_of_the_page() -> str:
    """The blocks of the page, each on the lines it has there, so that errors name them."""
    text = PAGE.read_text()
    lines = [""] * (text.count("\n") + 1)
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1))
        written = block[1].splitlines()
        lines[first : first + len(written)] = written
    return "\n".join(lines)


@pytest.fixture(scope="module")
def program() -> dict[str, Any]:
    made: dict[str, Any] = {"__name__": "test_a_piece"}
    exec(compile(source_of_the_page(), str(PAGE), "exec"), made)
    return made


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", source_of_the_page()))
async def test_each_test_of_the_page_passes(program: dict[str, Any], name: str) -> None:
    pending: object = program[name]()

    assert inspect.isawaitable(pending)
    await pending


def test_the_page_shows_a_test_of_every_kind() -> None:
    shown = set(re.findall(r"\b(make_\w+|\w+Driver)\(", source_of_the_page()))

    assert shown == {
        "PollingDriver",
        "WebhookDriver",
        "make_context",
        "make_payload",
        "make_property_context",
        "make_validation_context",
    }

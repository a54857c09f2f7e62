"""How a result looks at a terminal and elsewhere."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from typing_extensions import override

from pieces_cli.running.results import show_result
from pieces_framework import JsonValue

RESULT: JsonValue = {"name": "Nüsse", "long": "word " * 60, "half": "\ud83c", "n": [1, None]}
PLAIN = (json.dumps(RESULT, ensure_ascii=False, indent=2) + "\n").encode(
    "utf-8", "backslashreplace"
)


class _Terminal(BytesIO):
    @override
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_terminal_is_shown_the_same_json_in_colours() -> None:
    stream = _Terminal()

    show_result(stream, RESULT)

    assert b"\x1b[" in stream.getvalue()
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", stream.getvalue()) == PLAIN


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours_is_shown_plain_json(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    stream = _Terminal()

    show_result(stream, RESULT)

    assert stream.getvalue() == PLAIN


def test_a_pipe_is_written_plain_json() -> None:
    stream = BytesIO()

    show_result(stream, RESULT)

    assert stream.getvalue() == PLAIN

"""The README's piece, run as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pieces_engine import run_action
from pieces_framework import Piece
from pieces_framework.testing import MemoryStore
from tests.support.gelato import gelato_service

README = Path(__file__).parent.parent.parent / "README.md"


def readme_piece() -> str:
    found = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_piece_of_the_readme_runs() -> None:
    with gelato_service() as service_url:
        namespace: dict[str, Any] = {}
        source = readme_piece().replace("http://127.0.0.1:8970", service_url)
        exec(compile(source, "README.md", "exec"), namespace)
        piece: Piece[Any] = namespace["gelato"]

        order = await run_action(
            piece, "order", auth="test-key", props={"scoops": "2"}, store=MemoryStore()
        )

    match order:
        case {"scoops": 2, "topping": "none", "flavor": {"name": str(name), "created_at": _}}:
            assert name
        case _:
            pytest.fail(f"unexpected: {order}")


def test_the_piece_of_the_readme_is_short() -> None:
    lines = [line for line in readme_piece().splitlines() if line.strip()]

    assert len(lines) <= 25

"""A piece is imported just to read its metadata: that must load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pieces_common

HEAVY = {"httpx", "pydantic", "asyncio", "ssl", "http.client", "email", "logging"}


def test_importing_loads_nothing_heavy() -> None:
    program = "import sys, pieces_common; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert "pieces_common" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()


def test_every_public_name_is_there() -> None:
    assert [name for name in pieces_common.__all__ if not hasattr(pieces_common, name)] == []

"""The reference: its program runs, and its table of exit codes is complete."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pieces_engine import run_action
from pieces_framework import Piece, PieceError
from pieces_framework.testing import MemoryHost

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


async def run_page(name: str) -> Piece[Any]:
    """Run the blocks of a page from top to bottom; return the piece they make."""
    program: dict[str, Any] = {}
    for source in BLOCK.findall((REFERENCE / name).read_text()):
        code = compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        pending: object = eval(code, program)
        if inspect.isawaitable(pending):
            await pending
    ice: Piece[Any] = program["ice"]
    return ice


async def test_the_examples_of_authoring_run() -> None:
    ice = await run_page("authoring.md")

    greeting = await run_action(
        ice, "greet", auth=None, props={"who": "Ada"}, services=MemoryHost().services()
    )
    assert greeting == "Hello Ada"
    assert list(ice.triggers) == ["t", "i", "called"]


async def test_the_examples_of_runs_run() -> None:
    ice = await run_page("runs.md")

    result = await run_action(
        ice,
        "stock",
        auth="key",
        props={"shop": 2},
        services=MemoryHost().services(),
    )
    assert result == {"shop": 2, "cones": 12}


def test_the_reference_of_authoring_is_short() -> None:
    assert len((REFERENCE / "authoring.md").read_text().splitlines()) <= 150


def test_every_exit_code_is_in_the_table() -> None:
    table = (REFERENCE / "exit-codes.md").read_text()

    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}

    assert documented == {0, 2, 130, 143} | {error.exit_code for error in errors(PieceError)}


def errors(base: type[PieceError]) -> Iterator[type[PieceError]]:
    """`base` and all errors below it, of every distribution."""
    for package in ("pieces_common", "pieces_engine", "pieces_cli", "pieces_server"):
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    yield base
    for error in base.__subclasses__():
        yield from errors(error)

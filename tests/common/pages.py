"""Running the Python blocks of a page of the documentation as one program."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def page(name: str) -> str:
    """The text of a page of the reference."""
    return (REFERENCE / name).read_text()


async def run_page(name: str, **given: object) -> dict[str, Any]:  # what a program defines
    """Run the blocks of a page after one another, and return what they define."""
    defined: dict[str, Any] = {"__name__": name, **given}
    for source in re.findall(r"^```python\n(.*?)^```$", page(name), re.DOTALL | re.MULTILINE):
        code = compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        pending: object = eval(code, defined)
        if inspect.isawaitable(pending):
            await pending
    return defined

"""Running the Python blocks of a page of the documentation as one program."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def page(name: str) -> str:
    """The text of a page of the reference."""
    return (REFERENCE / name).read_text()


async def run_page(
    name: str, *, replace: Mapping[str, str] | None = None, **given: object
) -> dict[str, Any]:  # what a program defines
    """Run the blocks of a page after one another, and return what they define.

    Args:
        name: of the file.
        replace: what stands elsewhere than on the page, such as the address of a service.
        given: what the program takes for defined.
    """
    text = page(name)
    for old, new in (replace or {}).items():
        assert old in text
        text = text.replace(old, new)
    defined: dict[str, Any] = {"__name__": name, **given}
    for source in re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        code = compile(
            source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
        pending: object = eval(code, defined)
        if inspect.isawaitable(pending):
            await pending
    return defined


def run_page_without_loop(name: str) -> dict[str, Any]:  # what a program defines
    """Run the blocks of a page that awaits nothing and begins event loops of its own."""
    try:
        run_page(name).send(None)
    except StopIteration as ended:
        defined: dict[str, Any] = ended.value
        return defined
    raise AssertionError(f"{name} awaits something")

"""The page about files and dates: its program runs, and names what there is."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import pytest

from pieces_common import access_token, browsers, dates, mime_types
from pieces_framework import media_types
from tests.common.pages import page, run_page

NAME = "files-and-dates.md"


async def test_what_the_page_says_holds() -> None:
    defined = await run_page(NAME)

    assert defined["error_message"] == "Invalid bearer token"


@pytest.mark.parametrize(
    "module",
    [access_token, browsers, dates, media_types, mime_types],
    ids=lambda module: module.__name__,
)
def test_the_page_names_every_function(module: ModuleType) -> None:
    functions = {
        name
        for name, each in inspect.getmembers(module, inspect.isfunction)
        if each.__module__ == module.__name__ and not name.startswith("_")
    }

    assert functions - set(re.findall(r"\w+", page(NAME))) == set()
    assert functions

"""The promises and their page."""

from __future__ import annotations

import re
from pathlib import Path

from pieces_engine.contract.promises import PROMISES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "contract.md"


def test_each_promise_has_its_row_in_the_reference() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert {name: says for name, says in rows if "-" in name or name == "imports"} == {
        name: promise.says for name, promise in PROMISES.items()
    }


def test_ids_are_in_kebab_case() -> None:
    assert [name for name in PROMISES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []

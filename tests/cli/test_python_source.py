"""Python written by a program."""

from __future__ import annotations

import ast
import subprocess
import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pieces_cli.scaffolding.python_source import import_statement, string_literal

# More of what matters in a literal than a random text would have.
TEXTS = st.text(alphabet=st.one_of(st.sampled_from("\"'\\{}%\n\r\t#"), st.characters()))


@given(TEXTS)
@example('"' * 3 + "'" * 3)
@example("\\")
@example("\ud800")
def test_a_literal_is_the_text_on_one_line(text: str) -> None:
    literal = string_literal(text)

    assert ast.literal_eval(literal) == text
    assert literal.splitlines() == [literal]


@settings(max_examples=15)  # each starts the formatter
@given(st.lists(TEXTS.filter(lambda text: "\ud800" not in text), min_size=100, max_size=100))
@example(['""\'', "''\"", "\"'", "\\'", '\\"', "\x00\x1b\xad\u2028", "é 日本 🍦", "a" * 200])
def test_the_formatter_agrees_with_the_literals(texts: list[str]) -> None:
    source = "".join(f"x = {string_literal(text)}\n" for text in texts)

    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "-"],
        input=source.encode(),
        capture_output=True,
        check=True,
    ).stdout

    assert formatted.decode() == source


def test_an_import_that_just_fits_stays_on_its_line() -> None:
    name = "n" * (100 - len("from .m import "))

    assert import_statement(".m", name) == f"from .m import {name}"
    assert import_statement(".m", name + "n") == f"from .m import (\n    {name}n,\n)"


def test_imported_names_are_sorted_as_isort_sorts_them() -> None:
    names = ["shop_auth", "ShopConnection", "BASE_URL", "A"]

    assert import_statement(".m", *names) == "from .m import BASE_URL, A, ShopConnection, shop_auth"


def test_a_long_import_of_several_names_has_a_line_for_each() -> None:
    assert import_statement("m", "a" * 50, "b" * 50) == (
        f"from m import (\n    {'a' * 50},\n    {'b' * 50},\n)"
    )

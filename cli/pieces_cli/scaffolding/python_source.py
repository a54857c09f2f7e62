"""Python written by a program, in the form that `ruff format` gives it."""

from __future__ import annotations

from typing import Final

LINE_LENGTH: Final = 100
"""Of the workspace template's ruff settings."""


def string_literal(text: str) -> str:
    r"""Return `text` as a string literal on one line.

    >>> print(string_literal('a "b"\n'))
    'a "b"\n'
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_character(each, quote) for each in text) + quote


def import_statement(module: str, name: str, alias: str = "") -> str:
    """Return `from module import name`, wrapped where it is too long for a line.

    >>> print(import_statement(".actions.new_row", "new_row"))
    from pieces_cli.actions.new_row import new_row
    """
    imported = f"{name} as {alias}" if alias else name
    line = f"from {module} import {imported}"
    return line if len(line) <= LINE_LENGTH else f"from {module} import (\n    {imported},\n)"


def _character(character: str, quote: str) -> str:
    if character in {quote, "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]

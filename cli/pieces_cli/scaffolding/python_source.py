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


def import_statement(module: str, *names: str, alias: str = "") -> str:
    """Return `from module import names`, sorted, and wrapped where it is too long for a line.

    >>> print(import_statement("piece_shop.auth", "shop_auth", "ShopConnection"))
    from piece_shop.auth import ShopConnection, shop_auth
    """
    imported = [f"{name} as {alias}" if alias else name for name in sorted(names, key=_rank)]
    line = f"from {module} import {', '.join(imported)}"
    wrapped = "".join(f"    {each},\n" for each in imported)
    return line if len(line) <= LINE_LENGTH else f"from {module} import (\n{wrapped})"


def _rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then all else, as isort's rules want names sorted."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


def _character(character: str, quote: str) -> str:
    if character in {quote, "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]

"""Writes the generated pages of the reference: `python -m docs.generate [--check]`.

A page of a property or an auth says what the class's docstring and keywords say, shows its example
from `docs/examples`, and what that example does when it runs. The pages of rules are made by
`check_pages`, that of the commands by `cli_page`, that of the settings by `settings_page`, that of
the API by `api_page`. With `--check` nothing is written; pages that differ from what would be are
named, and the exit code is 1.
"""

from __future__ import annotations

import builtins
import datetime as dt
import json
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pieces_framework
from pieces_framework import DropdownState, JsonValue, PieceAuth, Property
from pieces_framework.property import PropsDeclaration, properties_of

from . import api_page, check_pages, cli_page, settings_page
from .declared import Keyword, UndocumentedError, description, keywords
from .example import AuthExample, Example, PropertyExample, shown

REFERENCE = Path(__file__).parent / "reference"
_NOTE = "<!-- written by `make docs` from the docstrings and docs/examples; edit those -->"
_CLI_NOTE = "<!-- written by `make docs` from the commands in cli/pieces_cli; edit those -->"
_API_NOTE = "<!-- written by `make docs` from docs/api_page.py and the routes; edit those -->"
_SETTINGS_NOTE = "<!-- written by `make docs` from pieces_server/settings; edit that -->"
_FOLDERS = ("properties", "auth", "checks")
"""The folders below `REFERENCE` in which every page is generated."""
_SHOWN_CHARACTERS = 160
_FUNCTION = "a function from `{}` to {}, `async def` or `def`"
_WORDS = {
    r"OptionsLoader\[.*\]": _FUNCTION.format("PropertyContext", "a `DropdownState`"),
    r"ChildrenLoader\[.*\]": _FUNCTION.format(
        "PropertyContext", "a dict of properties or a `Props` class"
    ),
    r"Validate\[.*\]": _FUNCTION.format("AuthValidationContext", "an `AuthValidation`"),
    r"Identify\[.*\]": _FUNCTION.format("AuthValidationContext", "a `str`"),
    r"type\[(?:RowT|PropsClassT)\]": "a `Props` class",
    r"Mapping\[str, PropertyBase\[Any\]\]": "a dict of properties",
    r"V": "the value of an option",
    r"Sequence\[V\]": "a list of values of options",
}
"""What to call types that only the framework's own code has names for."""
_LOOKED_UP = (builtins.__dict__, typing.__dict__, dt.__dict__, pieces_framework.__all__)
"""Where the names of all other types are."""


def pages() -> dict[Path, str]:
    """Return every page's text by its path."""
    rules = {REFERENCE / "checks" / name: text for name, text in check_pages.pages(_NOTE).items()}
    commands = {REFERENCE / "cli.md": cli_page.page(_CLI_NOTE)}
    api = {REFERENCE / "api.md": api_page.page(_API_NOTE)}
    settings = {REFERENCE / "settings.md": settings_page.page(_SETTINGS_NOTE)}
    return (
        dict([*_pages_of("properties", Property), *_pages_of("auth", PieceAuth)])
        | rules
        | commands
        | settings
        | api
    )


def classes(namespace: type) -> dict[str, type[Any]]:
    """Return the classes that `Property` or `PieceAuth` gathers, by their documented names."""
    return {name: each for name, each in vars(namespace).items() if isinstance(each, type)}


def file_name(name: str) -> str:
    """Return the name of a class's page and example.

    >>> file_name("StaticDropdown"), file_name("OAuth2"), file_name("OIDC")
    ('static_dropdown', 'oauth2', 'oidc')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _pages_of(folder: str, namespace: type) -> Iterator[tuple[Path, str]]:
    rows: list[str] = []
    for name, cls in classes(namespace).items():
        title = f"{namespace.__name__}.{name}"
        example = _example(folder, file_name(name), cls)
        yield REFERENCE / folder / f"{file_name(name)}.md", _page(title, example)
        first = description(cls).partition("\n\n")[0].replace("\n", " ")
        rows.append(f"| [`{title}`]({file_name(name)}.md) | `{cls.kind}` | {first} |")
    table = "\n".join(["| Class | `type` in the metadata | |", "|---|---|---|", *rows])
    title = f"`{namespace.__name__}`: the classes it gathers"
    yield REFERENCE / folder / "README.md", f"# {title}\n\n{_NOTE}\n\n{table}\n"


def _example(folder: str, name: str, cls: type[Any]) -> PropertyExample | AuthExample:
    return AuthExample(name) if folder == "auth" else PropertyExample(name, cls)


def _page(title: str, example: PropertyExample | AuthExample) -> str:
    cls = type(example.declared)
    parts = [
        f"# `{title}`",
        _NOTE,
        description(cls),
        "## Keywords",
        _table("Keyword | Type | Must be given | Meaning", map(_keyword_row, keywords(cls))),
        "## Example",
        f"```python\n{example.source.rstrip()}\n```",
        "## Values",
        _table("Supplied | In a run", _value_rows(example)),
        *_loaded(example),
        "## Metadata",
        _json_block(example.declared.metadata()),
    ]
    return "\n\n".join(parts) + "\n"


def _keyword_row(keyword: Keyword) -> str:
    types = " or ".join(dict.fromkeys(map(_type_words, keyword.types)))
    meaning = keyword.meaning[0].upper() + keyword.meaning[1:]
    return f"`{keyword.name}` | {types} | {'yes' if keyword.required else ''} | {_cell(meaning)}"


def _type_words(text: str) -> str:
    """Return a type in names that a reader can look up.

    Raises:
        UndocumentedError: if one of its names is neither Python's nor the framework's.
    """
    for pattern, words in _WORDS.items():
        if re.fullmatch(pattern, text):
            return words
    plain = re.sub(r"\[(?:Any|AuthT|V)\]", "", text)
    for name in re.findall(r"[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", plain)):
        if not any(name in names for names in _LOOKED_UP):
            raise UndocumentedError(f"the type `{text}` has a name nobody can look up: `{name}`")
    return _code(plain)


def _value_rows(example: Example) -> Iterator[str]:
    for supplied in example.case["supplied"]:
        yield f"{_code(json.dumps(supplied))} | {_code(shown(example.value(supplied)))}"
    if (refusal := example.refusal()) is not None:
        yield f"{_code(json.dumps(example.case['refused']))} | refused: {_cell(_short(refusal))}"


def _loaded(example: PropertyExample | AuthExample) -> Iterator[str]:
    if isinstance(example, AuthExample) or example.loaded is None:
        return
    yield "## What the form is given"
    filled_in = example.case.get("others", {})
    searched = example.case.get("search")
    meanwhile = f"{_code(json.dumps(filled_in))} is filled in"
    meanwhile += f" and the user searches for {_code(json.dumps(searched))}" if searched else ""
    yield f"What the example's loader returns while {meanwhile}:"
    yield _json_block(_loaded_document(example.loaded))


def _loaded_document(loaded: DropdownState[Any] | PropsDeclaration) -> Mapping[str, JsonValue]:
    if isinstance(loaded, DropdownState):
        return loaded.metadata()
    return {name: child.metadata() for name, child in properties_of(loaded).items()}


def _table(head: str, rows: Iterator[str] | map[str]) -> str:
    rule = "|".join("---" for _ in head.split(" | "))
    return "\n".join([f"| {head} |", f"|{rule}|", *(f"| {row} |" for row in rows)])


def _json_block(document: Mapping[str, JsonValue]) -> str:
    return f"```json\n{json.dumps(document, indent=2, ensure_ascii=False)}\n```"


def _code(text: str) -> str:
    return f"`{_cell(_short(text))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name the stale ones; return the exit code."""
    expected = pages()
    present = {path for folder in _FOLDERS for path in (REFERENCE / folder).glob("*")}
    stale = [path for path, text in expected.items() if not _holds(path, text)]
    superfluous = sorted(present - expected.keys())
    if "--check" in arguments:
        for path in [*stale, *superfluous]:
            print(f"{path.relative_to(REFERENCE.parent.parent)} is stale: run `make docs`")
        return 1 if stale or superfluous else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expected[path], encoding="utf-8")
    for path in superfluous:
        path.unlink()
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

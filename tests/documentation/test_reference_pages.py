"""The pages of properties and auth say what the code says, and their examples run."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

from docs import declared, generate
from docs.example import EXAMPLES, AuthExample, PropertyExample
from pieces_framework import PieceAuth, Property

PROPERTIES = generate.classes(Property)
AUTHS = generate.classes(PieceAuth)
KINDS = [("properties", name) for name in PROPERTIES] + [("auth", name) for name in AUTHS]


def example_of(folder: str, name: str) -> PropertyExample | AuthExample:
    stem = generate.file_name(name)
    return AuthExample(stem) if folder == "auth" else PropertyExample(stem, PROPERTIES[name])


@pytest.mark.parametrize(("folder", "name"), KINDS)
def test_the_action_of_an_example_does_what_its_page_is_about(folder: str, name: str) -> None:
    example = example_of(folder, name)

    assert example.result() == example.case["result"]
    assert type(example.declared) is (AUTHS if folder == "auth" else PROPERTIES)[name]


@pytest.mark.parametrize(("folder", "name"), KINDS)
def test_an_example_takes_what_it_shows_and_refuses_what_it_says(folder: str, name: str) -> None:
    example = example_of(folder, name)

    for supplied in example.case["supplied"]:
        example.value(supplied)
    assert example.refusal() or name == "MarkDown"  # which refuses nothing


def test_the_pages_are_those_the_docstrings_and_examples_give() -> None:
    stale = [path.name for path, text in generate.pages().items() if path.read_text() != text]

    assert stale == []


def test_every_property_and_auth_has_a_page_and_an_example_and_no_other() -> None:
    for folder, names in {"properties": PROPERTIES, "auth": AUTHS}.items():
        expected = {generate.file_name(name) for name in names}
        pages = {path.stem for path in (generate.REFERENCE / folder).glob("*.md")}
        examples = {path.stem for path in (EXAMPLES / folder).glob("*.py")}
        cases = {path.stem for path in (EXAMPLES / folder).glob("*.json")}
        assert pages - {"README"} == examples - {"__init__"} == cases == expected


def test_a_changed_docstring_makes_its_page_stale(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(generate, "REFERENCE", tmp_path / "docs" / "reference")
    assert generate.main([]) == 0
    monkeypatch.setattr(Property.Color, "__doc__", "A dye.")

    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "docs/reference/properties/color.md is stale: run `make docs`",
        "docs/reference/properties/README.md is stale: run `make docs`",
    ]


def test_a_page_of_no_class_is_superfluous(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    reference = tmp_path / "docs" / "reference"
    monkeypatch.setattr(generate, "REFERENCE", reference)
    assert generate.main([]) == 0
    (reference / "auth" / "passkey.md").write_text("# Passkey\n")

    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/reference/auth/passkey.md is stale: run `make docs`\n"
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_the_examples_in_the_generator_s_docstrings_hold() -> None:
    assert doctest.testmod(generate) == (0, 1)


class Undocumented:
    """A class with a keyword that is explained nowhere."""

    def __init__(self, *, purpose: str) -> None:
        self.purpose = purpose


class Explained(Undocumented):
    """A class that explains its base's keyword.

    Args:
        purpose: what it
            is for.

    Raises:
        ValueError: never.
    """


def test_a_keyword_without_a_docstring_gets_no_page() -> None:
    with pytest.raises(declared.UndocumentedError, match="`purpose` of `Undocumented`"):
        declared.keywords(Undocumented)


@pytest.mark.parametrize("cls", [Explained])
def test_a_keyword_is_explained_by_the_class_docstring(cls: type[Any]) -> None:
    (keyword,) = declared.keywords(cls)

    assert (keyword.name, keyword.types, keyword.required) == ("purpose", ["str"], True)
    assert keyword.meaning == "what it is for."
    assert declared.description(cls).splitlines()[-2:] == ["Raises:", "    ValueError: never."]

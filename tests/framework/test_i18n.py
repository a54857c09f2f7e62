"""Translations of metadata, and the files they are read from."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pieces_framework import DefinitionError, create_piece
from pieces_framework.i18n import read_texts, read_translations, texts_of, translate

PROPS = {
    "size": {
        "type": "STATIC_DROPDOWN",
        "displayName": "Size",
        "description": "How large",
        "placeholder": "Size",
        "options": {"options": [{"label": "Small", "value": "Small"}]},
    },
    "rows": {"type": "ARRAY", "displayName": "Rows", "properties": {"a": {"displayName": "Size"}}},
}
DOCUMENT: dict[str, Any] = {
    "displayName": "Cones",
    "description": "Cones of all sizes",
    "auth": {
        "displayName": "Login",
        "description": "At the counter",
        "username": {"displayName": "User", "description": "A name"},
        "password": {"displayName": "Word", "description": "A secret"},
        "props": PROPS,
    },
    "actions": {
        "roll": {"name": "roll", "displayName": "Roll", "description": "Rolls", "props": PROPS}
    },
    "triggers": {
        "rolled": {"displayName": "Rolled", "description": "Has rolled", "sampleData": "Rolled"}
    },
}
TRANSLATED = {
    "Cones of all sizes",
    "At the counter",
    "User",
    "A name",
    "Word",
    "A secret",
    "Size",
    "How large",
    "Small",
    "Rows",
    "Roll",
    "Rolls",
    "Rolled",
    "Has rolled",
}


def shouted(document: dict[str, Any]) -> dict[str, Any]:
    return translate(document, {text: text.upper() for text in [*TRANSLATED, "Cones", "Login"]})


def test_texts_are_those_of_the_documented_paths() -> None:
    assert texts_of(DOCUMENT) == {text: text for text in TRANSLATED}


def test_translating_changes_the_documented_paths_and_nothing_else() -> None:
    before = deepcopy(DOCUMENT)

    translated = shouted(DOCUMENT)

    size = translated["actions"]["roll"]["props"]["size"]
    assert size["displayName"] == "SIZE"
    assert size["options"] == {"options": [{"label": "SMALL", "value": "Small"}]}
    assert size["placeholder"] == "Size"
    assert translated["displayName"] == "Cones"
    assert translated["auth"]["displayName"] == "Login"
    assert translated["auth"]["username"] == {"displayName": "USER", "description": "A NAME"}
    assert translated["auth"]["props"]["size"] == size
    assert translated["actions"]["roll"]["props"]["rows"]["properties"] == {
        "a": {"displayName": "Size"}
    }
    assert translated["actions"]["roll"]["name"] == "roll"
    assert translated["triggers"]["rolled"] == {
        "displayName": "ROLLED",
        "description": "HAS ROLLED",
        "sampleData": "Rolled",
    }
    assert before == DOCUMENT


def test_each_of_several_auths_is_translated() -> None:
    document = {"auth": [{"description": "Roll"}, {"username": {"displayName": "Word"}}, None]}

    assert shouted(document) == {
        "auth": [{"description": "ROLL"}, {"username": {"displayName": "WORD"}}, None]
    }


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"description": None, "auth": None, "actions": None}, id="nulls"),
        pytest.param({"description": 3, "actions": {"roll": None}, "triggers": 4}, id="others"),
        pytest.param({"actions": {"roll": {"props": {"size": {"options": []}}}}}, id="no-options"),
        pytest.param({"description": ["Roll"], "actions": 7}, id="lists"),
    ],
)
def test_documents_of_other_shapes_stay_as_they_are(document: dict[str, Any]) -> None:
    assert shouted(document) == document
    assert texts_of(document) == {}


def test_long_text_is_found_by_its_first_512_characters() -> None:
    text = "x" * 511 + "yz"

    assert translate({"description": text}, {text[:512]: "kurz"}) == {"description": "kurz"}
    assert texts_of({"description": text}) == {text[:512]: text}


def test_characters_are_counted_as_javascript_does() -> None:
    text = "🍦" * 256 + "x"

    assert texts_of({"description": text}) == {"🍦" * 256: text}


@pytest.mark.parametrize("texts", [{}, {"Roll": ""}], ids=["missing", "empty"])
def test_text_without_a_translation_stays_english(texts: dict[str, str]) -> None:
    assert translate({"description": "Roll"}, texts) == {"description": "Roll"}


def write(folder: Path, name: str, content: str) -> None:
    (folder / "i18n").mkdir(exist_ok=True)
    (folder / "i18n" / name).write_text(content)


def test_translations_are_read_by_locale_but_the_source_is_none(tmp_path: Path) -> None:
    write(tmp_path, "de.json", '\ufeff{"Roll": "Rollen"}')
    write(tmp_path, "zh-TW.json", "{}")
    write(tmp_path, "translation.json", '{"Roll": "Roll"}')

    assert read_translations(tmp_path) == {"de": {"Roll": "Rollen"}, "zh-TW": {}}
    assert read_texts(tmp_path, "de") == {"Roll": "Rollen"}


def test_piece_without_translations_has_none(tmp_path: Path) -> None:
    assert read_translations(tmp_path) == {}
    assert read_texts(tmp_path, "de") == {}


def test_locale_never_names_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"Roll": "x"}')
    (tmp_path / "i18n").mkdir()

    assert read_texts(tmp_path, "../secret") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("{", "cannot be read as JSON", id="no-json"),
        pytest.param("[]", "must hold one object", id="a-list"),
        pytest.param('{"Roll": 3}', "the translation of 'Roll' is not text", id="a-number"),
        pytest.param("[" * 100_000, "it nests too deeply", id="deep"),
    ],
)
def test_broken_files_are_all_named_at_once(tmp_path: Path, content: str, said: str) -> None:
    write(tmp_path, "de.json", content)
    write(tmp_path, "fr.json", content)

    with pytest.raises(DefinitionError) as caught:
        read_translations(tmp_path)

    assert len(caught.value.problems) == 2
    for problem, locale in zip(caught.value.problems, ("de", "fr"), strict=True):
        assert str(tmp_path / "i18n" / f"{locale}.json") in problem
        assert said in problem


PIECE = """
from pieces_framework import create_piece

cone = create_piece(
    display_name="Cone", description="Crisp", logo_url="", actions=[], triggers=[]
)
"""


def make_piece(folder: Path) -> Any:
    path = folder / "cone.py"
    names: dict[str, Any] = {"__file__": str(path), "create_piece": create_piece}
    exec(compile(PIECE, path, "exec"), names)
    return names["cone"]


def test_metadata_of_a_locale_is_read_beside_the_piece(tmp_path: Path) -> None:
    write(tmp_path, "de.json", json.dumps({"Crisp": "Knusprig", "Cone": "Waffel"}))
    piece = make_piece(tmp_path)

    german = piece.metadata(locale="de")

    assert german == {**piece.metadata(), "description": "Knusprig"}
    assert piece.metadata(locale="fr") == piece.metadata()


def test_metadata_of_a_broken_locale_names_its_file(tmp_path: Path) -> None:
    write(tmp_path, "de.json", "{")

    with pytest.raises(DefinitionError, match=r"de\.json"):
        make_piece(tmp_path).metadata(locale="de")

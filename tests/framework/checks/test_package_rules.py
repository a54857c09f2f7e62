"""The rules about the project file, dependencies, translations and metadata, case by case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pieces_framework import JsonValue
from pieces_framework.checks import check
from pieces_framework.checks import leftovers as leftovers_module
from tests.support.checked import found, found_in, small_files, small_metadata

PROJECT = small_files()["pyproject.toml"].decode()
ODD_OPTIONS: JsonValue = {"options": {"options": [1, {"label": "Small"}]}}
BOTH = ["undeclared-dependency", "unused-dependency"]
TEMPLATES = Path(__file__).parents[3] / "templates"


def found_in_project(pattern: str, replacement: str) -> list[str]:
    """Check the small piece with its project file changed; return the rules."""
    changed, count = re.subn(pattern, replacement, PROJECT)
    assert count == 1
    return [rule for rule, _, _ in found(**{"pyproject.toml": changed})]


def found_in_metadata(**changed: JsonValue) -> list[str]:
    """Check the small piece with its metadata changed; return the rules."""
    return [each.rule for each in check(small_files(), {**small_metadata(), **changed})]


def action(**changed: JsonValue) -> dict[str, JsonValue]:
    """Return the small piece's actions with the one there is changed."""
    actions: Any = small_metadata()["actions"]  # known to be an object of objects
    return {"get_flavor": {**actions["get_flavor"], **changed}}


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ("", ["entry-point"]),
        ("gelato = 5", ["entry-point"]),
        ('gelato = "piece_gelato"', ["entry-point", "object-name"]),
        ('gelato = "piece_gelato:gelato.x"', ["entry-point", "object-name"]),
        ('gelato = "piece_gelato.nothing:gelato"', ["entry-point"]),
        ('gelato = "piece_gelato:gelato"\\nsorbet = "piece_gelato:gelato"', ["entry-point"]),
        ('gelato = "piece_gelato.new_flavor:gelato"', ["entry-point"]),
    ],
)
def test_entry_points(entry: str, rules: list[str]) -> None:
    assert found_in_project(r"gelato = .*", entry) == rules


@pytest.mark.parametrize(
    ("key", "name", "bound"),
    [
        ("class", "piece_class", "class_"),
        ("3cx", "piece_3cx", "piece_3cx"),
        ("google-drive", "piece_google_drive", "google_drive"),
    ],
)
def test_names_that_pieces_create_makes_are_taken(key: str, name: str, bound: str) -> None:
    files = {
        "pyproject.toml": PROJECT.replace("piece-gelato", f"piece-{key}")
        .replace("gelato = ", f"{key} = ")
        .replace("piece_gelato:gelato", f"{name}:{bound}")
        .encode(),
        f"{name}/__init__.py": f"from .piece import {bound}\n".encode(),
        f"{name}/py.typed": b"",
    }

    rules = {each.rule for each in check(files)}

    assert rules == {"readme-missing", "changelog-missing", "tests-missing"}


def test_module_that_cannot_be_read_may_have_the_object() -> None:
    rules = found(**{"piece_gelato/__init__.py": "from ("})

    assert [rule for rule, _, _ in rules] == ["syntax-error"]


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ('version = "1.0"', ["version-form"]),
        ("version = 1", ["version-form"]),
        ('dynamic = ["version"]', ["version-form"]),
        ('version = "10.1.0"', ["changelog-version"]),
        ('version = "0.1"', ["version-form"]),
    ],
)
def test_versions(line: str, rules: list[str]) -> None:
    assert found_in_project(r"version = .*", line) == rules


@pytest.mark.parametrize(
    ("specifier", "is_found"),
    [
        (">=3.11", False),
        ("~=3.12", False),
        ("<4,>=3.13", False),
        ("", True),
        ("<4", True),
        (">3", True),
        ("==3.*", True),
        (">=3.10", True),
    ],
)
def test_oldest_python(specifier: str, *, is_found: bool) -> None:
    rules = found_in_project(r"requires-python = .*", f'requires-python = "{specifier}"')

    assert rules == (["requires-python"] if is_found else [])


@pytest.mark.parametrize(
    ("pattern", "replacement", "rules"),
    [
        pytest.param(r"requires = .*", 'requires = "hatchling"', ["build-system"], id="no-list"),
        pytest.param(r"\[build-system\]\n.*\n.*\n", "", ["build-system"], id="no-table"),
        pytest.param(r"(?s)\[project\].*", "", ["project-file"], id="no-project"),
        pytest.param("~=0.1.0(?=.,\n\\])", "===0.1.0", ["pinned-requirement"], id="arbitrary"),
        pytest.param(r"name = .*", "name = 5", [], id="odd-name"),
        pytest.param(r"license = .*", "license.file = 'L'", [], id="licence-table"),
    ],
)
def test_project_file(pattern: str, replacement: str, rules: list[str]) -> None:
    assert found_in_project(pattern, replacement) == rules


@pytest.mark.parametrize(
    ("code", "dependencies", "rules"),
    [
        pytest.param("import yaml\n", ["PyYAML>=6"], [], id="table"),
        pytest.param("import dateutil.parser\n", ["python-dateutil"], [], id="table-prefix"),
        pytest.param("import cv2\n", ["opencv-python-headless"], [], id="headless"),
        pytest.param("import Foo_Bar\n", ["foo.bar"], [], id="normalised"),
        pytest.param("import hubspot\n", ["hubspot-api-client"], [], id="a-word-of-it"),
        pytest.param("import acme\n", ["acmesdk>=1"], [], id="a-part-of-it"),
        pytest.param("import mailer_x\n", ["pymailer"], [], id="a-py-before-it"),
        pytest.param("from google.cloud import x\n", ["google-cloud-pubsub"], [], id="namespace"),
        pytest.param("from google import x\n", ["google-genai"], [], id="top-of-a-namespace"),
        pytest.param("import pydantic\n", [], [], id="comes-with-the-framework"),
        pytest.param("import unknowable\n", ["mystery"], [], id="may-be-that-one"),
        pytest.param("import requests\n", ["mystery"], BOTH, id="surely-not-that-one"),
        pytest.param("import yaml\n", ["jaml"], BOTH, id="nor-that-one"),
        pytest.param("import piece_sorbet\n", [], ["other-piece"], id="other-piece"),
        pytest.param(
            "import importlib\nimportlib.import_module('piece_slack.api')\n",
            [],
            ["other-piece"],
            id="other-piece-by-importlib",
        ),
        pytest.param("x = __import__('piece_slack')\n", [], ["other-piece"], id="by-dunder"),
        pytest.param(
            "import importlib\nimportlib.import_module('.a', 'piece_slack')\n", [], [], id="own"
        ),
        pytest.param("__import__(name)\n__import__()\n", [], [], id="computed"),
        pytest.param("import pieces_engine\n", [], ["undeclared-dependency"], id="engine"),
        pytest.param("from pieces_server import x\n", [], ["undeclared-dependency"], id="server"),
        pytest.param("import pieces_other\n", [], ["undeclared-dependency"], id="a-like-word"),
        pytest.param("import pymongo\nimport bson\n", ["pymongo"], [], id="brought-along"),
        pytest.param("import bson\n", [], ["undeclared-dependency"], id="not-brought-along"),
        pytest.param("import tests.data\n", [], [], id="own-folder"),
        pytest.param("from . import auth\nfrom .auth import x\n", [], [], id="relative"),
        pytest.param("import os.path, sys\n", [], [], id="standard-library"),
        pytest.param("", ["types-PyYAML", "tzdata", "pandas-stubs"], [], id="not-imported"),
        pytest.param("", ["stripe ; python_version < '3.12'"], ["unused-dependency"], id="marker"),
        pytest.param(
            "try:\n    import orjson\nexcept (ValueError, ImportError):\n    import ujson\n",
            [],
            [],
            id="optional",
        ),
        pytest.param(
            "try:\n    import orjson\nexcept KeyError:\n    pass\n",
            [],
            ["undeclared-dependency"],
            id="another-error-caught",
        ),
        pytest.param(
            "import typing\nif typing.TYPE_CHECKING:\n    import pandas\n", [], [], id="types-only"
        ),
        pytest.param("def f():\n    import stripe\n", ["stripe"], [], id="in-a-function"),
    ],
)
def test_dependencies(code: str, dependencies: list[str], rules: list[str]) -> None:
    assert [rule for rule, _ in found_in(code, *dependencies)] == rules


def test_requirement_that_is_written_in_another_way_is_placed_at_the_list() -> None:
    escaped = r"stripe\u003e=11"

    assert found_in("", escaped) == [("unused-dependency", 10)]


def test_dependency_of_an_extra_is_declared() -> None:
    extra = PROJECT + '\n[project.optional-dependencies]\nfast = ["orjson"]\nbroken = 5\n'

    assert found(**{"pyproject.toml": extra, "piece_gelato/api.py": "import orjson\n"}) == []


def test_dependencies_that_are_no_list_ask_for_nothing() -> None:
    rules = found_in_project(r"dependencies = \[[^]]*\]", "dependencies = 5")

    assert set(rules) == {"undeclared-dependency"}


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b'{"New Flavor": 1}', b"5", b'{"a": NaN}', b"[" * 90_000]
)
def test_translations_that_cannot_be_read(content: bytes) -> None:
    assert [each[0] for each in found(**{"piece_gelato/i18n/de.json": content})] == [
        "translation-unreadable"
    ]


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("german.json", True),
        ("DE.json", True),
        ("de.yaml", True),
        ("de.JSON", True),
        ("de.json", False),
        ("zh-TW.json", False),
        ("pt_BR.json", False),
        ("translation.json", False),
        ("README.md", False),
        ("__init__.py", False),
        ("LICENSE", False),
    ],
)
def test_names_of_translations(name: str, *, is_found: bool) -> None:
    path = f"piece_gelato/i18n/{name}"

    rules = [rule for rule, at, _ in found(**{path: "{}"}) if at == path]

    assert ("translation-misplaced" in rules) is is_found


def test_source_of_a_translation_may_be_beside_it() -> None:
    changed = {"piece_gelato/i18n/de.json": "{}", "piece_gelato/i18n/de.po": ""}

    assert [rule for rule, _, _ in found(**changed)] == ["translation-missing"]


def test_text_that_is_translated_twice_is_found() -> None:
    content = '{"New Flavor": "Neue Sorte", "New Flavor": "Neues Eis"}'

    (_, finding) = check(small_files(**{"piece_gelato/i18n/de.json": content}), small_metadata())

    assert (finding.rule, finding.message) == (
        "translation-unused",
        "there are several translations of 'New Flavor'",
    )


def test_long_lists_of_texts_are_cut() -> None:
    (finding,) = check(small_files(**{"piece_gelato/i18n/de.json": "{}"}), small_metadata())

    assert finding.message.startswith("no translation of 6 of 6 texts: ")
    assert finding.message.endswith(", …")


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("https://", ["logo-address"]),
        ("https://[", ["logo-address"]),
        ("ftp://gelato.shop/logo.png", ["logo-address"]),
        ("https://gelato.shop/logo", []),
        ("https://gelato.shop/logo.svg#dark", []),
        ("https://logo.example.com/logo.png", ["example-address"]),
        (None, ["logo-address"]),
    ],
)
def test_logos(address: str | None, rules: list[str]) -> None:
    assert found_in_metadata(logoUrl=address) == rules


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({"description": 5}, ["description-missing"], id="description-no-text"),
        pytest.param({"displayName": " Get"}, ["display-name-form"], id="blank-before"),
        pytest.param({"displayName": "get it"}, ["display-name-form"], id="no-capital"),
        pytest.param({"displayName": None}, [], id="no-display-name"),
        pytest.param({"props": {"a": {}, "b-c": {}}}, ["prop-name"], id="hyphen"),
        pytest.param({"props": {"a": ODD_OPTIONS}}, [], id="odd-options"),
        pytest.param({"props": {"a": {"options": 1}}}, [], id="odd-state"),
        pytest.param({"props": 5}, [], id="odd-props"),
    ],
)
def test_texts_of_an_action(changed: dict[str, JsonValue], rules: list[str]) -> None:
    assert found_in_metadata(actions=action(**changed)) == rules


def test_documented_names_of_the_custom_api_call_are_left_alone() -> None:
    (given,) = action(props={"queryParams": {}, "followRedirects": {}, "extraRows": {}}).values()
    metadata = {**small_metadata(), "actions": {"custom_api_call": given}}

    findings = check(small_files(), metadata)

    named = [each.message for each in findings if each.rule == "prop-name"]
    assert [message.split(" is ")[0] for message in named] == [
        "the property `extraRows` of `custom_api_call`"
    ]


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("cupSize", "; write `cup_size`"),
        ("Cup-Size", "; write `cup_size`"),
        ("HTTPStatus2", "; write `http_status2`"),
        ("Auth", ""),  # nothing may be called `auth`
        ("tazza_più", ""),
        ("3d", ""),
    ],
)
def test_better_name_is_proposed_where_there_is_one(name: str, proposed: str) -> None:
    metadata = {**small_metadata(), "actions": action(props={name: {}})}

    (finding,) = check(small_files(), metadata)

    assert finding.message == f"the property `{name}` of `get_flavor` is not snake_case{proposed}"


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("get_flavor", "; write 'Get Flavor'"),
        (" list iOS apps ", "; write 'List iOS Apps'"),
        ("__", ""),
    ],
)
def test_title_is_proposed_for_a_display_name(name: str, proposed: str) -> None:
    metadata = {**small_metadata(), "actions": action(displayName=name)}

    (finding,) = check(small_files(), metadata)

    said = f"the display name of the action `get_flavor` is {name!r}"
    assert finding.message == said + proposed


def test_manual_trigger_needs_no_sample_data() -> None:
    manual: dict[str, JsonValue] = {
        "displayName": "By Hand",
        "description": "Starts when somebody asks for it",
        "type": "MANUAL",
    }

    assert found_in_metadata(triggers={"new_flavor": manual}) == []


def test_property_that_names_itself_is_placed_at_its_declaration() -> None:
    code = "\n\n\nclass P(Props):\n    from_ = Property.ShortText(name='From')\n    b: int = 1\n"
    files = small_files(**{"piece_gelato/api.py": code})

    places = {
        (each.path, each.line)
        for each in check(files, {**small_metadata(), "actions": action(props={"From": {}})})
    }

    assert places == {("piece_gelato/api.py", 5)}


def test_property_of_a_dict_is_placed_at_its_key() -> None:
    code = "PROPS = {\n    **more,\n    'From': Property.ShortText(),\n}\n"
    files = small_files(**{"piece_gelato/api.py": code})

    places = {
        (each.path, each.line)
        for each in check(files, {**small_metadata(), "actions": action(props={"From": {}})})
    }

    assert places == {("piece_gelato/api.py", 3)}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("API_URL = 'https://api.example.org'", True),
        ("HOST: str = 'https://gelato.invalid/v1'", True),
        ("EXAMPLE_URL = 'https://example.com'", False),
        ("API_URL = 'https://['", False),
        ("API_URL = base()", False),
        ("API_URL: str", False),
    ],
)
def test_addresses_for_examples(line: str, *, is_found: bool) -> None:
    assert found_in(f"{line}\n") == ([("example-address", 1)] if is_found else [])


def test_what_is_left_of_a_template_is_what_the_templates_write() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*") if path.is_file()
    )

    texts = [text for text in leftovers_module.TEXTS if "cookiecutter" not in text]
    assert texts
    assert [text for text in texts if text not in written] == []

"""`pieces i18n extract` and `pieces i18n check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pieces_framework.checks import check
from pieces_framework.checks.translations import is_locale
from tests.support.plain_pieces import write_piece, write_workspace
from tests.support.scaffolding import made, pieces, snapshot

TEXTS = {"Make": "Make", "Makes one.": "Makes one."}
GERMAN = {"Make": "Machen", "Makes one.": "Macht eines."}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_workspace(tmp_path / "workspace")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def folder(workspace: Path) -> Path:
    """The `i18n` folder of a piece that has two texts, not yet made."""
    return write_piece(workspace / "pieces/custom/gelato") / "i18n"


def write(path: Path, texts: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(texts), encoding="utf-8")
    return path


def read(path: Path) -> Any:  # whatever the file holds
    return json.loads(path.read_text("utf-8"))


def test_extracting_writes_the_english_texts_in_the_order_of_the_metadata(folder: Path) -> None:
    result = made("i18n", "extract")

    assert list(read(folder / "translation.json").items()) == list(TEXTS.items())
    assert result.stdout == (
        "pieces/custom/gelato/piece_gelato/i18n/translation.json: written, 2 of 2 texts\n"
    )


def test_extracting_again_changes_no_byte(folder: Path) -> None:
    made("i18n", "extract", "--locale", "de")
    before = snapshot(folder)

    result = made("i18n", "extract", "--locale", "de")

    assert snapshot(folder) == before
    assert result.stdout.count(": unchanged, ") == 2


def test_the_file_of_a_new_locale_has_each_text_untranslated(folder: Path) -> None:
    made("i18n", "extract", "--locale", "de", "--locale", "zh-TW")

    untranslated = dict.fromkeys(TEXTS, "")
    assert read(folder / "de.json") == read(folder / "zh-TW.json") == untranslated


def test_a_locale_keeps_what_is_translated_and_names_what_the_piece_lost(folder: Path) -> None:
    path = write(folder / "de.json", {"Old": "Alt", "Gone": "", "Make": "Machen"})

    result = made("i18n", "extract", "--locale", "de")

    assert list(read(path).items()) == [
        ("Make", "Machen"),
        ("Makes one.", ""),
        ("Old", "Alt"),
    ]
    assert "de.json: written, 1 of 2 texts\n" in result.stdout
    assert "note: the piece does not have 'Old' any more; its translation is kept" in result.stdout


def test_an_untranslated_text_is_shown_in_english_and_found_as_missing(folder: Path) -> None:
    made("i18n", "extract", "--locale", "de")

    result = made("i18n", "check")

    assert "de.json: warning: no translation of 2 of 2 texts" in result.stdout


def test_a_text_twice_in_a_file_is_refused_before_one_is_dropped(folder: Path) -> None:
    folder.mkdir()
    (folder / "de.json").write_text('{"Make": "a", "Make": "b"}')
    before = snapshot(folder)

    result = pieces("i18n", "extract", "--locale", "de")

    assert result.exit_code == 65
    assert "de.json` has 'Make' more than once\nhint: " in result.stderr
    assert snapshot(folder) == before


def test_if_one_piece_fails_nothing_is_written(folder: Path, workspace: Path) -> None:
    broken = write_piece(workspace / "pieces/custom/sorbet")
    (broken / "__init__.py").write_text("raise RuntimeError")

    result = pieces("i18n", "extract")

    assert result.exit_code == 65
    assert not folder.exists()


def test_half_a_character_at_the_end_of_a_key_is_written_escaped(workspace: Path) -> None:
    long = "x" * 511 + "😀" + "y"
    package = write_piece(workspace / "pieces/custom/gelato", description=long)

    made("i18n", "extract", "gelato")

    assert read(package / "i18n/translation.json")["x" * 511 + "\ud83d"] == long


@pytest.mark.parametrize("locale", ["de", "zh-TW", "sr-Latn-RS", "german", "DE", "", "de_"])
def test_a_locale_is_one_that_the_rules_accept(locale: str) -> None:
    files = {
        "pyproject.toml": b'[project]\nname = "piece-x"\n',
        "piece_x/__init__.py": b"",
        f"piece_x/i18n/{locale}.json": b"{}",
    }
    misplaced = any(each.rule == "translation-misplaced" for each in check(files))

    assert is_locale(locale) is not misplaced


@pytest.mark.parametrize("locale", ["../../secrets", "german"])
def test_what_is_no_locale_is_refused(locale: str, folder: Path) -> None:
    result = pieces("i18n", "extract", "--locale", locale)

    assert result.exit_code == 2
    assert not folder.exists()


def test_a_complete_piece_is_checked_without_a_finding(folder: Path) -> None:
    write(folder / "translation.json", TEXTS)
    write(folder / "de.json", GERMAN)

    assert made("i18n", "check", "gelato").stdout == "1 checked, 0 with errors\n"


def test_english_texts_that_the_piece_does_not_say_are_an_error(folder: Path) -> None:
    write(folder / "translation.json", {"Make": "Make", "Mix": "Mix"})

    result = pieces("i18n", "check")

    assert result.exit_code == 65
    place = "pieces/custom/gelato/piece_gelato/i18n/translation.json"
    said = "the file is not what the piece says (new texts: 1, gone: 1)"
    assert result.stdout.splitlines() == [
        f"{place}: error: {said} [translation-stale]",
        "  hint: `pieces i18n extract` writes it anew",
        "1 checked, 1 with errors",
    ]


@pytest.mark.parametrize("name", ["de", "translation"])
def test_a_file_that_is_no_object_of_texts_is_an_error(name: str, folder: Path) -> None:
    write(folder / f"{name}.json", ["Make"])

    result = pieces("i18n", "check")

    assert result.exit_code == 65
    assert f"i18n/{name}.json: error: the file " in result.stdout


def test_only_the_rules_about_translations_are_asked(folder: Path) -> None:
    write(folder.parents[1] / "i18n/de.json", GERMAN)

    document = json.loads(made("i18n", "check", "--json").stdout)

    assert [each["rule"] for each in document["problems"]] == ["translation-misplaced"]
    assert document["problems"][0]["path"] == "pieces/custom/gelato/i18n/de.json"


def test_a_piece_that_fails_does_not_hide_the_findings_of_others(
    folder: Path, workspace: Path
) -> None:
    broken = write_piece(workspace / "pieces/custom/affogato")
    (broken / "__init__.py").write_text("1 / 0")
    write(folder / "de.json", {})

    result = pieces("i18n", "check")

    assert result.exit_code == 65
    assert "no translation of 2 of 2 texts" in result.stdout
    assert "error: `affogato`: importing `piece_affogato` raised" in result.stderr


def test_for_a_program_extraction_is_a_document(folder: Path) -> None:
    write(folder / "de.json", {"Old": "Alt"})

    document = json.loads(made("i18n", "extract", "--locale", "de", "--json").stdout)

    place = "pieces/custom/gelato/piece_gelato/i18n"
    assert document["data"]["files"] == [
        {
            "path": f"{place}/translation.json",
            "changed": True,
            "texts": 2,
            "translated": 2,
            "unused": [],
        },
        {
            "path": f"{place}/de.json",
            "changed": True,
            "texts": 2,
            "translated": 0,
            "unused": ["Old"],
        },
    ]
    assert [each["rule"] for each in document["problems"]] == ["translation-unused"]

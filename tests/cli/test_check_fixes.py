"""`pieces check --fix`: each correction takes its finding away and touches nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docs.check_examples import piece
from pieces_cli.checking.fixes import FIXES, correct
from pieces_framework.checks import Finding, check
from tests.support.checked import small_files, small_metadata
from tests.support.scaffolding import pieces, snapshot

PROJECT = piece()[0]["pyproject.toml"]
INIT = piece()[0]["piece_gelato/__init__.py"]


def without(text: str, beginning: str) -> str:
    """Take the lines away that begin so."""
    lines = text.splitlines(keepends=True)
    assert any(line.startswith(beginning) for line in lines)
    return "".join(line for line in lines if not line.startswith(beginning))


def found(rule: str, files: dict[str, bytes]) -> list[Finding]:
    return [each for each in check(files, small_metadata()) if each.rule == rule]


NO_BUILD_SYSTEM = PROJECT.partition("[project]")
IGNORED = '"""A module."""\n\n{}\n'
CASES = [
    pytest.param(
        "build-system",
        {"pyproject.toml": "".join(NO_BUILD_SYSTEM[1:])},
        {
            "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n'
            'build-backend = "hatchling.build"\n\n' + "".join(NO_BUILD_SYSTEM[1:])
        },
        id="build-system",
    ),
    pytest.param(
        "requires-python",
        {"pyproject.toml": PROJECT.replace(">=3.11", ">=3.9,<4")},
        {"pyproject.toml": PROJECT.replace(">=3.11", ">=3.11,<4")},
        id="requires-python too old",
    ),
    pytest.param(
        "requires-python",
        {"pyproject.toml": without(PROJECT, "requires-python")},
        {"pyproject.toml": PROJECT},
        id="requires-python missing",
    ),
    pytest.param("py-typed", {"piece_gelato/py.typed": None}, {}, id="py-typed"),
    pytest.param(
        "changelog-missing",
        {"CHANGELOG.md": None},
        {"CHANGELOG.md": "# Changelog\n\n## 0.1.0\n"},
        id="changelog-missing",
    ),
    pytest.param(
        "changelog-version",
        {"CHANGELOG.md": "# Changelog\r\n\r\nOf gelato.\r\n\r\n## [0.0.9] - 2026-01-01\r\n"},
        {
            "CHANGELOG.md": "# Changelog\r\n\r\nOf gelato.\r\n\r\n"
            "## 0.1.0\r\n\r\n## [0.0.9] - 2026-01-01\r\n"
        },
        id="changelog-version",
    ),
    pytest.param(
        "changelog-version",
        {"CHANGELOG.md": "# Changelog\n\n```\n## 9.9.9\n```\n\n## 0.0.9\n"},
        {"CHANGELOG.md": "# Changelog\n\n```\n## 9.9.9\n```\n\n## 0.1.0\n\n## 0.0.9\n"},
        id="changelog-version below a block of code",
    ),
    pytest.param(
        "translation-misplaced",
        {"i18n/de.json": "{}"},
        {"i18n/de.json": None, "piece_gelato/i18n/de.json": "{}"},
        id="translation-misplaced",
    ),
    pytest.param(
        "unused-ignore",
        {"piece_gelato/a.py": IGNORED.format("x = 1  # pieces: ignore[print-call] -- it is meant")},
        {"piece_gelato/a.py": IGNORED.format("x = 1")},
        id="ignore with its reason",
    ),
    pytest.param(
        "unused-ignore",
        {"piece_gelato/a.py": IGNORED.format("print(1)  # pieces: ignore[nothing, print-call]")},
        {"piece_gelato/a.py": IGNORED.format("print(1)  # pieces: ignore[print-call]")},
        id="one of two ignored rules",
    ),
    pytest.param(
        "unused-ignore",
        {"piece_gelato/a.py": IGNORED.format("x = 1  # noqa: X1  # pieces: ignore[a]  # more")},
        {"piece_gelato/a.py": IGNORED.format("x = 1  # noqa: X1  # more")},
        id="ignore between other comments",
    ),
    pytest.param(
        "unused-ignore",
        {"piece_gelato/a.py": IGNORED.format("# pieces: ignore[a, b]\nx = 1")},
        {"piece_gelato/a.py": IGNORED.format("x = 1")},
        id="ignore on a line of its own",
    ),
    pytest.param(
        "unused-ignore",
        {"piece_gelato/a.py": IGNORED.format("t = '# pieces: ignore[a]'  # pieces: ignore[a]")},
        {"piece_gelato/a.py": IGNORED.format("t = '# pieces: ignore[a]'")},
        id="ignore behind a text like it",
    ),
    pytest.param(
        "unused-ignore",
        {"pyproject.toml": PROJECT.replace('"hatchling"]', '"hatchling"] # pieces: ignore[a]')},
        {"pyproject.toml": PROJECT},
        id="ignore in TOML",
    ),
]


@pytest.mark.parametrize(("rule", "broken", "mended"), CASES)
def test_a_finding_is_corrected_and_nothing_else_changes(
    rule: str, broken: dict[str, str | None], mended: dict[str, str | None]
) -> None:
    files = small_files(**broken)
    assert found(rule, files)

    corrected = correct(files, small_metadata())

    whole = {"piece_gelato/py.typed": ""} if rule == "py-typed" else {}
    expected = {**broken, **mended, **whole}
    gone = {path for path, text in expected.items() if text is None and path not in piece()[0]}
    kept = {path: text for path, text in expected.items() if path not in gone}
    assert corrected.files == small_files(**kept)
    assert {each.rule for each in corrected.fixed} == {rule}
    assert found(rule, dict(corrected.files)) == []


def test_every_correction_has_a_case() -> None:
    assert {case.values[0] for case in CASES} == set(FIXES)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        pytest.param(
            "requires-python",
            {"pyproject.toml": PROJECT.replace(">=3.11", ">=3.9,<3.11")},
            id="an upper bound of its own",
        ),
        pytest.param(
            "build-system",
            {"pyproject.toml": PROJECT.replace("hatchling", "flit_core")},
            id="another backend",
        ),
        pytest.param(
            "changelog-version",
            {"CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.0.9\n"},
            id="a section that waits for its version",
        ),
        pytest.param(
            "changelog-version",
            {"CHANGELOG.md": "# Changelog\n\n## 0.0.9\n\n## Unreleased\n\n- New.\n"},
            id="such a section below others",
        ),
        pytest.param(
            "changelog-version",
            {"CHANGELOG.md": b"# Changelog\n\n\xff\n\n## 0.0.9\n"},
            id="a changelog that is no text",
        ),
        pytest.param(
            "translation-misplaced",
            {"i18n/de.json": "{", "piece_gelato/i18n/fr.json": "{}"},
            id="a translation that would be an error",
        ),
        pytest.param(
            "unused-ignore",
            {"README.md": "# Gelato\n\n`# pieces: ignore[a]`\n"},
            id="an example in Markdown",
        ),
        pytest.param(
            "unused-ignore",
            {"pyproject.toml": PROJECT + '\n[tool.x]\ny = "# pieces: ignore[a]"\n'},
            id="a text in TOML",
        ),
    ],
)
def test_what_is_not_certain_stays(rule: str, broken: dict[str, str | bytes | None]) -> None:
    files = small_files(**broken)
    assert found(rule, files)

    corrected = correct(files, small_metadata())

    assert corrected.files == files
    assert corrected.fixed == []


def spoil(gelato: Path) -> None:
    (gelato / "CHANGELOG.md").unlink()
    (gelato / "piece_gelato" / "py.typed").unlink()
    (gelato / "i18n").mkdir()
    (gelato / "i18n" / "de.json").write_text("{}")
    init = gelato / "piece_gelato" / "__init__.py"
    init.write_text(init.read_text() + "# pieces: ignore[print-call]\n")


def test_corrections_are_written_and_listed_and_the_rest_is_reported(gelato: Path) -> None:
    before = snapshot(gelato)
    spoil(gelato)

    result = pieces("check", "--fix")

    fixed = [line for line in result.stdout.splitlines() if ": fixed: " in line]
    assert [line.rpartition(" ")[2] for line in fixed] == [
        "[py-typed]",
        "[changelog-missing]",
        "[translation-misplaced]",
        "[unused-ignore]",
    ]
    assert "\n1 piece checked: 4 fixed, 0 errors, " in result.stdout
    written = snapshot(gelato)
    assert written == {
        **before,
        "CHANGELOG.md": b"# Changelog\n\n## 0.0.1\n",
        "i18n": None,
        "piece_gelato/i18n": None,
        "piece_gelato/i18n/de.json": b"{}",
    }


def test_a_second_run_changes_nothing(gelato: Path) -> None:
    spoil(gelato)
    pieces("check", "--fix")
    before = snapshot(gelato)

    result = pieces("check", "--fix", "--json")

    answer: dict[str, Any] = json.loads(result.stdout)
    assert snapshot(gelato) == before
    assert answer["data"]["pieces"][0]["fixed"] == []


def test_the_document_says_what_was_fixed(gelato: Path) -> None:
    (gelato / "piece_gelato" / "py.typed").unlink()

    result = pieces("check", "--fix", "--json")

    answer: dict[str, Any] = json.loads(result.stdout)
    assert answer["data"]["pieces"][0]["fixed"] == [
        {
            "rule": "py-typed",
            "path": "pieces/custom/gelato/piece_gelato/__init__.py",
            "line": None,
            "message": "`piece_gelato` has no `py.typed`",
        }
    ]
    assert "py-typed" not in {each["rule"] for each in answer["problems"]}


def test_a_correction_that_the_disk_refuses_leaves_all_as_it_was(gelato: Path) -> None:
    spoil(gelato)
    (gelato / "piece_gelato" / "i18n").write_text("in the way of the folder")
    before = snapshot(gelato)

    result = pieces("check", "--fix")

    after = snapshot(gelato)
    assert (result.exit_code, after) == (1, before)
    assert "error: cannot write " in result.stderr


def test_a_file_that_is_a_link_is_not_corrected(gelato: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "CHANGELOG.md"
    elsewhere.write_text("# Changelog\n\n## 0.0.0\n")
    (gelato / "CHANGELOG.md").unlink()
    (gelato / "CHANGELOG.md").symlink_to(elsewhere)

    pieces("check", "--fix")

    assert (gelato / "CHANGELOG.md").is_symlink()
    assert elsewhere.read_text() == "# Changelog\n\n## 0.0.0\n"

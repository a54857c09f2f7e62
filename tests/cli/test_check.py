"""`pieces check`: what is found, how it is said, and what a broken piece does to it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pieces_cli.checking.source_tree import MAX_FILE_BYTES, read_source_tree
from pieces_cli.reporting import NO_PIECE
from pieces_framework.checks import RULES, Severity
from tests.support.plain_pieces import write_workspace
from tests.support.scaffolding import add_action, add_trigger, made, pieces, snapshot

INIT = "piece_gelato/__init__.py"


def document(*args: str) -> dict[str, Any]:
    """Run `pieces check --json`; everything else must be on standard error."""
    found: dict[str, Any] = json.loads(pieces("check", "--json", *args).stdout)
    return found


def found(*args: str) -> set[tuple[str, str]]:
    """The errors of `pieces check`, by rule and place."""
    return {
        (each["rule"], f"{each['path']}:{each['line']}")
        for each in document(*args)["problems"]
        if each["severity"] == "error"
    }


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_a_new_piece_has_no_error(gelato: Path) -> None:
    add_action("gelato", "Get Flavor")
    add_trigger("gelato", "New Order", "polling")
    add_trigger("gelato", "Sold", "webhook")

    result = pieces("check")

    assert result.exit_code == 0
    assert "\n1 piece checked: 0 errors, " in result.stdout


@pytest.mark.parametrize("folder", [".", "tests"])
def test_a_finding_is_a_line_that_a_terminal_can_open(
    folder: str, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(gelato / INIT, "\n\ndef show() -> None:\n    eval('1')\n")
    lines = len((gelato / INIT).read_text().splitlines())
    monkeypatch.chdir(gelato / folder)

    result = pieces("check", "gelato")

    shown = INIT if folder == "." else gelato / INIT
    assert (
        f"{shown}:{lines}: warning: `eval` runs text as code [code-from-text]\n"
        "  hint: read data by `json.loads` or `ast.literal_eval`\n"
    ) in result.stdout
    assert result.stdout.startswith("gelato:\n")
    assert result.stdout.count("docs/reference/checks/RULE.md") == 1


def test_a_document_has_paths_from_the_workspace_on_and_leaves_the_report_to_them(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(gelato / INIT, "import nowhere_at_all\n")
    monkeypatch.chdir(gelato / "tests")

    result = pieces("check", "--json")

    paths = {each["path"] for each in json.loads(result.stdout)["problems"]}
    assert f"pieces/custom/gelato/{INIT}" in paths
    assert result.stderr.startswith("1 piece checked: 1 error, ")


def test_a_workspace_without_a_piece_has_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_workspace(tmp_path / "workspace"))

    result = pieces("check")

    assert (result.exit_code, result.stdout) == (0, f"{NO_PIECE}\n")


def test_english_texts_that_were_written_before_the_code_are_stale(gelato: Path) -> None:
    texts = gelato / "piece_gelato" / "i18n" / "translation.json"
    texts.parent.mkdir()
    texts.write_text('{"Old": "Old"}')

    assert (
        "translation-stale",
        "pieces/custom/gelato/piece_gelato/i18n/translation.json:None",
    ) in (found())


def test_a_part_that_nobody_registers_is_found(gelato: Path) -> None:
    before = (gelato / INIT).read_text()
    add_action("gelato", "Get Flavor")
    (gelato / INIT).write_text(before)

    [problem] = [each for each in document()["problems"] if each["rule"] == "part-unregistered"]

    assert problem["message"] == "the piece does not have the action `get_flavor`"
    assert problem["path"].endswith("piece_gelato/actions/get_flavor.py")


def test_pieces_are_reported_each_by_itself_in_their_order(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    append(gelato / INIT, "import nowhere_at_all\n")

    result = pieces("check", "sorbet", "gelato")

    names = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert [name for name in names if name in {"sorbet", "gelato"}] == ["sorbet", "gelato"]
    assert result.exit_code == 65
    assert "\n2 pieces checked: 1 error, " in result.stdout


def test_the_document_counts_what_was_found(gelato: Path) -> None:
    append(gelato / INIT, "import nowhere_at_all\n")

    answer = document()

    assert (answer["schema"], answer["ok"]) == ("pieces.check/1", False)
    [counted] = answer["data"]["pieces"]
    severities = [each["severity"] for each in answer["problems"]]
    assert counted == {
        "piece": "gelato",
        "package": "piece-gelato",
        "path": "pieces/custom/gelato",
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "notes": severities.count("note"),
        "fixed": [],
    }


def test_each_problem_of_a_declaration_is_a_finding(gelato: Path) -> None:
    init = gelato / INIT
    unnamed = 'display_name="", minimum_supported_release="x"'
    init.write_text(init.read_text().replace('display_name="Gelato"', unnamed))

    problems = [each for each in document()["problems"] if each["rule"] == "definition"]

    assert [each["message"].partition(";")[0] for each in problems] == [
        "the piece has no display_name",
        "the piece's minimum_supported_release is 'x'",
    ]
    project = gelato / "pyproject.toml"
    line = project.read_text().splitlines().index('gelato = "piece_gelato:gelato"') + 1
    places = {(each["path"], each["line"]) for each in problems}
    assert places == {("pieces/custom/gelato/pyproject.toml", line)}


def test_what_an_import_raises_is_found_where_it_is_raised(gelato: Path) -> None:
    append(gelato / INIT, "1 / 0\n")
    lines = len((gelato / INIT).read_text().splitlines())

    assert ("definition", f"pieces/custom/gelato/{INIT}:{lines}") in found()


def test_a_syntax_error_is_found_once(gelato: Path) -> None:
    append(gelato / INIT, "def\n")
    lines = len((gelato / INIT).read_text().splitlines())

    assert found() == {("syntax-error", f"pieces/custom/gelato/{INIT}:{lines}")}


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        pytest.param("import os\nos._exit(0)\n", "import-fails", id="exits"),
        pytest.param("import os\nos.abort()\n", "import-fails", id="crashes"),
        pytest.param("import sys\nsys.exit(3)\n", "definition", id="raises SystemExit"),
        pytest.param("import os\nos.write(1, b'hello')\n", "import-prints", id="prints"),
    ],
)
def test_a_piece_that_cannot_be_imported_is_judged_by_its_files_too(
    code: str, rule: str, gelato: Path
) -> None:
    append(gelato / INIT, code)
    (gelato / "piece_gelato" / "more.py").write_text("import piece_sorbet\n")

    rules = {rule for rule, _ in found()}

    assert {rule, "other-piece"} <= rules


def test_a_piece_that_hangs_is_given_up(gelato: Path) -> None:
    append(gelato / INIT, "import time\nwhile True:\n    time.sleep(1)\n")

    result = pieces("check", "--timeout", "0.5")

    assert "was still being imported after 0.5 s [import-fails]\n" in result.stdout
    assert result.exit_code == 65


def test_a_tool_that_an_import_loads_is_found(gelato: Path) -> None:
    append(gelato / INIT, "import pytest\n")

    problems = [each for each in document()["problems"] if each["rule"] == "import-loads-tool"]

    assert [(each["severity"], each["message"]) for each in problems] == [
        ("warning", "importing the piece loads `pytest`")
    ]


def test_a_project_file_that_is_not_toml_is_an_error_that_names_it(gelato: Path) -> None:
    (gelato / "pyproject.toml").write_text("[project\n")

    result = pieces("check")

    assert result.exit_code == 78
    assert f"`{gelato / 'pyproject.toml'}` is not valid TOML" in result.stderr


def test_files_that_are_no_text_are_passed_over(gelato: Path) -> None:
    (gelato / "piece_gelato" / "logo.bin").write_bytes(b"\xff\xfe\x00")
    (gelato / "piece_gelato" / "latin.py").write_bytes(b"x = '\xe9'\n")
    Path(os.fsdecode(bytes(gelato) + b"/piece_gelato/\xff.txt")).write_text("x")

    rules = {rule for rule, _ in found()}

    assert rules == {"syntax-error"}


def test_a_source_tree_holds_what_is_the_piece_and_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "piece_x").mkdir()
    (tmp_path / "piece_x" / "__init__.py").write_text("x = 1\n")
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(MAX_FILE_BYTES * 1000)
    for name in (".git", ".venv", "__pycache__", "dist", "build", ".mypy_cache"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.py").write_text("")

    tree = read_source_tree(tmp_path)

    assert {path: len(content) for path, content in tree.items()} == {
        "huge.bin": MAX_FILE_BYTES,
        "piece_x/__init__.py": 6,
    }


@pytest.mark.parametrize(("settings", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_severities_are_coloured_on_a_terminal(
    settings: dict[str, str], *, is_coloured: bool, gelato: Path
) -> None:
    append(gelato / INIT, "\n\ndef show() -> None:\n    eval('1')\n")
    controller, terminal = pty.openpty()
    ours = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment = {**ours, "TERM": "xterm", **settings}
    command = [sys.executable, "-m", "pieces_cli", "check", "gelato"]

    subprocess.run(command, cwd=gelato, env=environment, stdout=terminal, check=True)

    os.close(terminal)
    said = os.read(controller, 65536).decode()
    os.close(controller)
    assert (": \x1b[33mwarning\x1b[0m: " in said) is is_coloured
    assert ("\x1b" in said) is is_coloured
    assert "[code-from-text]" in said


def test_an_unknown_piece_is_an_error(gelato: Path) -> None:
    result = pieces("check", "sorbet")

    assert result.exit_code == 1
    assert "there are `gelato`" in result.stderr


def test_a_check_changes_nothing(gelato: Path) -> None:
    before = snapshot(gelato)

    pieces("check")

    after = {path: each for path, each in snapshot(gelato).items() if "__pycache__" not in path}
    assert after == before


def test_template_leftovers_are_no_error() -> None:
    assert RULES["template-leftover"].severity is Severity.WARNING

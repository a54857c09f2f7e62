"""The questions, asked at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scaffolding import made
from tests.support.scripted_api import scripted_api
from tests.support.terminal import at_terminal


def test_create_asks_for_all_it_needs(workspace: Path) -> None:
    done = at_terminal(
        "create",
        cwd=workspace,
        answers=[
            ("Enter the piece name: ", "google-drive"),
            ("Enter the package name: [piece-google-drive] ", "@acme/drive"),
            ("Select the piece type: (community, custom) [community] ", "custom"),
        ],
    )

    assert done.returncode == 0
    assert done.stdout == (
        "✨  Done!\nThe piece has been generated at: pieces/custom/google-drive\n"
        "Next:\n  actions create --piece google-drive\n  triggers create --piece google-drive\n"
    )
    project = (workspace / "pieces/custom/google-drive/pyproject.toml").read_text()
    assert 'name = "acme-drive"' in project


def test_an_empty_answer_takes_the_default(workspace: Path) -> None:
    done = at_terminal(
        "create",
        cwd=workspace,
        answers=[
            ("Enter the piece name: ", "gelato"),
            ("Enter the package name: [piece-gelato] ", ""),
            ("Select the piece type: (community, custom) [community] ", ""),
        ],
    )

    assert done.returncode == 0
    assert (workspace / "pieces/community/gelato/pyproject.toml").is_file()


def test_actions_create_asks_for_all_it_needs(gelato: Path) -> None:
    done = at_terminal(
        "actions",
        "create",
        cwd=gelato,
        answers=[
            ("Enter the piece folder name: [gelato] ", ""),
            ("Enter the action display name: ", "Get Flavor"),
            ("Enter the action description: ", "Fetches it."),
        ],
    )

    assert done.returncode == 0
    assert (gelato / "piece_gelato/actions/get_flavor.py").is_file()


def test_triggers_create_asks_for_all_it_needs(gelato: Path) -> None:
    done = at_terminal(
        "triggers",
        "create",
        cwd=gelato,
        answers=[
            ("Enter the piece folder name: ", "gelato"),
            ("Enter the trigger display name: ", "New Flavor"),
            ("Enter the trigger description: ", "Sees it."),
            ("Select the trigger technique: (polling, webhook) [webhook] ", "polling"),
        ],
    )

    assert done.returncode == 0
    text = (gelato / "piece_gelato/triggers/new_flavor.py").read_text()
    assert "create_polling_trigger" in text


def test_create_asks_again_until_the_answer_is_right(gelato: Path) -> None:
    done = at_terminal(
        "create",
        "--type=community",
        cwd=gelato,
        answers=[
            ("Enter the piece name: ", "Gelato"),
            ("Enter the piece name: ", "gelato"),
            ("Enter the piece name: ", " sorbet "),
            ("Enter the package name: [piece-sorbet] ", "a_b"),
            ("Enter the package name: [piece-sorbet] ", "  "),
        ],
    )

    assert done.returncode == 0
    assert "error: invalid piece name: 'Gelato'\n" in done.stderr
    assert "error: piece already exists at `" in done.stderr
    assert "error: invalid package name: 'a_b'\n" in done.stderr
    project = (gelato.parents[1] / "community/sorbet/pyproject.toml").read_text()
    assert 'name = "piece-sorbet"' in project


@pytest.mark.parametrize("group", ["actions", "triggers"])
def test_a_part_is_asked_for_again_until_the_answer_is_right(group: str, gelato: Path) -> None:
    made("create", "--name", "sorbet")
    part = group[:-1]

    done = at_terminal(
        group,
        "create",
        cwd=gelato.parent,
        answers=[
            ("The pieces here: sorbet, gelato\nEnter the piece folder name: ", "gelatto"),
            ("did you mean `gelato`?\nEnter the piece folder name: ", " gelato "),
            (f"Enter the {part} display name: ", "import"),
            (f"Enter the {part} display name: ", "New Flavor"),
            (f"Enter the {part} description: ", "Sees it."),
            *([("Select the trigger technique: ", "")] if part == "trigger" else []),
        ],
    )

    assert done.returncode == 0
    assert (gelato / f"piece_gelato/{group}/new_flavor.py").is_file()


def test_build_asks_for_the_piece(gelato: Path) -> None:
    done = at_terminal(
        "build", cwd=gelato, answers=[("Enter the piece folder name [gelato]: ", "")]
    )

    assert done.returncode == 0
    assert "Piece 'gelato' built and packed successfully at " in done.stdout


def test_publish_asks_for_a_key_that_stays_hidden(gelato: Path) -> None:
    with scripted_api() as api:
        done = at_terminal(
            "publish",
            cwd=gelato,
            answers=[
                ("Enter the piece folder name [gelato]: ", ""),
                ("Enter the API URL: ", api.url),
                ("Enter the API Key Source ", "Manually"),
                ("Enter the API Key: ", "sk-typed"),
            ],
        )

    assert done.returncode == 0
    assert api.requests[0].authorization == "Bearer sk-typed"
    assert "(Env Variable (AP_API_KEY), Manually)" in done.stderr
    assert "sk-typed" not in done.stdout + done.stderr


def test_choosing_a_variable_that_is_not_set_is_an_error(gelato: Path) -> None:
    done = at_terminal(
        "publish",
        "--name=gelato",
        "--api-url=http://127.0.0.1:9",
        cwd=gelato,
        answers=[("Enter the API Key Source ", "Env Variable (AP_API_KEY)")],
    )

    assert done.returncode == 2
    assert "Missing AP_API_KEY" in done.stderr


def test_a_key_in_the_environment_is_taken_without_a_question(gelato: Path) -> None:
    with scripted_api() as api:
        done = at_terminal(
            "publish",
            "--name=gelato",
            f"--apiUrl={api.url}",
            cwd=gelato,
            answers=[],
            AP_API_KEY="sk-env",
        )

    assert done.returncode == 0
    assert api.requests[0].authorization == "Bearer sk-env"


def test_ending_the_input_exits_with_130_and_writes_nothing(workspace: Path) -> None:
    done = at_terminal(
        "create",
        cwd=workspace,
        answers=[("Enter the piece name: ", "gelato"), ("Enter the package name: ", "\x04")],
    )

    assert done.returncode == 130
    assert done.stderr.endswith("aborted\n")
    assert list((workspace / "pieces").rglob("pyproject.toml")) == []

"""The questions, asked at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "said"),
    [("Gelato", "invalid piece name"), ("gelato", "piece already exists")],
)
def test_create_refuses_a_name_before_it_asks_for_more(name: str, said: str, gelato: Path) -> None:
    done = at_terminal("create", cwd=gelato, answers=[("Enter the piece name: ", name)])

    assert said in done.stderr
    assert "Enter the package name" not in done.stderr


@pytest.mark.parametrize("group", ["actions", "triggers"])
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param(["gelatto"], "no piece `gelatto`", id="piece"),
        pytest.param(["gelato", "import"], "a Python keyword", id="name"),
    ],
)
def test_a_part_is_refused_before_more_is_asked(
    group: str, answers: list[str], said: str, gelato: Path
) -> None:
    questions = ["Enter the piece folder name: ", f"Enter the {group[:-1]} display name: "]

    done = at_terminal(
        group, "create", cwd=gelato, answers=list(zip(questions, answers, strict=False))
    )

    assert said in done.stderr
    assert done.stderr.count("Enter the ") == len(answers)


def test_build_asks_for_the_piece(gelato: Path) -> None:
    done = at_terminal("build", cwd=gelato, answers=[("Enter the piece folder name: ", "gelato")])

    assert done.returncode == 0
    assert "Piece 'gelato' built and packed successfully at " in done.stdout


def test_publish_asks_for_a_key_that_stays_hidden(gelato: Path) -> None:
    with scripted_api() as api:
        done = at_terminal(
            "publish",
            cwd=gelato,
            answers=[
                ("Enter the piece folder name: ", "gelato"),
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

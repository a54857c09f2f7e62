"""`pieces run` as a process: pipes, and Ctrl-C."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.support.command import pieces_command
from tests.support.parlour import SECRET, write_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path)


def test_props_and_result_pass_through_pipes(workspace: Path) -> None:
    args = ["run", "parlour", "cone", "--input", "-"]
    with pieces_command(*args, cwd=workspace, stdin='{"level": 2, "topping": "ü"}') as command:
        exit_code, stdout = command.end()

    assert exit_code == 0
    assert json.loads(stdout) == {"level": 2, "topping": "ü", "extra": None}


def test_the_key_may_come_through_a_pipe(workspace: Path) -> None:
    args = ["run", "parlour", "whoami", "--auth-file", "-"]
    with pieces_command(*args, cwd=workspace, stdin=f"{SECRET}\n") as command:
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (0, f"{len(SECRET)}\n")


def test_output_is_utf8_whatever_the_terminal_speaks(workspace: Path) -> None:
    args = ["run", "parlour", "cone", "--input", "-"]
    with pieces_command(
        *args, cwd=workspace, stdin='{"level": 2, "topping": "ü"}', PYTHONIOENCODING="ascii"
    ) as command:
        exit_code, stdout = command.end()

    assert exit_code == 0
    assert '"topping": "ü"' in stdout


def test_ctrl_c_does_not_wait_for_a_plain_function(workspace: Path) -> None:
    with pieces_command("run", "parlour", "sleep", cwd=workspace) as command:
        command.wait_for("asleep")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (130, "")
    assert command.said[-1] == "aborted"


def test_ctrl_c_lets_an_async_function_clean_up(workspace: Path) -> None:
    with pieces_command("run", "parlour", "await_for_ever", "--json", cwd=workspace) as command:
        command.wait_for("awaiting")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (130, "")
    assert command.said[-2:] == ["cleaned up", "aborted"]

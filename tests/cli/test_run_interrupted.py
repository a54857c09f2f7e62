"""`pieces run` as a process: pipes, what its own processes write, and Ctrl-C."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import pieces_command
from tests.support.parlour import SECRET, write_piece, write_workspace


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


@pytest.mark.parametrize("args", [[], ["--json"]], ids=["text", "json"])
def test_what_a_program_of_the_piece_writes_stays_off_stdout(
    workspace: Path, args: list[str]
) -> None:
    with pieces_command("run", "parlour", "shout", *args, cwd=workspace) as command:
        exit_code, stdout = command.end()

    document = json.loads(stdout)
    assert (exit_code, document["data"] if args else document) == (0, "done")
    assert "shouted by a program" in command.said


def test_without_standard_error_the_result_comes_all_the_same(workspace: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m pieces_cli run parlour count 2>&-"

    done = subprocess.run(["sh", "-c", command], cwd=workspace, stdout=subprocess.PIPE, text=True)

    assert (done.returncode, done.stdout) == (0, "1\n")


def test_ctrl_c_does_not_wait_for_a_plain_function(workspace: Path) -> None:
    with pieces_command("run", "parlour", "sleep", "--json", cwd=workspace) as command:
        command.wait_for("asleep")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, json.loads(stdout)["problems"][0]["rule"]) == (130, "aborted")
    assert command.said[-1] == "aborted"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_an_async_function_clean_up(workspace: Path, number: signal.Signals) -> None:
    with pieces_command("run", "parlour", "await_for_ever", "--json", cwd=workspace) as command:
        command.wait_for("awaiting")
        command.send(number)
        exit_code, stdout = command.end()

    assert (exit_code, json.loads(stdout)["problems"][0]["rule"]) == (128 + number, "aborted")
    assert command.said[-2:] == ["cleaned up", "aborted"]


def test_a_second_ctrl_c_ends_what_takes_no_notice(workspace: Path) -> None:
    write_piece(workspace, _STUBBORN)
    with pieces_command("run", "parlour", "wait", "--json", cwd=workspace) as command:
        for _ in range(2):
            command.wait_for("waiting")
            command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, json.loads(stdout)["problems"][0]["rule"]) == (130, "aborted")
    assert command.said[-1] == "aborted"


_STUBBORN = """
import asyncio

from pieces_framework import create_action, create_piece


@create_action(name="wait", display_name="Wait", description="")
async def wait(context):
    while True:
        try:
            print("waiting", flush=True)
            await asyncio.Event().wait()
        except BaseException:
            pass


parlour = create_piece(display_name="Parlour", logo_url="", actions=[wait], triggers=[])
"""


def test_ctrl_c_just_before_the_loop_waits_is_not_lost(workspace: Path) -> None:
    """Struck in another thread, the signal does not end the waiting of the main one by itself."""
    write_piece(workspace, _STRUCK_WHILE_WAITING)
    with pieces_command("run", "parlour", "wait", cwd=workspace) as command:
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (130, "")
    assert command.said[-2:] == ["cleaned up", "aborted"]


_STRUCK_WHILE_WAITING = """
import asyncio
import signal
import sys
import threading

from pieces_framework import create_action, create_piece


def strike(main):
    while sys._current_frames()[main].f_code.co_name != "select":
        pass
    signal.raise_signal(signal.SIGINT)


@create_action(name="wait", display_name="Wait", description="")
async def wait(context):
    threading.Thread(target=strike, args=[threading.main_thread().ident]).start()
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)


parlour = create_piece(display_name="Parlour", logo_url="", actions=[wait], triggers=[])
"""

"""`pieces run --watch`, as a process that sees real files being saved."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import Command, pieces_command
from tests.support.parlour import write_piece, write_workspace

_CODE = """
import asyncio
import subprocess
import time
from pathlib import Path

from pieces_framework import PieceAuth, Property, Props, create_action, create_piece

from .flavors import FLAVOR

auth = PieceAuth.SecretText(display_name="Key", required=False)


class ConeProps(Props):
    size = Property.Number(display_name="Size")


@create_action(name="cone", display_name="Cone", description="", auth=auth, props=ConeProps)
async def cone(context):
    Path(__file__).with_name("__pycache__").mkdir(exist_ok=True)
    Path(__file__).with_name("__pycache__").joinpath("made.txt").write_text("x")
    await context.store.put("size", context.props_value.size)
    return [FLAVOR, context.props_value.size, context.auth]


@create_action(name="write", display_name="Write", description="")
async def write(context):
    Path(__file__).with_name(f"{time.time_ns()}.txt").write_text("x")


@create_action(name="start", display_name="Start", description="")
def start(context):
    print("started", flush=True)
    subprocess.run(["sh", "-c", f"{FLAVOR}; echo child $$ >&2; exec sleep 3600"], check=False)


@create_action(name="hang", display_name="Hang", description="")
async def hang(context):
    print("hanging", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)


parlour = create_piece(
    display_name="Parlour", logo_url="", auth=auth, actions=[cone, write, start, hang], triggers=[]
)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = write_workspace(tmp_path)
    write_piece(root, _CODE)
    save_flavor(root, "FLAVOR = 'lemon'")
    return root


def save_flavor(workspace: Path, code: str) -> None:
    (workspace / "pieces" / "parlour" / "piece_parlour" / "flavors.py").write_text(code)


@contextmanager
def watching(workspace: Path, *args: str) -> Generator[Command]:
    """Start it, and wait for the end of the first run."""
    with pieces_command("run", "parlour", *args, "--watch", cwd=workspace) as command:
        assert (
            command.wait_for("watching ") == f"{workspace / 'pieces' / 'parlour'}; Ctrl-C ends it"
        )
        yield command


def results(stdout: str) -> list[object]:
    return [json.loads(line)["data"] for line in stdout.splitlines()]


def test_each_save_is_run_anew_until_ctrl_c(workspace: Path) -> None:
    with watching(workspace, "cone", "--json") as command:
        first = command.wait_for("--- ")
        save_flavor(workspace, "FLAVOR = 'cherry'")
        second = command.wait_for("--- ")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert results(stdout) == [["lemon", None, None], ["cherry", None, None]]
    assert first.endswith(" s, first run")
    assert " ok, " in second
    assert second.endswith(" s, piece_parlour/flavors.py saved")
    assert (exit_code, command.said[-1]) == (130, "stopped watching")


def test_a_syntax_error_is_shown_and_its_mending_is_run(workspace: Path) -> None:
    with watching(workspace, "cone", "--json") as command:
        command.wait_for("--- ")
        save_flavor(workspace, "FLAVOR =")
        failed = command.wait_for("--- ")
        save_flavor(workspace, "FLAVOR = 'plum'")
        mended = command.wait_for("--- ")
        command.send(signal.SIGINT)
        _, stdout = command.end()

    assert " exit code 65, " in failed
    assert any("is not valid Python: invalid syntax" in line for line in command.said)
    assert " ok, " in mended
    documents = [json.loads(line) for line in stdout.splitlines()]
    assert [document["ok"] for document in documents] == [True, False, True]


def test_files_that_are_given_and_the_env_file_are_watched_too(workspace: Path) -> None:
    (workspace / ".env").write_text("SPARE_KEY=key-1\n")
    (workspace / "in.json").write_text('{"size": 1}')
    args = ["--input", "in.json", "--auth-env", "SPARE_KEY", "--json"]
    with watching(workspace, "cone", *args) as command:
        command.wait_for("--- ")
        # As editors do it: a new file in the place of the old one.
        (workspace / "in.new").write_text('{"size": 2}')
        (workspace / "in.new").replace(workspace / "in.json")
        causes = [command.wait_for("--- ")]
        (workspace / ".env").write_text("SPARE_KEY=key-2\n")
        causes.append(command.wait_for("--- "))
        command.send(signal.SIGINT)
        _, stdout = command.end()

    assert results(stdout) == [["lemon", 1, "key-1"], ["lemon", 2, "key-1"], ["lemon", 2, "key-2"]]
    assert causes[0].endswith(f" s, {workspace / 'in.json'} saved")
    assert causes[1].endswith(f" s, {workspace / '.env'} saved")


def test_a_save_ends_a_run_that_is_still_going(workspace: Path) -> None:
    with watching(workspace, "hang") as command:
        command.wait_for("hanging")
        save_flavor(workspace, "FLAVOR = 'fig'")
        command.wait_for("cleaned up")
        ended = command.wait_for("--- ")
        command.wait_for("hanging")
        command.send(signal.SIGTERM)
        exit_code, _ = command.end()

    assert exit_code == 143
    assert " stopped, as something was saved, " in ended


def test_a_save_ends_what_the_run_has_started(workspace: Path) -> None:
    save_flavor(workspace, "FLAVOR = \"trap '' INT\"")
    with watching(workspace, "start") as command:
        process_id = command.wait_for("child ")
        save_flavor(workspace, "FLAVOR = 'exit'")
        command.wait_for("--- ")
        command.wait_for("--- ")
        command.send(signal.SIGINT)
        command.end()

    assert state_of(process_id) in {"", "Z"}


def state_of(process_id: str) -> str:
    """Return the letter of its state: none if it is gone, Z if nobody has asked how it ended."""
    asked = ["ps", "-o", "stat=", "-p", process_id]
    return subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()[:1]


def test_saves_close_together_are_one_run(workspace: Path) -> None:
    with watching(workspace, "cone", "--json") as command:
        command.wait_for("--- ")
        save_flavor(workspace, "FLAVOR = 'cherry'")
        command.wait_for("--- ")
        for flavor in ("fig", "plum", "pear"):  # while the next process is not ready
            save_flavor(workspace, f"FLAVOR = {flavor!r}")
        cause = command.wait_for("--- ")
        command.send(signal.SIGINT)
        _, stdout = command.end()

    assert cause.endswith(" s, piece_parlour/flavors.py saved")
    flavors = ("lemon", "cherry", "pear")
    assert results(stdout) == [[flavor, None, None] for flavor in flavors]
    assert not any("Traceback" in line for line in command.said)


def test_a_run_that_writes_into_its_piece_does_not_run_for_ever(workspace: Path) -> None:
    with watching(workspace, "write") as command:
        command.wait_for("--- ")
        causes = [command.wait_for("--- ") for _ in range(2)]
        save_flavor(workspace, "FLAVOR = 'fig'")
        causes.append(command.wait_for("--- "))
        command.send(signal.SIGINT)
        command.end()

    assert any(".txt changes in each run: " in line for line in command.said)
    assert [cause.rpartition(".")[2] for cause in causes] == ["txt saved", "txt saved", "py saved"]


def test_what_an_editor_keeps_beside_a_file_is_not_a_save(workspace: Path) -> None:
    package = workspace / "pieces" / "parlour" / "piece_parlour"
    with watching(workspace, "cone") as command:
        command.wait_for("--- ")
        for name in ("#flavors.py#", "4913", ".flavors.py.swp", "flavors.py~"):
            (package / name).write_text("x")
        (package / "flavors.py").unlink()
        cause = command.wait_for("--- ")
        command.send(signal.SIGINT)
        command.end()

    assert cause.endswith(" s, piece_parlour/flavors.py deleted")


def test_ctrl_c_lets_a_run_clean_up(workspace: Path) -> None:
    with watching(workspace, "hang") as command:
        command.wait_for("hanging")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (130, "")
    assert command.said[-3:] == ["cleaned up", "aborted", "stopped watching"]


def test_a_cassette_in_the_pieces_folder_is_not_a_save(workspace: Path) -> None:
    """Else each recording would start the next."""
    write_piece(workspace, _REQUESTING)
    cassette = workspace / "pieces" / "parlour" / "tests" / "cone.json"
    cassette.parent.mkdir()
    with watching(workspace, "cone", "--json", "--record", str(cassette)) as command:
        command.wait_for("--- ")
        save_flavor(workspace, "FLAVOR = 'fig'")
        cause = command.wait_for("--- ")
        command.send(signal.SIGINT)
        _, stdout = command.end()

    assert cassette.is_file()
    assert cause.endswith(" s, piece_parlour/flavors.py saved")
    assert results(stdout) == [501, 501]


_REQUESTING = """
import http.server
import threading
import urllib.error
import urllib.request

from pieces_framework import create_action, create_piece


@create_action(name="cone", display_name="Cone", description="")
def cone(context):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=30)
    except urllib.error.HTTPError as error:
        return error.code
    finally:
        server.shutdown()
        server.server_close()


parlour = create_piece(display_name="Parlour", logo_url="", actions=[cone], triggers=[])
"""

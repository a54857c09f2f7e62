"""`pieces serve`: the command becomes the instance."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import pieces_command
from tests.support.scaffolding import pieces

# In the place of the instance, to see what reaches it.
FAKE = """
import os, signal, sys, threading
done = threading.Event()
def stop(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    done.set()
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, stop)
names = ("AP_HOST", "AP_PORT", "AP_CONFIG_PATH", "AP_OTHER")
print(*(os.environ.get(name) for name in names), file=sys.stderr, flush=True)
print("ready", file=sys.stderr, flush=True)
done.wait()
sys.exit(3)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """A folder on the module path with an instance of ours."""
    package = tmp_path / "instance" / "pieces_server"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(FAKE)
    return package.parent


def test_options_are_settings_beside_those_of_the_environment(
    instance: Path, tmp_path: Path
) -> None:
    args = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", "d"]
    with pieces_command(
        *args, cwd=tmp_path, PYTHONPATH=str(instance), AP_PORT="9", AP_OTHER="x"
    ) as command:
        command.wait_for("ready")
        command.send(signal.SIGTERM)
        command.end()

    assert command.said[0] == "127.0.0.1 0 d x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_instance_and_its_exit_code_comes_back(
    number: signal.Signals, instance: Path, tmp_path: Path
) -> None:
    with pieces_command("serve", cwd=tmp_path, PYTHONPATH=str(instance)) as command:
        command.wait_for("ready")

        command.send(number)
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (3, f"got {number.name}\n")


def test_a_killed_command_leaves_no_instance_behind(instance: Path, tmp_path: Path) -> None:
    with pieces_command("serve", cwd=tmp_path, PYTHONPATH=str(instance)) as command:
        command.wait_for("ready")

        command.send(signal.SIGKILL)
        exit_code, _ = command.end()  # returns once nobody holds its output any more

    assert exit_code == -signal.SIGKILL


def test_without_an_instance_one_line_says_what_to_install(tmp_path: Path) -> None:
    # Everything but the instance: as in an environment where it is not installed.
    hide = "import sys; sys.modules['pieces_server'] = None; sys.argv = ['pieces', 'serve'];"
    done = subprocess.run(
        [sys.executable, "-c", f"{hide} from pieces_cli.main import main; main()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 78
    assert done.stderr == (
        "error: the instance is not installed here\nhint: pip install 'piecekit[serve]'\n"
    )


def test_a_port_out_of_range_is_a_usage_error() -> None:
    assert pieces("serve", "--port", "65536").exit_code == 2

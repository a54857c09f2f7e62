"""One run of pytest over the folders of pieces, and what it made of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pieces_engine.workspace.child_processes import piece_environment, terminable, watched
from pieces_framework.errors import PieceError
from pieces_framework.project import PROJECT_FILE

from .outcomes import RunOutcome, read_outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder, Workspace

_PLUGIN: Final = "pieces_engine.contract.test_plugin"
_SETTINGS: Final = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", PROJECT_FILE)
"""Where pytest has its settings, the first of these that is there."""
_HAS_PYTEST: Final = "import importlib.util as u, sys; sys.exit(u.find_spec('pytest') is None)"
_NEEDED: Final = "pytest pytest-asyncio respx"
_GRACE_S: Final = 3.0
"""How long pytest has to end by itself after a Ctrl-C that reached it too."""
_STDERR: Final = 2


class NoPytestError(PieceError):
    """The interpreter that runs the pieces has no pytest."""

    exit_code = 78  # EX_CONFIG
    code = "NO_PYTEST"


def run_pytest(
    workspace: Workspace,
    pieces: Sequence[PieceFolder],
    *,
    python: Path,
    live: bool,
    arguments: Sequence[str],
    is_quiet: bool,
) -> RunOutcome:
    """Run the tests of pieces and the contract suite over each, in one run of pytest.

    What pytest prints goes on to the terminal.

    Args:
        workspace: whose settings of pytest count.
        pieces: whose tests to run.
        python: the interpreter that can import them.
        live: whether they may reach other machines.
        arguments: more of them for pytest, of which the last word counts.
        is_quiet: whether pytest's output belongs on standard error.

    Raises:
        NoPytestError: if `python` has no pytest.
        KeyboardInterrupt: on Ctrl-C, once pytest has ended.
        SystemExit: on SIGTERM, likewise.
    """
    require_pytest(python)
    with terminable(), tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder) / "outcomes.jsonl"
        command = [str(python), "-P", "-m", "pytest", *_options(workspace, outcomes, live=live)]
        command += [f"--piece={_relative(piece.path)}" for piece in pieces]
        command += [*arguments, *(_relative(piece.path) for piece in pieces)]
        exit_code = _run(command, _environment(pieces), is_quiet=is_quiet)
        return read_outcomes(outcomes, exit_code)


def require_pytest(python: Path) -> None:
    """Refuse an interpreter without pytest.

    Raises:
        NoPytestError: if it has none.
    """
    command = [str(python), "-P", "-c", _HAS_PYTEST]
    asked = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 -- as below
    if asked.returncode:
        raise NoPytestError(
            f"`{python}` has no pytest", hint=f"`{python} -m pip install {_NEEDED}` brings it"
        )


def _options(workspace: Workspace, outcomes: Path, *, live: bool) -> list[str]:
    # pytest would take the settings of the one piece that is named, in place of the workspace's.
    settings = next(path for name in _SETTINGS if (path := workspace.root / name).is_file())
    return [
        "-p",
        _PLUGIN,
        f"--rootdir={workspace.root}",
        f"--config-file={settings}",
        f"--pieces-outcomes={outcomes}",
        *([] if live else ["--pieces-offline"]),
    ]


def _relative(path: Path) -> str:
    """Name a folder as seen from here, where pytest runs: it may not begin like an option."""
    relative = os.path.relpath(path)
    return f"./{relative}" if relative.startswith("-") else relative


def _environment(pieces: Sequence[PieceFolder]) -> dict[str, str]:
    """Return the environment in which the pieces can be imported, be they installed or not."""
    environment = piece_environment()
    path = [*(str(piece.path) for piece in pieces), environment.get("PYTHONPATH", "")]
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _run(command: Sequence[str], environment: Mapping[str, str], *, is_quiet: bool) -> int:
    sys.stdout.flush()
    process = subprocess.Popen(  # noqa: S603 -- the author's interpreter on the author's tests
        command, env=environment, stdout=_STDERR if is_quiet else None
    )
    with watched(process):
        try:
            return process.wait()
        except (KeyboardInterrupt, SystemExit) as error:
            # A Ctrl-C at a terminal has reached pytest already.
            _end(process, told=isinstance(error, KeyboardInterrupt) and os.isatty(0))
            raise
        finally:
            process.kill()


def _end(process: subprocess.Popen[bytes], *, told: bool) -> None:
    """Have pytest end as after a Ctrl-C, unless it was told so already."""
    if not told:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        click.echo("pytest does not end: it is killed", err=True)
        process.kill()
        process.wait()

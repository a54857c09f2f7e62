"""Children that run the code of pieces: none outlives the command that began it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from select import select
from subprocess import CompletedProcess

import pytest

from pieces_engine.workspace.child_processes import ChildEndedError, child_pool, run_child

_SAY_AND_WAIT = """
import sys, threading
with open(sys.argv[1], "w") as pipe:
    pipe.write("begun\\n")
threading.Event().wait()
"""

_SAY_AND_HOLD = """
import sys, threading
pipe = open(sys.argv[1], "w")
print("begun", file=pipe, flush=True)
threading.Event().wait(60)
"""
_PARENT = f"""
import os, subprocess, sys
from pathlib import Path
from pieces_engine.workspace.child_processes import run_child, watched
child = [sys.executable, "-c", {_SAY_AND_HOLD!r}, sys.argv[1]]
"""
_LIMIT_S = 20


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def interrupted(pipe: Path, is_begun: threading.Event) -> BaseException | None:
    """Leave a pool by Ctrl-C while its one thread waits for a child; return what that ended with.

    Args:
        pipe: by which the child says that it runs.
        is_begun: set by what waits for its turn.
    """
    command = [sys.executable, "-c", _SAY_AND_WAIT, str(pipe)]
    futures: list[Future[CompletedProcess[bytes]]] = []
    with suppress(KeyboardInterrupt), child_pool(1) as pool:
        futures.append(
            pool.submit(run_child, command, cwd=pipe.parent, env=os.environ, timeout_s=60)
        )
        pool.submit(is_begun.set)
        pipe.read_text()
        raise KeyboardInterrupt
    return futures[0].exception()


def test_an_interrupted_pool_ends_what_runs_and_begins_nothing(pipe: Path) -> None:
    is_begun = threading.Event()

    error = interrupted(pipe, is_begun)

    assert isinstance(error, ChildEndedError)
    assert not is_begun.is_set()


def test_the_next_pool_runs_children_again(pipe: Path) -> None:
    interrupted(pipe, threading.Event())

    with child_pool(1) as pool:
        command = [sys.executable, "-c", "print('done')"]
        done = pool.submit(run_child, command, cwd=pipe.parent, env=os.environ, timeout_s=60)

    assert done.result().stdout == b"done\n"


@pytest.mark.parametrize(
    "waiting",
    [
        "run_child(child, cwd=Path.cwd(), env=os.environ, timeout_s=60)",
        "with subprocess.Popen(child) as process, watched(process): process.wait()",
    ],
    ids=["a-group", "a-process"],
)
def test_a_child_ends_with_its_parent_also_when_that_is_killed(waiting: str, pipe: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", f"{_PARENT}\n{waiting}", str(pipe)])
    with pipe.open() as held:
        held.readline()
        parent.kill()
        parent.wait()
        closed, _, _ = select([held], [], [], _LIMIT_S)

    assert closed == [held]

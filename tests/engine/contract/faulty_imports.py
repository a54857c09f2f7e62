"""Pieces whose import does what it must not, past what Python itself reports of it."""

from __future__ import annotations

from typing import Final

from .fault import Fault, action_piece, whole_piece
from .faulty import OWN_KIND

FAULTY_IMPORTS: Final = (
    Fault(
        name="listens",
        rule="import-opens-no-socket",
        says="it left a socket open",
        source=whole_piece(
            "server = socket.socket()  # HERE\nserver.bind(('127.0.0.1', 0))\nserver.listen()"
        ),
    ),
    Fault(
        name="listens-to-a-file",
        rule="import-opens-no-socket",
        says="it left a socket open",
        source=whole_piece(
            "server = socket.socket(socket.AF_UNIX)  # HERE\nserver.bind('here')\nserver.listen()"
        ),
    ),
    Fault(
        name="spawns-a-worker",
        rule="import-starts-no-process",
        says="it started a process",
        source=whole_piece(
            "import multiprocessing\n"
            "multiprocessing.get_context('spawn').Process(target=len, args=('',)).start()"
        ),
        file="pyproject.toml",
    ),
    Fault(
        name="waits-for-a-worker",
        rule="import-starts-no-process",
        says="it started a process",
        source=whole_piece(
            "from multiprocessing.util import spawnv_passfds\n"
            "os.waitpid(spawnv_passfds(sys.executable.encode(), [b'python', b'-c', b''], []), 0)"
        ),
        file="pyproject.toml",
    ),
    Fault(
        name="shares-memory",
        rule="import-starts-no-process",
        says="it started a process",
        source=whole_piece(
            "from multiprocessing.shared_memory import SharedMemory\n"
            "shared = SharedMemory(create=True, size=8)\nshared.close()\nshared.unlink()"
        ),
        file="pyproject.toml",
    ),
    Fault(
        name="leaves-a-thread",
        rule="import-starts-no-process",
        says="it left the thread 'waiter' running",
        source=whole_piece(
            "import threading\n"
            "def wait():\n    time.sleep(3600)  # HERE\n"
            "threading.Thread(target=wait, name='waiter', daemon=True).start()"
        ),
    ),
    Fault(
        name="leaves-a-low-thread",
        rule="import-starts-no-process",
        says="it left the thread ",
        source=whole_piece(
            "import _thread\n"
            "def wait():\n    time.sleep(3600)  # HERE\n"
            "_thread.start_new_thread(wait, ())\ntime.sleep(0.1)"
        ),
    ),
    Fault(
        name="hides-a-file",
        rule="import-writes-no-file",
        says="__pycache__/settings.json",
        source=whole_piece(
            "os.makedirs('__pycache__', exist_ok=True)\n"
            "Path('__pycache__/settings.json').write_text('{}')  # HERE"
        ),
    ),
    Fault(
        name="prints-below",
        rule="import-prints-nothing",
        says="it printed 'hello'",
        source=whole_piece("os.write(1, b'hello')"),
        file="pyproject.toml",
    ),
    Fault(
        name="complains-below",
        rule="import-prints-nothing",
        says="it printed 'hello'",
        source=whole_piece("os.write(2, b'hello')"),
        file="pyproject.toml",
    ),
    Fault(
        name="prints-aside",
        rule="import-prints-nothing",
        says="it printed 'hello'",
        source=whole_piece("sys.__stdout__.write('hello')"),
        file="pyproject.toml",
    ),
    Fault(
        name="sets-a-variable",
        rule="import-keeps-environment",
        says="it changed the environment variable `CONE_KEY`",
        source=whole_piece("os.environ['CONE_KEY'] = 'x'  # HERE"),
    ),
    Fault(
        name="drops-a-variable",
        rule="import-keeps-environment",
        says="it changed the environment variable `PATH`",
        source=whole_piece("del os.environ['PATH']  # HERE"),
    ),
    Fault(
        name="goes-elsewhere",
        rule="import-keeps-environment",
        says="it changed the working folder to `/`",
        source=whole_piece("os.chdir('/')  # HERE"),
    ),
    Fault(
        name="replaces-json",
        rule="metadata-loads",
        says="the property `iban` of `act`",
        source="import json\njson.dumps = lambda *_, **__: '{}'\n"
        + OWN_KIND
        + action_piece("raise RetryableError('no')", props='"iban": Iban(display_name="IBAN")'),
        file="pyproject.toml",
    ),
    Fault(
        name="writes-into-the-pipe",
        rule="imports",
        says="the piece wrote into the suite's own pipe",
        hint="write to no descriptor that the piece has not opened",
        source="""
for descriptor in range(3, 20):
    try:
        os.write(descriptor, b"junk\\n")
    except OSError:
        pass
"""
        + whole_piece(""),
        file="pyproject.toml",
    ),
    Fault(
        name="begins-a-line-of-the-pipe",
        rule="imports",
        says="the piece wrote into the suite's own pipe",
        hint="write to no descriptor that the piece has not opened",
        source="""
for descriptor in range(3, 20):
    try:
        os.write(descriptor, b"junk")
    except OSError:
        pass
"""
        + whole_piece(""),
        file="pyproject.toml",
    ),
)

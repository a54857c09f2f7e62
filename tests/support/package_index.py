"""A public package index: pypiserver in a process of its own, on a free port of loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SERVE: Final = """
import sys
from wsgiref.simple_server import make_server
import pypiserver

def authenticated(user, password):
    return (user, password) == ("ada", "hunter2-is-secret")

app = pypiserver.app(
    roots=[sys.argv[1]],
    authenticate=sys.argv[3].split(),
    auther=authenticated,
    password_file=sys.argv[1],
    hash_algo=sys.argv[2] or None,
    backend_arg="simple-dir",
    disable_fallback=True,
    overwrite=False,
)
server = make_server("127.0.0.1", 0, app)
print(server.server_port, flush=True)
server.serve_forever()
"""
USER: Final = "ada"
PASSWORD: Final = "hunter2-is-secret"


@dataclass(frozen=True, kw_only=True)
class RunningIndex:
    """An index that takes uploads of one user."""

    url: str
    """Where files are uploaded; it ends in a slash."""
    folder: Path
    """Its files."""

    def names(self) -> list[str]:
        """The files that it has."""
        return sorted(path.name for path in self.folder.iterdir())


@contextmanager
def running_index(
    folder: Path, *, digest: str = "sha256", private: bool = False
) -> Generator[RunningIndex]:
    """Serve a folder until the end of the block.

    Args:
        folder: where the files are.
        digest: what its links say of them: a name of hashlib; empty for none.
        private: whether it wants credentials for looking and downloading too.
    """
    guarded = "update list download" if private else "update"
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(folder), digest, guarded],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield RunningIndex(url=f"http://127.0.0.1:{port}/", folder=folder)
    finally:
        process.kill()
        process.communicate()

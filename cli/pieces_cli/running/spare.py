"""A run of `pieces run --watch`, started before it is due: all is imported but the piece.

Its arguments are those of `pieces`. It runs once it reads a byte; at the end of its standard input
without one it just ends.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Final

_STDIN: Final = 0
_AHEAD: Final = (
    "asyncio",
    "httpx",
    "pydantic",
    "pieces_common.http.client",
    "pieces_cli.running.calls",
    "pieces_cli.running.local_run",
    "pieces_cli.running.waiting",
    "pieces_cli.workspace",
    "pieces_engine.loaders",
    "pieces_engine.local_host",
    "pieces_engine.runner",
)
_CASSETTES: Final = ("pieces_common.testing", "vcr.patch")


def main() -> None:
    """Import, wait, and run."""
    from pieces_cli.main import main as pieces

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to clean up, and nothing to say
    uses_cassettes = any(arg.startswith(("--record", "--replay")) for arg in sys.argv)
    for module in (*_AHEAD, *(_CASSETTES if uses_cassettes else ())):
        with suppress(ImportError):  # where the piece does without, so do we
            import_module(module)
    if os.read(_STDIN, 1):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pieces(sys.argv[1:], prog_name="pieces", obj=True)  # that it is watched


if __name__ == "__main__":
    main()

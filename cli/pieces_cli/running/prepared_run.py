"""A run of `pieces run --watch`, started before it is due: all is imported but the piece.

Its arguments are those of `pieces`, and its standard input is a socket. It writes a byte there once
it is ready and runs once it reads one; at the end of input without one it just ends.
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
    "pieces_cli.running.event_loop",
    "pieces_cli.running.local_run",
    "pieces_engine.workspace.folders",
    "pieces_engine.loaders",
    "pieces_engine.local_host",
    "pieces_engine.runner",
)


def main() -> None:
    """Import, wait, and run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to clean up, and nothing to say
    from pieces_cli.main import main as pieces

    from .options import PREPARED

    for module in _AHEAD:
        import_module(module)
    if any(arg.startswith(("--record", "--replay")) for arg in sys.argv):
        import_module("pieces_common.testing")
        with suppress(ImportError):  # an extra; the run says that it is missing
            import_module("vcr.patch")
    os.write(_STDIN, b"\n")
    if os.read(_STDIN, 1):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            pieces(sys.argv[1:], prog_name="pieces", obj=PREPARED)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()

"""The Gelato service in a process of its own, on a free port of the loopback address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

GELATO: Final = Path(__file__).parents[2] / "pieces" / "community" / "gelato"
_READY_LINE: Final = "Gelato service listening on "
_STOP_S: Final = 20


@contextmanager
def gelato_service() -> Generator[str]:
    """Start the service, yield its URL such as `http://127.0.0.1:40123`, and stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, str(GELATO / "service" / "gelato_service.py"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline().rstrip("\n")
        if not said.startswith(_READY_LINE):
            raise RuntimeError(f"the Gelato service did not start: {said!r}")
        yield said.removeprefix(_READY_LINE)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

"""Run recorded cases against our code: `python tests/conformance/run.py [DIR] [--json]`.

Every file of cases that we can run and that lies in DIR is run; the rest is listed. Without DIR
our own cases are run. The exit code is 1 if a case fails and 2 if nothing could be run: DIR is no
folder, or our packages are not installed. Any Python will do that has a `.venv` beside it.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("pieces_framework", "pieces_common", "pieces_cli")


def _ensure_packages() -> None:
    """Go on with the repository's own Python if this one lacks our packages."""
    if all(find_spec(name) for name in NEEDED):
        return
    python = ROOT / ".venv" / "bin" / "python"
    if python.exists() and Path(sys.executable) != python:
        os.execv(python, [str(python), *sys.argv])
    print("our packages are not installed: run `make setup` first", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    _ensure_packages()
    sys.path.insert(0, str(ROOT))

    from tests.conformance.report import main

    sys.exit(main())

"""Run recorded cases against our code: `python tests/conformance/run.py [DIR] [--json]`.

Every file of cases that we can run and that lies in DIR is run; the rest is listed. Without DIR
our own cases are run. The exit code is 1 if a case fails and 2 if DIR is no folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

    from tests.conformance.report import main

    sys.exit(main())

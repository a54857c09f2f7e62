"""Lets the tests of every piece import it, whether or not it is installed."""

from __future__ import annotations

import sys
from pathlib import Path

for project in sorted(Path(__file__).parent.glob("pieces/*/*/pyproject.toml")):
    sys.path.insert(0, str(project.parent))

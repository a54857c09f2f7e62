"""The commands of `python -m pieces_server`, a module for each.

Each has `register(commands)`, which adds its parser and sets `run` among its defaults, and
`run(settings, options)`, which returns the exit code. What takes long to import is imported in
`run`: making a key loads no web server.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` returns.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

"""`python -m pieces_cli` is `pieces`."""

from __future__ import annotations

from .main import main

if __name__ == "__main__":
    main(prog_name="pieces")

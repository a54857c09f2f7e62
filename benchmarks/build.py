"""Building a tiny piece: `pieces build`, beside `python -m build` of the same folder.

Run with `make bench`. The commands take turns in one run; the medians of wall seconds are printed.
`python -m build` makes an environment for each build and installs hatchling into it, so it needs
the index that pip is configured for; with `--no-isolation` it uses the hatchling that is here.
Neither asks the piece anything, so their wheels have no metadata. Nothing is asserted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.support.custom_pieces import write_piece, write_workspace

ROUNDS: Final = 7
BUDGET: Final = 1 / 3
OURS: Final = "pieces build"
PEER: Final = "python -m build"


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        piece = write_piece(write_workspace(root), "tiny").parents[1]
        commands = _commands(piece, root)
        samples: dict[str, list[float]] = {label: [] for label in commands}
        for turn in range(ROUNDS + 1):
            for label, command in commands.items():
                spent = seconds(command, root)
                if turn:
                    samples[label].append(spent)
    medians = {label: statistics.median(values) for label, values in samples.items()}
    print(f"Wall seconds of building a tiny piece, median of {ROUNDS}")
    for label, median in medians.items():
        ratio = f"{medians[OURS] / median:.2f} of it" if label != OURS else ""
        print(f"  {label:<32} {median:.2f} s  {ratio}")
    print(f"Budget: {BUDGET:.2f} of {PEER}")


def _commands(piece: Path, root: Path) -> dict[str, list[str]]:
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(root / "peer"), str(piece)]
    return {
        OURS: [sys.executable, "-m", "pieces_cli", "build", "tiny", "--out", str(root / "ours")],
        PEER: build,
        f"{PEER} --no-isolation": [*build, "--no-isolation"],
    }


def seconds(command: list[str], folder: Path) -> float:
    """Run a command to its end and return how long it took."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()

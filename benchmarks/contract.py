"""The contract suite: wall seconds over gelato as a process, beside a bare start of pytest.

Run with `make bench`. Both are warmed once, so that bytecode is compiled, then take turns; the
medians are printed. The budget is that of ARCHITECTURE.md; nothing is asserted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROUNDS: Final = 9
GELATO: Final = Path(__file__).parent.parent / "pieces" / "community" / "gelato"
SUITE: Final = "pytest --piece gelato"
BARE: Final = "pytest, one empty test"
BUDGET_S: Final = 2.0


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_nothing.py"
        test.write_text("def test_nothing() -> None:\n    pass\n")
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        commands = {
            SUITE: [*pytest, f"--piece={GELATO}", "-c", str(GELATO / "pyproject.toml")],
            BARE: [*pytest, str(test), "-c", str(GELATO / "pyproject.toml")],
        }
        samples: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(ROUNDS + 1):
            for name, command in commands.items():
                spent = wall_seconds(command, folder)
                if turn:
                    samples[name].append(spent)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    print(f"Wall seconds of a process, median of {ROUNDS}, {os.cpu_count()} cores")
    for name, seconds in medians.items():
        print(f"  {name:<24} {seconds:.2f} s   (best {min(samples[name]):.2f} s)")
    above = medians[SUITE] - medians[BARE]
    print(f"{SUITE}: {medians[SUITE]:.2f} s (budget {BUDGET_S:.2f} s), ", end="")
    print(f"{above:.2f} s above a bare start, with the start of the service it runs against")


def wall_seconds(command: list[str], folder: str) -> float:
    """Run `command` to its end and return the seconds that passed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PY")}
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    spent = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return spent


if __name__ == "__main__":
    main()

"""`pieces create`: wall seconds of a process, beside one that only imports cookiecutter.

Run with `make bench`. All are warmed once, so that bytecode is compiled, then take turns; the
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
CREATE: Final = "pieces create"
ACTION: Final = "pieces actions create"
IMPORT: Final = "import cookiecutter.main"
BUDGET_S: Final = 1.0
PIECES: Final = str(Path(sys.executable).with_name("pieces"))


def main() -> None:
    """Measure and print the table."""
    samples: dict[str, list[float]] = {CREATE: [], ACTION: [], IMPORT: []}
    with tempfile.TemporaryDirectory() as folder:
        wall_seconds([PIECES, "init"], folder)
        for turn in range(ROUNDS + 1):
            name = f"piece-{turn}"
            part = ["--piece", name, "--name", "Get It", "--description", "Gets it."]
            commands = {
                CREATE: [PIECES, "create", "--name", name],
                ACTION: [PIECES, "actions", "create", *part],
                IMPORT: [sys.executable, "-c", "import cookiecutter.main"],
            }
            for each, command in commands.items():
                spent = wall_seconds(command, folder)
                if turn:
                    samples[each].append(spent)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    print(f"Wall seconds of a process, median of {ROUNDS}, {os.cpu_count()} cores")
    for name, seconds in medians.items():
        print(f"  {name:<26} {seconds:.2f} s   (best {min(samples[name]):.2f} s)")
    print(f"{CREATE}: {medians[CREATE]:.2f} s (budget {BUDGET_S:.2f} s), ", end="")
    print(f"{medians[CREATE] / medians[IMPORT]:.1f} x the import")


def wall_seconds(command: list[str], folder: str) -> float:
    """Run `command` to its end and return the seconds that passed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PY")}
    begin = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return spent


if __name__ == "__main__":
    main()

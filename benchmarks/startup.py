"""Start-up: CPU seconds of a fresh process, beside bare Python and a script that imports click.

Run with `make bench`. Each command is warmed once, so that its bytecode is compiled, then all take
turns; the medians are printed. The budgets are those of ARCHITECTURE.md; nothing is asserted.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

ROUNDS: Final = 15
BARE: Final = "bare python"
CLICK: Final = "click --help"
PIECES: Final = "pieces --help"
FRAMEWORK: Final = "import pieces_framework"

CLICK_SCRIPT: Final = '''
import click

@click.group()
def main() -> None:
    """A command that does nothing."""

@main.command()
@click.option("--name", help="A name.")
def greet(name: str) -> None:
    """Greet."""

main()
'''


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "click_only.py"
        script.write_text(CLICK_SCRIPT)
        commands = {
            BARE: [sys.executable, "-c", ""],
            CLICK: [sys.executable, str(script), "--help"],
            PIECES: [sys.executable, str(Path(sys.executable).with_name("pieces")), "--help"],
            FRAMEWORK: [sys.executable, "-c", "import pieces_framework"],
        }
        samples: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(ROUNDS + 1):
            for name, command in commands.items():
                spent = cpu_seconds(command)
                if turn:
                    samples[name].append(spent)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    print(f"CPU seconds of a fresh process, median of {ROUNDS}, {sys.version.split()[0]}")
    for name, seconds in medians.items():
        print(f"  {name:<24} {seconds:.3f} s   {seconds / medians[BARE]:.1f} x bare Python")
    above = medians[FRAMEWORK] - medians[BARE]
    print(f"{PIECES}: {medians[PIECES]:.3f} s (budget 0.150 s), ", end="")
    print(f"{medians[PIECES] / medians[CLICK]:.2f} x the click script (budget 2.00 x)")
    print(f"{FRAMEWORK}: {above:.3f} s above bare Python (budget 0.060 s)")


def cpu_seconds(command: list[str]) -> float:
    """Run `command` to its end and return the user and system time it took."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        child = os.posix_spawn(
            command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, devnull, 1)]
        )
        _, status, usage = os.wait4(child, 0)
    finally:
        os.close(devnull)
    if status:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

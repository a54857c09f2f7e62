"""`pieces run --watch`: seconds from a save to the new result, beside a plain fresh run.

Run with `make bench`. A piece that uses HTTP and pydantic is watched and saved again and again; the
new result is awaited. Between two saves the same run is made by a fresh `pieces run`, and by an
interpreter that only imports what the piece imports. Medians are printed; nothing is asserted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROUNDS: Final = 15
BUDGET_S: Final = 0.5
WATCHED: Final = "save -> result, --watch"
FRESH: Final = "fresh `pieces run`"
IMPORTS: Final = "imports alone"
RUN: Final = ("-m", "pieces_cli", "run", "cart", "count", "--json")

PYPROJECT: Final = """
[project]
name = "piece-cart"
version = "0.1.0"

[project.entry-points."pieces"]
cart = "piece_cart:cart"
"""

CODE: Final = """
from pydantic import BaseModel

from pieces_common import HttpMethod, http_client
from pieces_framework import create_action, create_piece


class Counted(BaseModel):
    number: int


@create_action(name="count", display_name="Count", description="")
async def count(context) -> Counted:
    return Counted(number={number})


cart = create_piece(display_name="Cart", logo_url="", actions=[count], triggers=[])
"""


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        module = write_workspace(Path(folder))
        medians = {
            name: statistics.median(values)
            for name, values in measured(Path(folder), module).items()
        }
    print(f"Seconds to a result, median of {ROUNDS}, {sys.version.split()[0]}")
    for name, seconds in medians.items():
        print(f"  {name:<24} {seconds:.3f} s   {seconds / medians[FRESH]:.2f} x a fresh run")
    print(f"{WATCHED}: {medians[WATCHED]:.3f} s (budget {BUDGET_S:.3f} s)")


def write_workspace(root: Path) -> Path:
    """Write a workspace with one piece; return the piece's module."""
    (root / "pyproject.toml").write_text("[tool.pieces.workspace]\n")
    package = root / "pieces" / "cart" / "piece_cart"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(PYPROJECT)
    module = package / "__init__.py"
    module.write_text(CODE.replace("{number}", "0"))
    return module


def measured(root: Path, module: Path) -> dict[str, list[float]]:
    """Return the seconds of each round by the name of what was done."""
    samples: dict[str, list[float]] = {WATCHED: [], FRESH: [], IMPORTS: []}
    imports = "import pydantic, pieces_common, pieces_framework; pieces_common.http_client"
    watching = subprocess.Popen(
        [sys.executable, *RUN, "--watch"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert watching.stdout is not None
        watching.stdout.readline()
        for number in range(1, ROUNDS + 1):
            samples[FRESH].append(seconds_of([sys.executable, *RUN], root))
            samples[IMPORTS].append(seconds_of([sys.executable, "-c", imports], root))
            time.sleep(0.5)  # nobody saves sooner; the process for the next run is ready by then
            start_s = time.perf_counter()
            module.write_text(CODE.replace("{number}", str(number)))
            line = watching.stdout.readline()
            samples[WATCHED].append(time.perf_counter() - start_s)
            if f'"number": {number}}}' not in line:
                raise SystemExit(f"not the result of the save: {line}")
    finally:
        watching.terminate()
        watching.wait()
    return samples


def seconds_of(command: list[str], cwd: Path) -> float:
    """Run `command` to its end and return how long it took."""
    start_s = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - start_s


if __name__ == "__main__":
    main()

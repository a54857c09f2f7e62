"""Syncing 100 pieces with an instance, beside uploading them one by one.

Run with `make bench`. The instance runs in a process of its own; a proxy before it counts requests.
The pieces import what real ones do. Wall seconds of whole commands; nothing is asserted. Only a
sample is uploaded one by one, and its time multiplied, as is said where it is printed.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.support.counting_proxy import CountingProxy, counting_proxy
from tests.support.custom_pieces import write_piece, write_workspace
from tests.support.instance import Instance, running_instance

PIECES: Final = 100
SAMPLE: Final = 10
AGAIN_ROUNDS: Final = 5
BUDGET_S: Final = 1.5
IMPORTS: Final = """\
import httpx
import pydantic
from dateutil import parser
from pieces_common import HttpMethod, http_client
"""
DEPENDENCIES: Final = ("pieces-common~=0.1.0", "httpx>=0.28", "pydantic>=2", "python-dateutil>=2")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pieces(folder / "workspace")
        with running_instance(folder / "all") as instance, counting_proxy(instance) as proxy:
            measure(folder / "workspace", instance, proxy)
        with running_instance(folder / "one by one") as instance:
            one_by_one(folder / "workspace", instance)
        with running_instance(folder / "killed") as instance, counting_proxy(instance) as proxy:
            killed(folder / "workspace", instance, proxy)


def write_pieces(root: Path) -> None:
    """Write the workspace."""
    custom = write_workspace(root)
    for number in range(PIECES):
        name = f"bench-{number}"
        write_piece(custom, name, imports=IMPORTS, dependencies=DEPENDENCIES)


def measure(root: Path, instance: Instance, proxy: CountingProxy) -> None:
    """Print the first sync, one with nothing to do, and one with a single change."""
    environment = settings(proxy.url, instance)
    print(f"{PIECES} pieces, {os.cpu_count()} processors, wall seconds")
    first = seconds(root, ["sync"], environment)
    print(f"  first sync          {first:6.2f} s   {counted(proxy)}")
    again = [seconds(root, ["sync"], environment) for _ in range(AGAIN_ROUNDS)]
    text = f"median of {AGAIN_ROUNDS}, with the requests of all of them; budget {BUDGET_S:.1f} s"
    print(f"  again               {statistics.median(again):6.2f} s   {counted(proxy)}   ({text})")
    write_piece(
        root / "pieces" / "custom",
        "bench-7",
        version="0.1.1",
        imports=f"{IMPORTS}import json\n",
        dependencies=DEPENDENCIES,
    )
    one = seconds(root, ["sync"], environment)
    print(f"  one changed         {one:6.2f} s   {counted(proxy)}")


def one_by_one(root: Path, instance: Instance) -> None:
    """Print what a command for each piece takes, the first time and again."""
    environment = settings(instance.url, instance)
    for label in ("one by one, first", "one by one, again"):
        spent = sum(
            seconds(root, ["publish", "--name", f"bench-{number}"], environment)
            for number in range(SAMPLE)
        )
        whole = spent * PIECES / SAMPLE
        print(f"  {label}   {whole:6.2f} s   ({SAMPLE} measured, multiplied by {PIECES // SAMPLE})")


def killed(root: Path, instance: Instance, proxy: CountingProxy) -> None:
    """Print what is left to do after a sync was killed half-way."""
    environment = settings(proxy.url, instance)
    proxy.held_from = PIECES // 2
    process = subprocess.Popen(
        [sys.executable, "-m", "pieces_cli", "sync"],
        cwd=root,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    if not proxy.holding.wait(120):
        raise SystemExit("the sync did not come half-way")
    process.send_signal(signal.SIGKILL)
    process.wait()
    proxy.held_from = None
    proxy.release.set()
    print(f"  killed half-way                {counted(proxy)}")
    rest = seconds(root, ["sync"], environment)
    print(f"  run again           {rest:6.2f} s   {counted(proxy)}")


def settings(url: str, instance: Instance) -> dict[str, str]:
    """Return the environment of the commands."""
    return {**os.environ, "AP_API_URL": url, "AP_API_KEY": instance.key}


def counted(proxy: CountingProxy) -> str:
    """Say how many requests there were since the last time."""
    said = f"{len(proxy.requests)} requests, {proxy.uploads} uploads"
    proxy.requests.clear()
    return said


def seconds(root: Path, command: list[str], environment: Mapping[str, str]) -> float:
    """Run `pieces` to its end and return how long it took."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pieces_cli", *command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()

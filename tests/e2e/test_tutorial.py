"""The tutorial, walked as it is written: every command is run, every file written.

In `docs/tutorial/*.md`, in order of their names:

- a block `sh` is run in the first terminal, from the first page to the last, and must succeed;
- a block `sh terminal` begins the first terminal, and each further one;
- a block `sh background` is started, waited for until it says `listening on`, and ended with the
  tutorial: in the first terminal if it ends in `&`, else in one of its own;
- a block `python FILE`, relative to the workspace, is written to that file;
- each line of a block `text` must appear in what was printed since the `text` before it, in that
  order; `…` in a line stands for anything.

Other blocks are for the reader. Ports are replaced by free ones. The workspace that the tutorial
leaves behind passes ruff.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.road import clean_environment, tool

ROOT = Path(__file__).parent.parent.parent
TUTORIAL = ROOT / "docs" / "tutorial"
PORTS: list[str] = ["8080", "8970", "4200"]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LIMIT_S = 300


@dataclass(frozen=True)
class Block:
    """One fenced block of the tutorial."""

    kind: str
    argument: str
    text: str


def blocks(ports: Mapping[str, str]) -> list[Block]:
    """Return the blocks of all pages, with the ports of the test."""
    pages = sorted(TUTORIAL.glob("[0-9]*.md"))
    assert pages
    written = re.compile(rf"\b({'|'.join(ports)})\b")
    text = written.sub(lambda port: ports[port[0]], "\n".join(page.read_text() for page in pages))
    return [Block(*found) for found in BLOCK.findall(text)]


def free_ports(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def script(blocks: Sequence[Block], environment: Mapping[str, str]) -> str:
    """Return one shell script that does what the tutorial says."""
    [terminal] = [block.text for block in blocks if block.argument == "terminal"]
    shell = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), "bash", "-c"]
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT"]
    for number, block in enumerate(blocks):
        log = f"$TUTORIAL/{number}.log"
        match block.kind, block.argument:
            case "sh", "" | "terminal":
                lines.append(block.text)
            case "sh", "background":
                command = block.text.strip()
                if command.endswith("&"):
                    lines.append(f"{command.removesuffix('&')} > {log} 2>&1 &")
                else:
                    words = [*shell, f'cd "$TUTORIAL"\n{terminal}exec {command}']
                    lines.append(f"{shlex.join(words)} > {log} 2>&1 &")
                alive = f"kill -0 $! || {{ cat {log}; exit 1; }}"
                lines.append(f"until grep -q 'listening on' {log}; do {alive}; sleep 0.1; done")
                lines.append(f"cat {log}")
            case "python", path:
                lines.append(f"cat > {shlex.quote(path)} <<'END OF FILE'\n{block.text}END OF FILE")
            case "text", _:
                lines.append(f"echo '<<{number}>>'")
            case _:
                pass
    return "\n".join(lines)


def walk(program: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a script; return its exit code and all it printed. Nothing of it is left running."""
    process = subprocess.Popen(
        ["bash", "-c", program],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed, _ = process.communicate()
        printed += f"\nkilled after {LIMIT_S} s"
    finally:
        with suppress(ProcessLookupError):  # the group is gone: all of it has ended
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, printed


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "piecekit").symlink_to(ROOT)
    walked = blocks(dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))
    new_shell = {
        "TUTORIAL": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "PIP_COMPILE": "0",  # most of what is installed is never imported
    }

    returncode, printed = walk(script(walked, new_shell), tmp_path, clean_environment(**new_shell))

    assert returncode == 0, printed
    assert_each_text_was_printed(walked, printed)
    assert re.search(rf"^{re.escape(str(tmp_path))}/gelato-environment/lib/", printed, re.MULTILINE)
    for check in (["check"], ["format", "--check"]):
        linted = subprocess.run(
            [tool("ruff"), *check, "gelato-workspace"], cwd=tmp_path, capture_output=True, text=True
        )
        assert linted.returncode == 0, linted.stdout


def assert_each_text_was_printed(walked: Sequence[Block], printed: str) -> None:
    """Each line of a `text` is in its part of `printed`, one after the other."""
    numbers = [number for number, block in enumerate(walked) if block.kind == "text"]
    assert numbers
    begin = 0
    for number in numbers:
        end = printed.index(f"<<{number}>>")
        text, part = walked[number].text, printed[begin:end]
        pattern = ".*?".join(
            ".*?".join(map(re.escape, line.strip().split("…"))) for line in text.splitlines()
        )
        assert re.search(pattern, part, re.DOTALL), f"{text}\nis not in\n{part}"
        begin = end

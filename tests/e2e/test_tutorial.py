"""The tutorial, walked as it is written: every command is run, every file written.

In `docs/tutorial/*.md`, in order of their names:

- a block `sh` is run in one shell, from the first page to the last, and must succeed;
- a block `sh background` is started, waited for until it says `listening on`, and ended with the
  tutorial; `$!` in a later block is its process;
- a block `python FILE`, relative to the workspace, is written to that file;
- each line of a block `text` must appear in what was printed before it, in that order; `…` in a
  line stands for anything.

Other blocks are for the reader. Ports are replaced by free ones. The workspace that the tutorial
leaves behind passes ruff.
"""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.road import clean_environment, tool

ROOT = Path(__file__).parent.parent.parent
TUTORIAL = ROOT / "docs" / "tutorial"
PORTS: list[str] = ["8080", "8970", "4200"]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


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
    text = "\n".join(page.read_text() for page in pages)
    for written, free in ports.items():
        text = text.replace(written, free)
    return [Block(*found) for found in BLOCK.findall(text)]


def free_ports(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def script(blocks: Sequence[Block]) -> str:
    """Return one shell script that does what the tutorial says."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT"]
    for number, block in enumerate(blocks):
        match block.kind, block.argument:
            case "sh", "":
                lines.append(block.text)
            case "sh", "background":
                log = f"$TUTORIAL/{number}.log"
                lines.append(f"{block.text.strip()} > {log} 2>&1 &")
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


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    walked = blocks(dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))

    done = subprocess.run(
        ["bash", "-c", script(walked)],
        cwd=tmp_path,
        env=clean_environment(
            PIECEKIT=str(ROOT),
            TUTORIAL=str(tmp_path),
            HOME=str(tmp_path),
            PATH=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode == 0, done.stdout
    for number, block in enumerate(walked):
        if block.kind == "text":
            printed, _, _ = done.stdout.partition(f"<<{number}>>")
            assert_printed(block.text, printed)
    for check in (["check"], ["format", "--check"]):
        linted = subprocess.run(
            [tool("ruff"), *check, "gelato-workspace"], cwd=tmp_path, capture_output=True, text=True
        )
        assert linted.returncode == 0, linted.stdout


def assert_printed(text: str, printed: str) -> None:
    """Each line of `text` is in `printed`, one after the other."""
    pattern = ".*?".join(
        ".*?".join(map(re.escape, line.strip().split("…"))) for line in text.splitlines()
    )
    assert re.search(pattern, printed, re.DOTALL), f"{text}\nis not in\n{printed}"

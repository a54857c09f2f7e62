"""Running pytest as a process, as an author does, and reading what it found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

FEW_PLUGINS: Final = (
    "-p",
    "no:asyncio",
    "-p",
    "no:anyio",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:respx",
)
"""The suite needs none of them, and their start takes longer than its own."""
_FILE: Final = re.compile(r"\.(?:toml|txt)\.")
"""How the file that names a piece ends, within what pytest calls a class.

Of a file outside of the root folder there is nothing to see.
"""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of pytest's report."""

    node: str
    """Such as `gelato::get_icecream_flavor::run-offline`."""
    outcome: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run of pytest ended with."""

    status: int
    output: str
    items: tuple[Item, ...]

    def failed(self, key: str) -> dict[str, str]:
        """The texts of the failed items of one piece, by `part::rule`."""
        return {
            item.node.partition("::")[2]: item.text
            for item in self.items
            if item.outcome == "failure" and item.node.startswith(f"{key}::")
        }

    def outcomes(self) -> dict[str, str]:
        """Every outcome by node."""
        return {item.node: item.outcome for item in self.items}


def run_pytest(
    folder: Path, *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> Report:
    """Run pytest in `folder`, with every warning an error."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-W", "error", "-m", "pytest", *FEW_PLUGINS, "-W", "error"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--junitxml={report}", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    items = tuple(map(_item, ET.parse(report).iter("testcase"))) if report.exists() else ()
    return Report(status=done.returncode, output=done.stdout + done.stderr, items=items)


def _item(case: ET.Element) -> Item:
    above = _FILE.split(case.attrib["classname"])[-1].strip(".").replace(".", "::")
    node = f"{above}::{case.attrib['name']}"
    for outcome in ("failure", "error", "skipped"):
        found = case.find(outcome)
        if found is not None:
            text = found.attrib.get("message", "") if outcome == "skipped" else found.text or ""
            return Item(node=node, outcome=outcome, text=text)
    return Item(node=node, outcome="passed")

"""Rules about the repository itself that no other tool holds."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = ["framework", "common", "engine", "server", "cli"]
MAX_MODULE_LINES = 600


def tracked(*patterns: str) -> list[Path]:
    """Files that are committed, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_module_is_longer_than_600_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in tracked("*.py")}

    assert {path: count for path, count in lengths.items() if count > MAX_MODULE_LINES} == {}
    assert lengths


def test_no_module_is_a_dumping_ground() -> None:
    forbidden = {"utils", "helpers", "misc", "base", "core", "manager", "common"}

    assert [path for path in tracked("*.py") if path.stem.strip("_") in forbidden] == []


def test_no_lock_file_names_a_package_registry() -> None:
    requirements = (ROOT / "requirements" / "dev.txt").read_text()

    assert not re.search(r"https?://|--index-url|--find-links", requirements)
    assert [path for path in tracked() if path.name in {"uv.lock", "poetry.lock"}] == []


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_each_distribution_is_typed_and_pinned_to_its_siblings(folder: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    siblings = [
        requirement
        for requirement in project["dependencies"]
        if requirement.startswith(("pieces-", "piecekit"))
    ]

    assert "Typing :: Typed" in project["classifiers"]
    assert all(requirement.endswith("~=0.1.0") for requirement in siblings)
    assert len(list((ROOT / folder).glob("*/py.typed"))) == 1


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150

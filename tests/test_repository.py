"""Rules about the repository itself that no other tool holds."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = ["framework", "common", "engine", "server", "cli"]
MAX_MODULE_LINES = 600
MAX_FUNCTION_LINES = 40
OURS = {
    "pieces_framework": "pieces-framework",
    "pieces_common": "pieces-common",
    "pieces_engine": "pieces-engine",
    "pieces_server": "pieces-server",
    "pieces_cli": "piecekit",
}
NEVER_IMPORTED = {
    "piecekit": {"pieces-server"},  # a process of its own
}


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


def test_no_function_is_longer_than_a_screen() -> None:
    modules = [path for folder in DISTRIBUTIONS for path in modules_of(folder)]
    lengths = {
        f"{path.relative_to(ROOT)}: {function.name}": body_lines(function)
        for path in modules
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: count for name, count in lengths.items() if count > MAX_FUNCTION_LINES} == {}
    assert lengths


def modules_of(folder: str) -> list[Path]:
    """The modules of a distribution, without the templates it ships."""
    return [path for path in tracked(f"{folder}/*.py") if "templates" not in path.parts]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines follow the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


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


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_each_distribution_declares_what_it_imports_and_nothing_else(folder: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    declared = {
        normalized(re.split(r"[^\w-]", requirement)[0])
        for requirement in itertools.chain(project["dependencies"], *extras)
    }

    imported = {name for path in modules_of(folder) for name in third_parties(path)}

    assert imported - {project["name"]} == declared - NEVER_IMPORTED.get(project["name"], set())


@functools.cache
def known_distributions() -> Mapping[str, list[str]]:
    """The distributions by the modules they install; reading every installed file takes seconds."""
    return packages_distributions()


def third_parties(path: Path) -> Iterator[str]:
    """The distributions that a module imports from, inside functions too."""
    known = known_distributions()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                packages = [alias.name.partition(".")[0] for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                packages = [module.partition(".")[0]]
            case _:
                continue
        for package in packages:
            if package not in sys.stdlib_module_names:
                yield OURS.get(package) or normalized(known[package][0])


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_distribution_carries_the_licence() -> None:
    folders = [ROOT / "pieces" / "community" / "gelato", *(ROOT / each for each in DISTRIBUTIONS)]
    licence = (ROOT / "LICENSE").read_text()

    assert [folder for folder in folders if (folder / "LICENSE").read_text() != licence] == []


def test_the_readme_of_a_distribution_links_to_nothing_outside_of_it() -> None:
    pages = [path for path in tracked("*/README.md") if (path.parent / "pyproject.toml").is_file()]

    assert [path for path in pages if "](../" in path.read_text()] == []
    assert len(pages) > len(DISTRIBUTIONS)


@pytest.mark.parametrize(
    "page",
    [path for path in tracked("*.md") if "templates" not in path.parts],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(page: Path) -> list[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150

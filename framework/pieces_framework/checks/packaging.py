"""What belongs to a package: its project file, and the texts beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, cast

from pieces_framework.project import PROJECT_FILE, required_name
from pieces_framework.versions import Version, VersionError

from .finding import Needs, Place, Problem, Severity, check_for
from .piece_files import PieceFiles

_PYTHON: Final = (3, 11)
"""The oldest Python the framework runs on."""
_BOUND: Final = re.compile(r"\s*(>=|~=|==|>)\s*3(?:\.(\d{1,3}))?")
_CHANGES: Final = ("CHANGELOG.md", "CHANGELOG", "CHANGELOG.txt", "CHANGELOG.rst", "CHANGES.md")
_READMES: Final = ("README.md", "README", "README.rst", "README.txt")
_LICENCES: Final = ("LICENSE", "LICENCE", "COPYING")


@check_for(
    "project-file",
    Severity.ERROR,
    needs=Needs.PROJECT_FILE,
    hint="compare it with the one that `pieces create` writes",
)
def project_file(piece: PieceFiles) -> Iterator[Problem]:
    """The `pyproject.toml` is TOML and has the table `[project]`.

    Where it has not, the rules about the source tree are left out.
    """
    if piece.project.problem:
        line = re.search(r"at line (\d{1,9})", piece.project.problem)
        place = Place(PROJECT_FILE, int(line.group(1)) if line else None)
        yield Problem(place, "the file is not TOML")
    elif not piece.project.table("project"):
        yield Problem(Place(PROJECT_FILE), "the file has no table `[project]`")


@check_for(
    "version-form",
    Severity.ERROR,
    needs=Needs.SOURCE_TREE,
    hint='write three numbers: `version = "0.1.0"`',
)
def version_form(piece: PieceFiles) -> Iterator[Problem]:
    """The version is written in `pyproject.toml`, as three numbers.

    Compatibility is judged by these numbers, so there is no suffix, and nothing computes it.
    """
    if _version(piece) is None:
        place = piece.project_at("project", "version")
        yield Problem(place, f"the version is {piece.project.version[:40]!r}, not `X.Y.Z`")


@check_for(
    "build-system",
    Severity.ERROR,
    needs=Needs.SOURCE_TREE,
    hint='write `requires = ["hatchling"]` and `build-backend = "hatchling.build"`',
)
def build_system(piece: PieceFiles) -> Iterator[Problem]:
    """A piece is built by hatchling, and by nothing besides.

    `build-piece` puts the metadata into the wheel by it. What else is required here would run on
    the machine that builds.
    """
    table = piece.project.table("build-system")
    backend, requires = table.get("build-backend"), table.get("requires")
    named = cast("list[object]", requires) if isinstance(requires, list) else []
    names = [required_name(str(requirement)) for requirement in named]
    if backend != "hatchling.build":
        place = piece.project_at("build-system", "build-backend")
        yield Problem(place, f"the build backend is {str(backend)[:80]!r}")
    elif names != ["hatchling"]:
        place = piece.project_at("build-system", "requires")
        yield Problem(place, f"the build requires {', '.join(names)[:80]!r}")


@check_for(
    "requires-python",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint='write `requires-python = ">=3.11"`, or a newer version',
)
def requires_python(piece: PieceFiles) -> Iterator[Problem]:
    """`requires-python` says which Python the piece runs on: 3.11 at least, as Piecekit itself."""
    bounds = [bound for bound in map(_bound, piece.requires_python.split(",")) if bound]
    place = piece.project_at("project", "requires-python")
    if not bounds:
        yield Problem(place, "`requires-python` names no oldest version")
    elif max(bounds) < _PYTHON:
        yield Problem(place, f"`requires-python` allows 3.{max(bounds)[1]}")


@check_for(
    "readme-missing",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="write `README.md`: what the piece does, and how to connect an account",
)
def readme_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A piece has a README."""
    if not any(piece.files.get(name, b"").strip() for name in _READMES):
        yield Problem(piece.project_at("project"), "the piece has no `README.md`")


@check_for(
    "changelog-missing",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="write `CHANGELOG.md`, with a heading for each version",
)
def changelog_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A piece has a changelog, by which users decide whether to update."""
    if not any(name in piece.files for name in _CHANGES):
        yield Problem(piece.project_at("project"), "the piece has no `CHANGELOG.md`")


@check_for(
    "changelog-version",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="add a heading with the version, and what users see change",
)
def changelog_version(piece: PieceFiles) -> Iterator[Problem]:
    """The changelog has an entry for the version that `pyproject.toml` names."""
    version = _version(piece)
    for name in (name for name in _CHANGES if name in piece.files and version):
        text = piece.files[name].decode("utf-8", "replace")
        if not re.search(rf"(?<![\d.]){re.escape(str(version))}(?!\.?\d)", text):
            place = piece.project_at("project", "version")
            yield Problem(place, f"`{name}` does not mention version {version}")


@check_for(
    "licence-missing",
    Severity.NOTE,
    needs=Needs.SOURCE_TREE,
    hint='write `license = "MIT"`, or add a file `LICENSE`; a private piece may say so there',
)
def licence_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A piece says under which licence it may be used."""
    project = piece.project.table("project")
    tops = {path.partition(".")[0] for path in piece.files if "/" not in path}
    if "license" not in project and not tops & set(_LICENCES):
        yield Problem(piece.project_at("project"), "the piece names no licence")


@check_for(
    "py-typed",
    Severity.NOTE,
    needs=Needs.SOURCE_TREE,
    hint="add an empty file `py.typed` beside the package's `__init__.py`",
)
def py_typed(piece: PieceFiles) -> Iterator[Problem]:
    """The package has a `py.typed`: without it type checkers take its types for unknown."""
    for package in piece.packages:
        if f"{package}/py.typed" not in piece.files:
            yield Problem(Place(f"{package}/__init__.py"), f"`{package}` has no `py.typed`")


@check_for(
    "pinned-requirement",
    Severity.NOTE,
    needs=Needs.SOURCE_TREE,
    hint="give a range: `~=1.4` takes the fixes too",
)
def pinned_requirement(piece: PieceFiles) -> Iterator[Problem]:
    """A dependency is a range of versions.

    One exact version keeps out fixes, and cannot be installed beside another exact version.
    """
    for requirement in piece.project.dependencies:
        specifier = requirement.partition(";")[0]
        if "==" in specifier and "*" not in specifier:
            message = f"`{required_name(requirement)}` is pinned to one version"
            yield Problem(piece.requirement_at(requirement), message)


def _version(piece: PieceFiles) -> Version | None:
    try:
        return Version.parse(piece.project.version)
    except VersionError:
        return None


def _bound(clause: str) -> tuple[int, int] | None:
    found = _BOUND.match(clause)
    return (3, int(found.group(2) or 0)) if found else None


CHECKS: Final = (
    project_file,
    version_form,
    build_system,
    requires_python,
    readme_missing,
    changelog_missing,
    changelog_version,
    licence_missing,
    py_typed,
    pinned_requirement,
)

"""What a piece imports, beside what its `pyproject.toml` asks for."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pieces_framework.names import OWN_DISTRIBUTIONS, normalize_name
from pieces_framework.project import required_name

from .distributions import BROUGHT_BY, DISTRIBUTIONS, NOT_IMPORTED, WELL_KNOWN
from .finding import Needs, Place, Problem, Severity, check_for
from .module import Module, literal_text
from .piece_files import PieceFiles
from .walking import Seen

_WITH_THE_FRAMEWORK: Final = frozenset({"pydantic", "typing_extensions"})
"""What authors are told to import, and the framework brings along."""
_IMPORTING: Final = frozenset({"importlib.import_module", "__import__"})
_OF_ANY_PIECE: Final = frozenset({"piece", "pieces"})
"""Words of a module's name that tell nothing of where it comes from."""


@dataclass(frozen=True)
class _Import:
    """One import of a module from outside of the piece."""

    module: str
    """As written: `google.cloud.storage`."""
    place: Place
    needed: bool
    """It runs whenever the piece is used: neither for types only, nor optional."""

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


@check_for(
    "other-piece",
    Severity.ERROR,
    hint="move what both need into a package of its own, and depend on that",
)
def other_piece(piece: PieceFiles) -> Iterator[Problem]:
    """A piece imports no other piece.

    Each version of a piece runs in an environment of its own, where no other piece is installed.
    `importlib.import_module("…")` imports too.
    """
    for each in _imports(piece):
        if each.top.startswith("piece_"):
            yield Problem(each.place, f"the piece imports another one, `{each.top}`")


@check_for(
    "undeclared-dependency",
    Severity.ERROR,
    needs=Needs.SOURCE_TREE,
    hint="add the distribution to `dependencies` in `pyproject.toml`",
)
def undeclared_dependency(piece: PieceFiles) -> Iterator[Problem]:
    """What the package imports is among its dependencies.

    Where the piece is installed there is nothing but Python, and what it depends on. Imports for
    types only, and those in a `try` that goes on without them, are left out. So is a name that
    may come from a dependency whose import name is not known, and pydantic, which comes with the
    framework. A second package of a dependency is known of a few only, such as `bson` of pymongo;
    ignore the finding about another.
    """
    unexplained = _unexplained(piece)
    declared = _declared(piece)
    for each in _imports(piece):
        if not each.needed or each.top.startswith("piece_") or _provided(each.module, declared):
            continue
        if each.top in _WITH_THE_FRAMEWORK and "pieces-framework" in declared:
            continue
        if _is_known(each.top) or not unexplained:
            message = f"`{each.top}` is imported, and `pyproject.toml` does not ask for it"
            yield Problem(each.place, message)


@check_for(
    "unused-dependency",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="drop it; where it is needed without an import, ignore this on its line",
)
def unused_dependency(piece: PieceFiles) -> Iterator[Problem]:
    """What the piece depends on is imported somewhere in it.

    Each dependency costs time at every installation, and may clash with others. Nothing is said
    while an import is unaccounted for, since it may come from that very dependency.
    """
    declared = _declared(piece)
    imports = _imports(piece)
    if any(not _provided(each.module, declared) and not _is_known(each.top) for each in imports):
        return
    unexplained = _unexplained(piece)
    for requirement in piece.project.dependencies:
        if normalize_name(required_name(requirement)) in unexplained:
            message = f"nothing imports `{required_name(requirement)}`"
            yield Problem(piece.requirement_at(requirement), message)


def _imports(piece: PieceFiles) -> list[_Import]:
    own = {*piece.packages, *(path.partition("/")[0].removesuffix(".py") for path in piece.files)}
    return sorted(
        (
            each
            for each in _all_imports(piece)
            if each.top not in sys.stdlib_module_names and each.top not in own
        ),
        key=lambda each: (each.place.path, each.place.line or 0),
    )


def _all_imports(piece: PieceFiles) -> Iterator[_Import]:
    for module in piece.modules:
        for node, seen in module.each(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif node.level == 0:
                imported = [f"{node.module}.{alias.name}" for alias in node.names[:1]]
            else:
                continue
            for name in imported:
                yield _import(module, name, seen)
        for call, seen in module.each(ast.Call):
            name = literal_text(call.args[0]) if call.args else ""
            if name and not name.startswith(".") and module.dotted(call.func) in _IMPORTING:
                yield _import(module, name, seen)


def _import(module: Module, name: str, seen: Seen) -> _Import:
    return _Import(name, module.at(seen.node), needed=not seen.idle and not seen.optional)


def _declared(piece: PieceFiles) -> frozenset[str]:
    """Return the names of what is asked for; extras too, for an import may be for one of them."""
    requirements = (*piece.project.dependencies, *piece.project.extras)
    return frozenset(normalize_name(required_name(each)) for each in requirements)


def _unexplained(piece: PieceFiles) -> set[str]:
    """Return the dependencies that no import is known to come from."""
    names = {normalize_name(required_name(each)) for each in piece.project.dependencies}
    used = {name for each in _imports(piece) for name in names if _provides(name, each.module)}
    stubs = {name for name in names if name.startswith("types-") or name.endswith("-stubs")}
    return names - used - stubs - NOT_IMPORTED


def _provided(module: str, distributions: frozenset[str]) -> bool:
    return any(_provides(distribution, module) for distribution in distributions)


@lru_cache(maxsize=1024)
def _provides(distribution: str, module: str) -> bool:
    """Whether a module comes from a distribution, or may well do by its name."""
    top = module.partition(".")[0]
    known = OWN_DISTRIBUTIONS.get(top) or DISTRIBUTIONS.get(top)
    if known and distribution in {known, f"{known}-headless", f"{known}-binary"}:
        return True
    if distribution in {normalize_name(top), BROUGHT_BY.get(top)}:
        return True
    if _is_known(top):
        return False
    words = {word for word in re.split(r"[-_.]", module.lower()) if len(word) > 2} - _OF_ANY_PIECE
    plain = distribution.removeprefix("python-").removesuffix("-python").replace("-", "")
    return (
        bool(words & set(distribution.split("-")))
        or normalize_name(top).replace("-", "") in plain
        or plain.removeprefix("py") in top.lower()
    )


def _is_known(top: str) -> bool:
    return top in OWN_DISTRIBUTIONS or top in DISTRIBUTIONS or top in WELL_KNOWN


CHECKS: Final = (other_piece, undeclared_dependency, unused_dependency)

"""Names: those of the package, and those that flows store."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from typing import Final

from pieces_framework.names import names_fit
from pieces_framework.project import EntryPoint

from .finding import Needs, Place, Problem, Severity, check_for
from .module import Module
from .piece_files import PieceFiles

_SNAKE_CASE: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_WORD_BEGINS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDENTIFIER: Final = "use lower-case letters, digits and `_`"


@check_for(
    "entry-point",
    Severity.ERROR,
    needs=Needs.SOURCE_TREE,
    hint='write one line under [project.entry-points.pieces]: `gelato = "piece_gelato:gelato"`',
)
def entry_point(piece: PieceFiles) -> Iterator[Problem]:
    """A piece is found by its entry point.

    There is exactly one in the group `pieces`. It has the form `module:object`, the module is in
    the folder, and the object is made or imported there. Without it nothing can load the piece.
    """
    entries = piece.project.entry_points
    place = piece.entry_point_at()
    if len(entries) != 1:
        where = place if place.line else piece.project_at("project")
        yield Problem(where, f"the piece has {len(entries)} entry points in the group `pieces`")
        return
    (entry,) = entries
    at = piece.entry_point_at(entry.key)
    if not entry.module or not entry.object.isidentifier():
        yield Problem(at, f"the entry point `{entry.key}` is not of the form `module:object`")
        return
    path = entry.module.replace(".", "/")
    found = {f"{path}/__init__.py", f"{path}.py"} & piece.files.keys()
    if not found:
        yield Problem(at, f"the entry point names the module `{entry.module}`, which is not there")
    elif not _defines(piece.module(min(found)), entry.object):
        yield Problem(at, f"`{entry.module}` has no `{entry.object}`, which the entry point names")


@check_for(
    "distribution-name",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="name the distribution `piece-` and the entry point's key: `piece-google-drive`",
)
def distribution_name(piece: PieceFiles) -> Iterator[Problem]:
    """The distribution of a piece is named after its entry point.

    The piece `google-drive` is `piece-google-drive`, with the name of an organisation before it
    if it has one: `acme-piece-google-drive`. A flow names a piece by its distribution.
    """
    name = piece.project.name
    for entry in piece.project.entry_points[:1]:
        if name and not names_fit(entry.key, name):
            message = f"the distribution `{name}` holds the piece `{entry.key}`"
            yield Problem(piece.project_at("project", "name"), message)


@check_for(
    "import-name",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="name the package `piece_` and the entry point's key: `piece_google_drive`",
)
def import_name(piece: PieceFiles) -> Iterator[Problem]:
    """The package of a piece is named after its entry point.

    The piece `google-drive` is imported as `piece_google_drive`. Another name may be that of
    another package on the same machine.
    """
    for entry, place in _entry(piece):
        expected = f"piece_{entry.key.replace('-', '_')}"
        if entry.module.partition(".")[0] != expected:
            yield Problem(place, f"the piece `{entry.key}` is in the package `{entry.module}`")


@check_for(
    "object-name",
    Severity.NOTE,
    needs=Needs.SOURCE_TREE,
    hint="name the object as the entry point's key, with `_` for `-`: `google_drive`",
)
def object_name(piece: PieceFiles) -> Iterator[Problem]:
    """The object that `create_piece` gives is named after its entry point.

    The piece `google-drive` is the object `google_drive`; a Python keyword gets a `_` after it.
    """
    for entry, place in _entry(piece):
        name = entry.key.replace("-", "_")
        allowed = {name, f"{name}_"} if name.isidentifier() else {f"piece_{name}"}
        if keyword.iskeyword(name):
            allowed -= {name}
        if entry.object not in allowed:
            yield Problem(place, f"the piece `{entry.key}` is the object `{entry.object}`")


@check_for("part-name", Severity.WARNING, needs=Needs.METADATA, hint=_IDENTIFIER)
def part_name(piece: PieceFiles) -> Iterator[Problem]:
    """Actions and triggers are named in snake_case.

    The name is stored in flows and never changes, so it is worth getting right before the first
    release. After it a new name breaks the flows that have the old one: ignore this then.
    """
    for part in piece.parts:
        if not _SNAKE_CASE.fullmatch(part.name):
            message = f"the {part.kind} `{part.name}` is not snake_case{_better(part.name)}"
            yield Problem(piece.part_at(part), message)


@check_for("prop-name", Severity.NOTE, needs=Needs.METADATA, hint=_IDENTIFIER)
def prop_name(piece: PieceFiles) -> Iterator[Problem]:
    """Properties are named in snake_case, as actions and triggers are.

    Two of the action `custom_api_call` are not, and stay: flows of every piece know them so.
    """
    for part in piece.parts:
        for prop in part.props:
            if not _SNAKE_CASE.fullmatch(prop) and (part.name, prop) not in _DOCUMENTED:
                message = f"the property `{prop}` of `{part.name}` is not snake_case"
                yield Problem(piece.prop_at(part, prop), f"{message}{_better(prop)}")


_DOCUMENTED: Final = frozenset(
    {("custom_api_call", "queryParams"), ("custom_api_call", "followRedirects")}
)


def _better(name: str) -> str:
    """Return what a message adds to propose a name in snake_case; nothing if none comes of it."""
    parted = _WORD_BEGINS.sub("_", name)
    proposed = re.sub(r"[^A-Za-z0-9]+", "_", parted).strip("_").lower()
    fits = name.isascii() and _SNAKE_CASE.fullmatch(proposed) and proposed != "auth"
    return f"; write `{proposed}`" if fits else ""


def _entry(piece: PieceFiles) -> Iterator[tuple[EntryPoint, Place]]:
    for entry in piece.project.entry_points[:1]:
        yield entry, piece.entry_point_at(entry.key)


def _defines(module: Module, name: str) -> bool:
    """Whether a module binds a name; a file that cannot be read, or imports `*`, might."""
    if module.error is not None:
        return True
    bound = [
        *(
            (node.id, seen)
            for node, seen in module.each(ast.Name)
            if isinstance(node.ctx, ast.Store)
        ),
        *((node.asname or node.name, seen) for node, seen in module.each(ast.alias)),
    ]
    return any(each in {name, "*"} and seen.function is None for each, seen in bound)


CHECKS: Final = (
    entry_point,
    distribution_name,
    import_name,
    object_name,
    part_name,
    prop_name,
)

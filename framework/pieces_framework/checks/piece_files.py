"""A piece as the rules see it: its files and metadata, each looked at once for all of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pieces_framework.project import PROJECT_FILE, Project
from pieces_framework.wire import JsonValue

from .finding import Needs, Place
from .module import Module, keyword, literal_text
from .walking import last_name

_MAX_TEXT_BYTES: Final = 1024 * 1024
"""A larger file is data that somebody packed, not text that somebody wrote."""


@dataclass(frozen=True)
class Part:
    """An action or a trigger of the metadata."""

    kind: str
    """`action` or `trigger`."""
    name: str
    document: Mapping[str, JsonValue]

    def text(self, key: str) -> str:
        """Return a text of the document; empty if it is missing or none."""
        return text_of(self.document, key)

    @property
    def props(self) -> Mapping[str, Mapping[str, JsonValue]]:
        """The properties by name."""
        return dict(_objects(self.document.get("props")))


class PieceFiles:
    """The files of a piece's folder, or of its wheel, and its metadata if that is known."""

    def __init__(
        self, files: Mapping[str, bytes], metadata: Mapping[str, JsonValue] | None
    ) -> None:
        self.files: Final = files
        self.metadata: Final[Mapping[str, JsonValue]] = metadata or {}
        self._parsed: Final[dict[str, Module]] = {}

    def satisfies(self, needs: Needs) -> bool:
        """Whether there is what a rule needs to judge."""
        source = bool(self.project.table("project"))
        return {
            Needs.FILES: True,
            Needs.PROJECT_FILE: PROJECT_FILE in self.files,
            Needs.SOURCE_TREE: source,
            Needs.METADATA: bool(self.metadata),
            Needs.SOURCE_AND_METADATA: source and bool(self.metadata),
            Needs.IMPORT: False,
        }[needs]

    @cached_property
    def project(self) -> Project:
        """The `pyproject.toml`; an empty one for a wheel."""
        return Project(self.files.get(PROJECT_FILE, b"").decode("utf-8-sig", "replace"))

    @cached_property
    def requires_python(self) -> str:
        """Which Python the piece asks for; empty if that is nowhere said."""
        if PROJECT_FILE in self.files:
            return self.project.text("project", "requires-python")
        for path, text in self.texts.items():
            if path.endswith(".dist-info/METADATA"):
                found = re.search(r"^Requires-Python:(.{0,100})", text, re.MULTILINE)
                return found.group(1).strip() if found else ""
        return ""

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Every file that is UTF-8 text, by its path."""
        texts: dict[str, str] = {}
        for path, content in self.files.items():
            if len(content) > _MAX_TEXT_BYTES or b"\0" in content:
                continue
            try:
                texts[path] = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                continue
        return texts

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The import packages that are installed: `piece_gelato`.

        In a source tree those that the entry point and the names tell, in a wheel all of them.
        """
        tops = {path.partition("/")[0] for path in self.files if path.endswith("/__init__.py")}
        if PROJECT_FILE in self.files:
            declared = {entry.module.partition(".")[0] for entry in self.project.entry_points}
            tops = {top for top in tops if top in declared or top.startswith("piece_")}
        return tuple(sorted(tops))

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """Every Python file of the packages but their tests, unless it is too large to be read."""
        return tuple(
            self.module(path)
            for path, content in sorted(self.files.items())
            if path.endswith(".py")
            and path.partition("/")[0] in self.packages
            and "tests" not in path.split("/")
            and len(content) <= _MAX_TEXT_BYTES
        )

    def module(self, path: str) -> Module:
        """Return a Python file, parsed once however often it is asked for."""
        if path not in self._parsed:
            self._parsed[path] = Module(path, self.files[path])
        return self._parsed[path]

    @cached_property
    def tests(self) -> Mapping[str, str]:
        """The text of each test file: `test_*.py` or `*_test.py`, wherever it is."""
        return {
            path: text
            for path, text in self.texts.items()
            if (name := path.rpartition("/")[2]).endswith(".py")
            and (name.startswith("test_") or name.endswith("_test.py"))
        }

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every action and trigger of the metadata."""
        return tuple(
            Part(kind, name, document)
            for kind in ("action", "trigger")
            for name, document in _objects(self.metadata.get(f"{kind}s"))
        )

    def project_at(self, table: str, key: str = "") -> Place:
        """Return where the project file has a key of a table, or else the table."""
        return Place(PROJECT_FILE, self.project.line_of(table, key))

    def entry_point_at(self, key: str = "") -> Place:
        """Return where the project file has the piece's entry point, or else the table for it."""
        return Place(PROJECT_FILE, self.project.entry_point_line(key))

    def requirement_at(self, requirement: str) -> Place:
        """Return where the project file asks for a distribution."""
        return Place(PROJECT_FILE, self.project.requirement_line(requirement))

    def piece_at(self, argument: str = "") -> Place:
        """Return where `create_piece` is given an argument, or else where it is called."""
        for module, call in self._declaring:
            if last_name(call.func) == "create_piece":
                return _at(module, call, argument)
        return Place(f"{self.packages[0]}/__init__.py" if self.packages else PROJECT_FILE)

    def part_at(self, part: Part, argument: str = "name") -> Place:
        """Return where an action or trigger is given an argument, or else its name."""
        declared = self._named.get(part.name)
        return _at(*declared, argument, "name") if declared else self.piece_at()

    def prop_at(self, part: Part, prop: str) -> Place:
        """Return where a property is declared: in the part's own file first."""
        own = self.part_at(part)
        places = self._assigned.get(prop, ())
        return next((place for place in places if place.path == own.path), [*places, own][0])

    @cached_property
    def _named(self) -> Mapping[str, tuple[Module, ast.Call]]:
        """What is declared with a name: the first of each."""
        found: dict[str, tuple[Module, ast.Call]] = {}
        for module, call in self._declaring:
            found.setdefault(literal_text(keyword(call, "name")), (module, call))
        return found

    @cached_property
    def _declaring(self) -> Sequence[tuple[Module, ast.Call]]:
        return [
            (module, call)
            for module in self.modules
            for call, _ in module.each(ast.Call)
            if last_name(call.func).startswith("create_")
        ]

    @cached_property
    def _assigned(self) -> Mapping[str, list[Place]]:
        """Where each name is given a `Property.…(...)`, or a property names itself."""
        found: dict[str, list[Place]] = {}
        for module in self.modules:
            for name, node in _property_names(module):
                found.setdefault(name, []).append(module.at(node))
        return {
            name: sorted(places, key=lambda place: (place.path, place.line or 0))
            for name, places in found.items()
        }


def text_of(document: Mapping[str, JsonValue], key: str) -> str:
    """Return a text of a document; empty if it is missing or something else."""
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _objects(value: JsonValue) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    for name, document in value.items() if isinstance(value, Mapping) else ():
        if isinstance(document, Mapping):
            yield name, document


def _at(module: Module, call: ast.Call, *arguments: str) -> Place:
    for argument in arguments:
        if (value := keyword(call, argument)) is not None:
            return module.at(value)
    return module.at(call)


def _property_names(module: Module) -> Iterator[tuple[str, ast.AST]]:
    for node, _ in module.each(ast.Assign, ast.AnnAssign):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called) as call)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=called) as call)
            ) if isinstance(called, ast.Attribute) and last_name(called.value) == "Property":
                yield literal_text(keyword(call, "name")) or name, node
            case _:
                pass
    for literal, _ in module.each(ast.Dict):
        for key, value in zip(literal.keys, literal.values, strict=True):
            if key and isinstance(value, ast.Call):
                yield literal_text(key), key

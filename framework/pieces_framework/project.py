"""A piece's `pyproject.toml` as data, and the lines its parts are on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from .names import ENTRY_POINT_GROUP

PROJECT_FILE: Final = "pyproject.toml"
_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})")


@dataclass(frozen=True)
class EntryPoint:
    """One entry point of the group `pieces`: `gelato = "piece_gelato:gelato"`."""

    key: str
    target: str
    """As written: `piece_gelato:gelato`."""

    @property
    def module(self) -> str:
        """What stands before the colon."""
        return self.target.partition(":")[0].strip()

    @property
    def object(self) -> str:
        """What stands behind the colon; empty if there is none."""
        return self.target.partition(":")[2].strip()


class Project:
    """The file, read. What is missing or of another type reads as empty."""

    def __init__(self, text: str) -> None:
        self._lines: Final = text.splitlines()
        self.problem: str = ""
        """Why the file cannot be read; it reads as empty then."""
        document: Mapping[str, object] = {}
        try:
            document = tomllib.loads(text)
        except RecursionError:
            self.problem = "it nests too deeply"
        except ValueError as error:
            self.problem = str(error)
        self._document: Final = document

    @property
    def name(self) -> str:
        """`project.name`."""
        return self.text("project", "name")

    @property
    def version(self) -> str:
        """`project.version`."""
        return self.text("project", "version")

    @property
    def dependencies(self) -> tuple[str, ...]:
        """`project.dependencies`, as written."""
        return _texts(self.table("project").get("dependencies"))

    @property
    def extras(self) -> tuple[str, ...]:
        """The requirements of all `project.optional-dependencies`."""
        extras = self.table("project", "optional-dependencies").values()
        return tuple(text for extra in extras for text in _texts(extra))

    @property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """The entry points of the group `pieces` that are text."""
        group = self.table("project", "entry-points", ENTRY_POINT_GROUP)
        return tuple(
            EntryPoint(key, target) for key, target in group.items() if isinstance(target, str)
        )

    def table(self, *keys: str) -> Mapping[str, object]:
        """Return the table at the path `keys`; an empty one if there is none."""
        found: Mapping[str, object] = self._document
        for key in keys:
            below = found.get(key)
            if not isinstance(below, Mapping):
                return {}
            found = cast("Mapping[str, object]", below)  # the keys of a TOML table are text
        return found

    def text(self, *keys: str) -> str:
        """Return the text at the path `keys`; an empty one if there is none."""
        *tables, last = keys
        found = self.table(*tables).get(last)
        return found if isinstance(found, str) else ""

    def line_of(self, table: str, key: str = "") -> int | None:
        """Return the line of a key of a table, or of the table's header, from 1.

        `None` if neither stands on a line of its own.
        """
        header: int | None = None
        inside = False
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if stripped.startswith("["):
                inside = stripped.partition("]")[0].strip("[ ").replace('"', "") == table
                header = number if inside else header
            elif inside and key and stripped.partition("=")[0].strip(" \"'") == key:
                return number
        return header

    def entry_point_line(self, key: str = "") -> int | None:
        """Return the line of the piece's entry point, or of the table for it."""
        return self.line_of(f"project.entry-points.{ENTRY_POINT_GROUP}", key)

    def requirement_line(self, requirement: str) -> int | None:
        """Return the line where a requirement is written."""
        for number, line in enumerate(self._lines, 1):
            if f'"{requirement}"' in line or f"'{requirement}'" in line:
                return number
        return self.line_of("project", "dependencies")


def required_name(requirement: str) -> str:
    """Return the name of the distribution that a requirement asks for, as written.

    >>> required_name("httpx[http2]>=0.28; python_version < '4'")
    'httpx'
    """
    found = _REQUIREMENT.match(requirement)
    return found.group(1).rstrip("-._") if found else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    items = cast("list[object]", value)  # whatever the author's list holds
    return tuple(each for each in items if isinstance(each, str))

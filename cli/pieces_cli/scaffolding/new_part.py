"""A new action or trigger: its module, its test and its registration, or nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pieces_cli.changes import check_free, write_together
from pieces_framework.errors import PieceError

from .auth_code import AuthCode, auth_code
from .declared_auth import declared_auth
from .naming import class_name, part_function, part_name
from .python_source import string_literal
from .registration import PartKind, Registration, RegistrationError, register
from .rendering import render_files
from .source_text import BYTE_ORDER_MARK, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """What the author says of a new action or trigger."""

    kind: PartKind
    template: str
    display_name: str
    description: str


@dataclass(frozen=True, kw_only=True)
class PartFiles:
    """What makes up a new part, by path; nothing is written yet."""

    name: str
    """As flows store it."""
    module: Path
    test: Path
    auth: AuthCode
    created: Mapping[Path, str]
    changed: Mapping[Path, str]

    def write(self) -> None:
        """Write all of it, or nothing.

        Raises:
            WriteError: if the disk does not take the files.
        """
        write_together(self.created, self.changed)


def part_files(piece: PieceFolder, part: NewPart) -> PartFiles:
    """Return the part's module and test, and the piece's `__init__.py` with it registered.

    Raises:
        InvalidNameError: if no name can be made of the display name.
        FileInTheWayError: if its module or test exists.
        SourceTextError: if the piece's `__init__.py` or `auth.py` is no Python.
        RegistrationError: if the piece's `__init__.py` cannot be added to, or its auth be told.
    """
    _check_text(part)
    name = part_name(part.display_name)
    package = _package(piece)
    auth = auth_code(declared_auth(package), package.name)
    function = part_function(name)
    if function == auth.name:
        function += "_"
    created = {
        piece.path / path: text
        for path, text in render_files(
            part.template, _template_values(piece, part, package, function, auth)
        ).items()
    }
    folder = package / f"{part.kind}s"
    module = folder / f"{name}.py"
    [test] = created.keys() - {module}
    check_free(module)
    registration = Registration(kind=part.kind, module=name, function=function)
    registered = _registered(package, registration)  # names a part of the other kind in the way
    check_free(test)
    if not (folder / "__init__.py").exists():
        created[folder / "__init__.py"] = f'"""The {part.kind}s, a module each."""\n'
    return PartFiles(
        name=name,
        module=module,
        test=test,
        auth=auth,
        created=created,
        changed={package / "__init__.py": registered},
    )


def _template_values(
    piece: PieceFolder, part: NewPart, package: Path, function: str, auth: AuthCode
) -> dict[str, str]:
    name = part_name(part.display_name)
    props_class = f"{class_name(name)}Props"
    if auth.connection_class and auth.connection_class[1] == props_class:
        props_class = f"{class_name(name)}ActionProps"
    return {
        "piece": piece.path.name,
        "module": package.name,
        "name": name,
        "function": function,
        "props_class": props_class,
        "display_name": string_literal(part.display_name),
        "description": string_literal(part.description),
        # Unlike in every other piece: mypy takes each test file for a module of that name.
        "test_name": f"test_{package.name.removeprefix('piece_')[:180]}_{name}",
        **auth.template_values({f"{package.name}.{part.kind}s.{name}": function}),
    }


def _package(piece: PieceFolder) -> Path:
    module = piece.entry_point.partition(":")[0]
    package = piece.path / module
    if not (package / "__init__.py").is_file():
        raise RegistrationError(
            f"the piece `{piece.name}` has no `{module}/__init__.py`",
            hint="what is made here belongs in a package beside the piece's pyproject.toml",
        )
    return package


def _check_text(part: NewPart) -> None:
    for text in (part.display_name, part.description):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise PieceError(
                f"{text!r} is not valid text", hint="write it in the encoding of your terminal"
            )


def _registered(package: Path, registration: Registration) -> str:
    path = package / "__init__.py"
    text = read_text(path)
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    return mark + register(text.removeprefix(mark), registration, path=str(path))

"""A new action or trigger: its module, its test and its registration, or nothing of it."""

from __future__ import annotations

import ast
import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_cli.changes import check_free, write_together
from pieces_framework.errors import PieceError

from .naming import class_name, part_function, part_name
from .python_source import import_statement, string_literal
from .registration import PartKind, Registration, RegistrationError, register
from .rendering import render_files

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_cli.workspace import PieceFolder

_BOM: Final = codecs.BOM_UTF8.decode()


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """What the author says of a new action or trigger."""

    kind: PartKind
    template: str
    display_name: str
    description: str


def create_part(piece: PieceFolder, part: NewPart) -> Path:
    """Write the part's module and test, register it, and return the module's path.

    Raises:
        InvalidNameError: if no name can be made of the display name.
        FileInTheWayError: if its module or test exists.
        RegistrationError: if the piece's `__init__.py` cannot be added to.
        WriteError: if the disk does not take the files.
    """
    _check_text(part)
    name = part_name(part.display_name)
    function = part_function(name)
    package = _package(piece)
    folder, module = package / f"{part.kind}s", f"{package.name}.{part.kind}s"
    auth = _auth_name(package / "auth.py")
    files = render_files(
        part.template,
        {
            "piece": piece.path.name,
            "module": package.name,
            "name": name,
            "function": function,
            "class_name": class_name(name),
            "display_name": string_literal(part.display_name),
            "description": string_literal(part.description),
            # Unlike in every other piece: mypy takes each test file for a module of that name.
            "test_name": f"test_{package.name.removeprefix('piece_')[:180]}_{name}",
            "import_part": import_statement(f"{module}.{name}", function),
            "auth": auth,
            "import_auth": import_statement(f"{package.name}.auth", auth) if auth else "",
        },
    )
    created = {piece.path / path: text for path, text in files.items()}
    for path in created:
        check_free(path)
    if not (folder / "__init__.py").exists():
        created[folder / "__init__.py"] = f'"""The {part.kind}s, a module each."""\n'
    registration = Registration(kind=part.kind, module=name, function=function)
    write_together(created, {package / "__init__.py": _registered(package, registration)})
    return folder / f"{name}.py"


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
    text = _read(path)
    bom = _BOM if text.startswith(_BOM) else ""
    return bom + register(text.removeprefix(bom), registration, path=str(path))


def _auth_name(path: Path) -> str:
    """Return the name of the first `NAME = PieceAuth.SecretText(...)` in `auth.py`, or nothing."""
    if not path.exists():
        return ""
    try:
        module = ast.parse(_read(path).removeprefix(_BOM))
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte
        raise RegistrationError(f"`{path}` is not valid Python: {error}") from error
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=function))
            ) if ast.unparse(function).endswith("PieceAuth.SecretText"):
                return name
            case _:
                pass
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RegistrationError(f"`{path}` cannot be read as UTF-8 text: {error}") from error

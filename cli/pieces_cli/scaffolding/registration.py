"""Adding an action or trigger to a piece's `__init__.py`: one import, one entry in its list.

The file is the author's: what is not a part of these two places stays byte for byte.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pieces_framework.errors import PieceError

from .python_source import import_statement
from .source_text import Change, SourceText, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

PartKind: TypeAlias = Literal["action", "trigger"]

_INDENT: Final = "    "


class RegistrationError(PieceError):
    """A piece's `__init__.py` is not written in a way that can be added to."""

    exit_code = 65  # EX_DATAERR
    code = "REGISTRATION"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What is to be added."""

    kind: PartKind
    module: str
    """The module's name below `actions` or `triggers`."""
    function: str
    """The name that the module defines."""

    @property
    def list_name(self) -> str:
        """The argument of `create_piece` that lists parts of this kind."""
        return f"{self.kind}s"


def register(text: str, registration: Registration, *, path: str) -> str:
    """Return the text of a piece's `__init__.py` with the part imported and listed.

    Args:
        text: what the file holds.
        registration: what to add.
        path: how messages call the file.

    Raises:
        SourceTextError: if it is no Python.
        RegistrationError: if it has no single `create_piece` call with the list
            written out in it, or uses the name already.
    """
    module = parse(text, path=path)
    if binding := _binding_of(registration.function, module):
        raise RegistrationError(
            f"`{path}` uses the name `{registration.function}` already: `{binding}`",
            hint="choose another display name; it can be changed in the file afterwards",
        )
    statement, call = _find_call(module, registration, path)
    source = SourceText(text)
    listing = _listing(source, call, _find_list(call, registration, path), registration.function)
    return source.changed([_import(source, module, statement, registration, path), *listing])


def _find_call(
    module: ast.Module, registration: Registration, path: str
) -> tuple[ast.stmt, ast.Call]:
    calls = [
        (statement, node)
        for statement in module.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and _called(node) in _names_of_create_piece(module)
    ]
    if len(calls) != 1:
        raise _by_hand(f"`{path}` calls `create_piece` {len(calls)} times, not once", registration)
    return calls[0]


def _find_list(call: ast.Call, registration: Registration, path: str) -> ast.List:
    name = registration.list_name
    for argument in call.keywords:
        if argument.arg == name and isinstance(argument.value, ast.List):
            return argument.value
    raise _by_hand(f"`{path}` has no list `{name}=[…]` in its `create_piece` call", registration)


def _by_hand(message: str, registration: Registration) -> RegistrationError:
    name = registration.list_name
    return RegistrationError(
        message, hint=f"write `{name}=[]` into the one call of `create_piece`, then try again"
    )


def _listing(source: SourceText, call: ast.Call, listed: ast.List, name: str) -> Iterator[Change]:
    """Add `name` to the list so that a formatted file stays formatted."""
    has_comment = source.has_comment(source.end(call.func), source.end(call))
    if not has_comment and not _stands_alone(call, listed):
        yield _one_argument_a_line(source, call, listed, name)
    elif source.has_comment(source.start(listed), source.end(listed)):
        yield from _line_added(source, listed, name)
    else:
        text = _list_text(source, listed, name, source.indentation(listed.lineno))
        yield Change(source.start(listed), source.end(listed), text)


def _stands_alone(call: ast.Call, listed: ast.List) -> bool:
    """Whether the list shares no line with another argument or the call's parentheses."""
    taken = {call.func.end_lineno, call.end_lineno}
    for each in _arguments(call):
        if not (isinstance(each, ast.keyword) and each.value is listed):
            taken |= set(_lines(each))
    return taken.isdisjoint(_lines(listed))


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    arguments: list[ast.expr | ast.keyword] = []
    arguments += call.args
    arguments += call.keywords
    return arguments


def _lines(node: ast.expr | ast.keyword) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _list_text(source: SourceText, listed: ast.List, name: str, indent: str) -> str:
    elements = [*map(source.segment, listed.elts), name]
    lines = "".join(f"{indent}{_INDENT}{element},{source.newline}" for element in elements)
    return f"[{source.newline}{lines}{indent}]"


def _one_argument_a_line(source: SourceText, call: ast.Call, listed: ast.List, name: str) -> Change:
    """Lay the call out as a formatter does once it does not fit on a line."""
    indent = source.indentation(call.lineno)
    lines = ""
    for argument in sorted(_arguments(call), key=source.start):
        text = source.segment(argument)
        if isinstance(argument, ast.keyword) and argument.value is listed:
            text = f"{argument.arg}={_list_text(source, listed, name, indent + _INDENT)}"
        lines += f"{indent}{_INDENT}{text},{source.newline}"
    text = f"({source.newline}{lines}{indent})"
    return Change(source.end(call.func), source.end(call), text)


def _line_added(source: SourceText, listed: ast.List, name: str) -> Iterator[Change]:
    """Add a line to a list with comments: behind the last element and the comment beside it."""
    indent = source.indentation(listed.lineno)
    bracket = source.end(listed) - 1
    if not listed.elts:
        yield Change(bracket, bracket, f"{_INDENT}{name},{source.newline}{indent}")
        return
    last = source.end(listed.elts[-1])
    last = max([last, *source.ends_of(")", last, bracket)])
    commas = source.ends_of(",", last, bracket)
    line_end = source.line_end(max([last, *commas]))
    added = f"{source.newline}{indent}{_INDENT}{name},"
    comma = "" if commas else ","
    if bracket < line_end:
        yield Change(bracket, bracket, f"{comma}{added}{source.newline}{indent}")
    else:
        yield Change(last, last, comma)
        yield Change(line_end, line_end, added)


def _import(
    source: SourceText,
    module: ast.Module,
    statement: ast.stmt,
    registration: Registration,
    path: str,
) -> Change:
    """Import the part where isort's rules want it: sorted among the relative imports."""
    imported_from = f"{registration.list_name}.{registration.module}"
    text = import_statement(f".{imported_from}", registration.function)
    text = text.replace("\n", source.newline)
    before = module.body[: module.body.index(statement)]
    imports = [each for each in before if isinstance(each, ast.Import | ast.ImportFrom)]
    relative = [each for each in imports if isinstance(each, ast.ImportFrom) and each.level]
    for each in relative:
        if _sort_key(each.module or "") > _sort_key(imported_from):
            at = source.line_start(each.lineno)
            return Change(at, at, text + source.newline)
    if not imports:
        at = source.line_start(statement.lineno)
        return Change(at, at, text + source.newline * 2)
    last = (relative or imports)[-1]
    if (last.end_lineno or last.lineno) >= statement.lineno:
        raise _by_hand(f"`{path}` imports and calls `create_piece` on one line", registration)
    at = source.line_end(source.end(last))
    return Change(at, at, source.newline * (1 if relative else 2) + text)


def _sort_key(module: str) -> list[tuple[int, int]]:
    """Natural order, as ruff sorts modules: `a2` before `a10`."""
    return [
        (ord("0"), int(part)) if part.isdigit() else (ord(part), 0)
        for part in re.findall(r"\d+|\D", module.lower())
    ]


def _binding_of(name: str, module: ast.Module) -> str:
    """Return the first line of the statement that binds a name; empty if none does."""
    for statement in module.body:
        if any(name == _bound_name(node) for node in ast.walk(statement)):
            return ast.unparse(statement).partition("\n")[0]
    return ""


def _bound_name(node: ast.AST) -> str:
    match node:
        case ast.alias():
            return (node.asname or node.name).partition(".")[0]
        case ast.Name(id=name, ctx=ast.Store()):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case _:
            return ""


def _names_of_create_piece(module: ast.Module) -> set[str]:
    aliases = [node for node in ast.walk(module) if isinstance(node, ast.alias)]
    return {each.asname or each.name for each in aliases if each.name == "create_piece"} | {
        "create_piece"
    }


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""

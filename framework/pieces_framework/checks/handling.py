"""What a piece does with errors: it lets them through, or does something about them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from .finding import Problem, Severity, check_for
from .module import Module
from .piece_files import PieceFiles
from .walking import last_name

_Try: TypeAlias = ast.Try | ast.TryStar
_OWN_SCOPE: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_WIDE: Final = re.compile(r"pieces_(?:framework|common)\.(?:\w+\.)*(HttpError|PieceError|RunError)")
"""Errors of the tree that say little by their class: a refused key, a full disk, a typo."""
_EMPTY_CALLS: Final = frozenset({"dict", "list", "set", "tuple", "str"})


@check_for(
    "bare-except",
    Severity.WARNING,
    hint="name the errors you can do something about",
)
def bare_except(piece: PieceFiles) -> Iterator[Problem]:
    """No `except:` without a `raise`: it swallows the cancellation by which a run is stopped.

    The same holds for `except BaseException`, unless it does something with the error.
    """
    for module in piece.modules:
        for handler, _ in module.each(ast.ExceptHandler):
            everything = {last_name(kind) for kind in _kinds(handler)} & {"BaseException"}
            if (handler.type is None or everything) and not _looks_or_raises(handler):
                yield Problem(module.at(handler), "every error is caught, cancellation included")


@check_for(
    "swallowed-error",
    Severity.WARNING,
    hint="name the error that is expected, or look at it, and let the others through",
)
def swallowed_error(piece: PieceFiles) -> Iterator[Problem]:
    """No error passes unseen.

    `except Exception: pass`, or with `return []` or `x = None`, `contextlib.suppress(Exception)`
    and a `return` in `finally` make a step that failed look like one that worked. So do
    `HttpError`, `RunError` and `PieceError` without a look at them: each may be a refused key as
    well as what was expected. A `try` that only imports is let be.
    """
    for module in piece.modules:
        for statement, _ in module.each(ast.Try, ast.TryStar):
            yield from _swallowing(module, statement)
        for call, _ in module.each(ast.Call):
            if module.dotted(call.func) == "contextlib.suppress" and (
                {last_name(argument) for argument in call.args} & {"BaseException"}
                or (any(_what(module, argument) for argument in call.args))
            ):
                yield Problem(module.at(call), "every error is suppressed")


def _swallowing(module: Module, statement: _Try) -> Iterator[Problem]:
    if all(isinstance(each, ast.Import | ast.ImportFrom) for each in statement.body):
        return
    for handler in statement.handlers:
        what = next(filter(None, (_what(module, kind) for kind in _kinds(handler))), "")
        if what and all(map(_gives_up, handler.body)):
            yield Problem(module.at(handler), f"{what} is caught, and nothing is done")
    for each in _in_scope(statement.finalbody):
        if isinstance(each, ast.Return):
            yield Problem(module.at(each), "`return` in `finally` drops every error")


def _kinds(handler: ast.ExceptHandler) -> list[ast.expr]:
    if handler.type is None:
        return []
    return handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]


def _what(module: Module, kind: ast.expr) -> str:
    """Return what a class of errors is, if it is one that nobody should swallow."""
    if last_name(kind) == "Exception":
        return "every error"
    found = _WIDE.fullmatch(module.dotted(kind))
    return f"every `{found.group(1)}`" if found else ""


def _looks_or_raises(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Raise)
        or (handler.name is not None and isinstance(node, ast.Name) and node.id == handler.name)
        for statement in handler.body
        for node in ast.walk(statement)
    )


def _gives_up(statement: ast.stmt) -> bool:
    """Whether a statement does nothing, or puts nothing in the place of a result."""
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Return(value=None):
            return True
        case ast.Expr(value=value):
            return isinstance(value, ast.Constant)
        case ast.Return(value=ast.expr() as value):
            return _is_empty(value)
        case ast.Assign(targets=[ast.Name()], value=value):
            return _is_empty(value)
        case _:
            return False


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=None | ""):
            return True
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            return name in _EMPTY_CALLS
        case _:
            return False


def _in_scope(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Walk statements, but no function or class within."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _OWN_SCOPE):
            yield node
            waiting += ast.iter_child_nodes(node)


CHECKS: Final = (bare_except, swallowed_error)

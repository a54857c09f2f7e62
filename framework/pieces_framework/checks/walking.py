"""Walks a syntax tree, and knows of each node where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias, cast

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_BODIES: Final = frozenset({"body", "handlers"})
_PLAIN: Final = frozenset({"ctx", "op", "ops"})
"""Fields whose nodes say nothing that the node itself does not."""


class Seen(NamedTuple):
    """A node and where it stands."""

    node: ast.AST
    function: Function | None
    """The innermost function around it; `None` where the node runs at import."""
    idle: bool
    """Under `if TYPE_CHECKING` or `if __name__ == "__main__"`: an import does not run it."""
    optional: bool
    """In a `try` that goes on without an import."""


def walk(tree: ast.Module) -> Iterator[Seen]:
    """Walk without recursion, which hostile nesting would exhaust."""
    waiting = [Seen(tree, None, idle=False, optional=False)]
    while waiting:
        each = waiting.pop()
        yield each
        node = each.node
        for field in node._fields:
            value: object = getattr(node, field, None)
            if not isinstance(value, ast.AST | list) or field in _PLAIN:
                continue
            around = _inside(each) if field in _BODIES else each
            _, function, idle, optional = around
            if isinstance(value, ast.AST):
                waiting.append(Seen(value, function, idle, optional))
            else:
                children = cast("list[object]", value)  # nodes, names, or nothing
                waiting += [
                    Seen(child, function, idle, optional)
                    for child in children
                    if isinstance(child, ast.AST)
                ]


def last_name(expression: ast.expr) -> str:
    """Return `c` of `a.b.c`, and of `c`; empty for any other expression."""
    match expression:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _inside(around: Seen) -> Seen:
    """Return what holds in the body of a statement; for other branches it does not."""
    node = around.node
    if isinstance(node, Function):
        return around._replace(function=node)
    if isinstance(node, ast.If):
        return around._replace(idle=around.idle or _is_guard(node.test))
    if isinstance(node, ast.Try):
        return around._replace(optional=around.optional or _goes_on_without(node))
    return around


def _is_guard(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Compare(left=ast.Name(id="__name__")):
            return True
        case _:
            return False


def _goes_on_without(statement: ast.Try) -> bool:
    """Whether a failed import is caught: its handler may import a substitute."""
    for handler in statement.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(
            kind is None or last_name(kind) in {"ImportError", "ModuleNotFoundError", "Exception"}
            for kind in kinds
        ):
            return True
    return False

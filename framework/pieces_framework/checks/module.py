"""One Python file of a piece, parsed once; nothing of it is imported or run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias, TypeVar, cast, overload

from .finding import Place

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
NodeT = TypeVar("NodeT", bound=ast.AST)
OtherT = TypeVar("OtherT", bound=ast.AST)

_BODIES: Final = frozenset({"body", "handlers"})
_PLAIN: Final = frozenset({"ctx", "op", "ops"})
"""Fields whose nodes say nothing that the node itself does not."""
_TELLING: Final = re.compile(rb"TODO|FIXME|XXX|pieces:")
"""Few files hold one of these, and only they are worth tokenizing."""


class Seen(NamedTuple):
    """A node and where it stands."""

    node: ast.AST
    function: Function | None
    """The innermost function around it; `None` where the node runs at import."""
    idle: bool
    """Under `if TYPE_CHECKING` or `if __name__ == "__main__"`: an import does not run it."""
    optional: bool
    """In a `try` that goes on without an import."""


class Module:
    """A file, its syntax tree, and what its names stand for."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path: Final = path
        self._content: Final = content
        self.tree: ast.Module
        self.error: SyntaxError | None = None
        """Why the file is not Python; its tree is empty then."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as those about odd backslashes
                self.tree = ast.parse(content)
        except SyntaxError as error:
            self.error = error
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes; deep nesting
            self.error = SyntaxError(str(error) or "it nests too deeply")
        if self.error is not None:
            self.tree = ast.Module(body=[], type_ignores=[])

    def at(self, node: ast.AST) -> Place:
        """Return the place of a node."""
        return Place(self.path, getattr(node, "lineno", None))

    @overload
    def each(self, kind: type[NodeT], /) -> Iterator[tuple[NodeT, Seen]]: ...
    @overload
    def each(
        self, kind: type[NodeT], other: type[OtherT], /
    ) -> Iterator[tuple[NodeT | OtherT, Seen]]: ...
    @overload
    def each(self, *kinds: type[ast.AST]) -> Iterator[tuple[ast.AST, Seen]]: ...
    def each(self, *kinds: type[ast.AST]) -> Iterator[tuple[ast.AST, Seen]]:
        """Yield every node of some kinds, and where it stands; in no order that matters."""
        for kind in kinds:
            for seen in self._by_kind.get(kind, ()):
                yield seen.node, seen

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[Seen]]:
        found: dict[type[ast.AST], list[Seen]] = {}
        for seen in _walk(self.tree):
            found.setdefault(type(seen.node), []).append(seen)
        return found

    def dotted(self, expression: ast.expr) -> str:
        """Return what `a.b.c` stands for by the imports of the file: `httpx.get`.

        A built-in function is its name. Empty where the file does not surely say what it is.
        """
        names: list[str] = []
        while isinstance(expression, ast.Attribute):
            names.append(expression.attr)
            expression = expression.value
        if not isinstance(expression, ast.Name) or expression.id in self._bound:
            return ""
        head = self._imported.get(expression.id, expression.id)
        return ".".join([head, *reversed(names)]) if head else ""

    @cached_property
    def comments(self) -> tuple[tuple[int, str], ...]:
        """The comments with something in them for a rule, and their lines."""
        if self.error is not None or not _TELLING.search(self._content):
            return ()
        try:
            tokens = tuple(tokenize.tokenize(io.BytesIO(self._content).readline))
        except (tokenize.TokenError, SyntaxError):  # what the parser reads, this does not always
            return ()
        return tuple(
            (token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT
        )

    @cached_property
    def _imported(self) -> dict[str, str]:
        imported: dict[str, str] = {}
        for node, _ in self.each(ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                imported[alias.asname or first] = alias.name if alias.asname else first
        for source, _ in self.each(ast.ImportFrom):
            for alias in source.names:
                known = f"{source.module}.{alias.name}" if source.level == 0 else ""
                imported[alias.asname or alias.name] = known
        return imported

    @cached_property
    def _bound(self) -> frozenset[str]:
        """Names that the file gives a meaning of its own, anywhere in it."""
        stored = [node.id for node, _ in self.each(ast.Name) if isinstance(node.ctx, ast.Store)]
        arguments = [node.arg for node, _ in self.each(ast.arg)]
        functions = [node.name for node, _ in self.each(ast.FunctionDef, ast.AsyncFunctionDef)]
        return frozenset([*stored, *arguments, *functions])


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, if the call has it."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def is_false(expression: ast.expr | None) -> bool:
    """Whether an expression is the literal `False`."""
    return isinstance(expression, ast.Constant) and expression.value is False


def literal_text(expression: ast.expr | None) -> str:
    """Return the text of a literal; empty for anything else."""
    value = expression.value if isinstance(expression, ast.Constant) else None
    return value if isinstance(value, str) else ""


def last_name(expression: ast.expr) -> str:
    """Return `c` of `a.b.c`, and of `c`; empty for any other expression."""
    match expression:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def is_idle(statements: list[ast.stmt]) -> bool:
    """Whether statements do nothing: a docstring, `pass`, `...`, `continue`, `return None`."""
    for statement in statements:
        match statement:
            case ast.Pass() | ast.Continue() | ast.Return(value=None | ast.Constant(value=None)):
                pass
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                return False
    return True


def _walk(tree: ast.Module) -> Iterator[Seen]:
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

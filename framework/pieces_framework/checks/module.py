"""One Python file of a piece, parsed once; nothing of it is imported or run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Final, TypeVar, overload

from .finding import Place
from .walking import Function, Seen, walk

NodeT = TypeVar("NodeT", bound=ast.AST)
OtherT = TypeVar("OtherT", bound=ast.AST)

_MAX_STEPS: Final = 12
"""How far back an expression is traced; hostile files have chains without an end."""
_TELLING: Final = re.compile(rb"TODO|FIXME|XXX|pieces:")
"""Few files hold one of these, and only they are worth tokenizing."""


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
        for seen in walk(self.tree):
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

    def traced(self, expression: ast.expr, function: Function | None) -> str:
        """Return what an expression comes from, called objects as `()`: `httpx.Client().get`.

        A name that a function, or else the module, binds to one thing only stands for that.

        Args:
            expression: what is called, say.
            function: the innermost function around it.
        """
        last: list[str] = []
        for _ in range(_MAX_STEPS):
            match expression:
                case ast.Attribute(value=owner, attr=name):
                    expression = owner
                    last.append(f".{name}")
                case ast.Call(func=called):
                    expression = called
                    last.append("()")
                case ast.BinOp(op=ast.Div(), left=left):  # a path and what is below it
                    expression = left
                case ast.Name(id=name) if bound := self.meaning(name, function):
                    expression = bound
                case ast.Name():
                    head = self.dotted(expression)
                    return "".join([head, *reversed(last)]) if head else ""
                case _:
                    return ""
        return ""

    def meaning(self, name: str, function: Function | None) -> ast.expr | None:
        """Return what a name stands for, where it is bound once in its function or the module."""
        own = self._values.get(name, {})
        if function not in own and len(own) > 1:
            return None  # which function is around which is not known
        values = own.get(function) or own.get(None) or ()
        return values[0] if len(values) == 1 else None

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
    def _values(self) -> dict[str, dict[Function | None, list[ast.expr | None]]]:
        """What each name is bound to, by the function that binds it; `None` if it is no value."""
        given: dict[int, ast.expr] = {}
        for node, _ in self.each(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.withitem):
            match node:
                case (
                    ast.Assign(targets=[ast.Name() as target], value=ast.expr() as value)
                    | ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value)
                    | ast.NamedExpr(target=target, value=value)
                    | ast.withitem(optional_vars=ast.Name() as target, context_expr=value)
                ):
                    given[id(target)] = value
                case _:
                    pass
        values: dict[str, dict[Function | None, list[ast.expr | None]]] = {}
        for name, seen in self.each(ast.Name):
            if isinstance(name.ctx, ast.Store | ast.Del):
                bound = values.setdefault(name.id, {}).setdefault(seen.function, [])
                bound.append(given.get(id(name)))
        for function, _ in self.each(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
            if isinstance(function, Function):
                for argument in _arguments(function.args):
                    values.setdefault(argument.arg, {}).setdefault(function, []).append(None)
        return values

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


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each)

"""Reads what a class declares: its docstring, and its keywords with their types and meanings."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path


@dataclass
class Keyword:
    """One keyword of a constructor, gathered from all its overloads."""

    name: str
    types: list[str] = field(default_factory=list[str])
    required: bool = True
    meaning: str = ""


class UndocumentedError(Exception):
    """A keyword has nothing to show for what it means, or for its type."""


def description(cls: type) -> str:
    """Return the class's docstring without its `Args:`, which are read by `keywords`."""
    text = inspect.cleandoc(cls.__doc__ or "")
    if not text:
        raise UndocumentedError(f"`{cls.__name__}` has no docstring")
    return re.sub(r"\n+Args:\n(?: .*\n?|\n)*", "\n", text + "\n").strip()


def keywords(cls: type) -> list[Keyword]:
    """Return the keywords of the class's constructor, those that must be given first.

    Raises:
        UndocumentedError: if one has a docstring nowhere.
    """
    signatures = _signatures(cls)
    found: dict[str, Keyword] = {}
    for signature in signatures:
        for keyword in _of_signature(signature, cls):
            known = found.setdefault(keyword.name, Keyword(keyword.name))
            known.types += [text for text in keyword.types if text not in known.types]
            known.required = known.required and keyword.required
            known.meaning = known.meaning or keyword.meaning
    meanings = {**_attribute_meanings(cls), **_args(cls)}
    for keyword in found.values():
        keyword.required = keyword.required and all(
            _takes(signature, keyword.name, cls) for signature in signatures
        )
        keyword.meaning = meanings.get(keyword.name) or keyword.meaning
        if not keyword.meaning:
            raise UndocumentedError(f"`{keyword.name}` of `{cls.__name__}` has no docstring")
    return sorted(found.values(), key=lambda keyword: not keyword.required)


def _signatures(cls: type) -> list[ast.FunctionDef]:
    """Return the overloads of the constructor; where there are none, the constructor itself."""
    for base in cls.__mro__:
        made = [
            node
            for node in _class_node(base).body
            if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        ]
        overloads = [
            node for node in made if any(ast.unparse(d) == "overload" for d in node.decorator_list)
        ]
        if made:
            return overloads or made
    raise UndocumentedError(f"`{cls.__name__}` has no constructor")


def _of_signature(signature: ast.FunctionDef, cls: type) -> Iterator[Keyword]:
    arguments = signature.args
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Keyword(argument.arg, _types(argument.annotation), required=default is None)
    shared = _shared_options(signature, cls)
    if shared is not None:
        yield from _of_options(shared)


def _takes(signature: ast.FunctionDef, name: str, cls: type) -> bool:
    return any(keyword.name == name for keyword in _of_signature(signature, cls))


def _shared_options(signature: ast.FunctionDef, cls: type) -> type | None:
    """Return the `TypedDict` of `**common: Unpack[...]`."""
    annotation = signature.args.kwarg and signature.args.kwarg.annotation
    if not isinstance(annotation, ast.Subscript) or ast.unparse(annotation.value) != "Unpack":
        return None
    options: type = getattr(sys.modules[cls.__module__], ast.unparse(annotation.slice))
    return options


def _of_options(options: type) -> Iterator[Keyword]:
    """Return the keys of a `TypedDict`, those of its bases after its own."""
    body = _class_node(options).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            annotation = node.annotation
            required = False
            if isinstance(annotation, ast.Subscript):
                required = ast.unparse(annotation.value) == "Required"
                annotation = annotation.slice if required else annotation
            name = ast.unparse(node.target)
            yield Keyword(name, _types(annotation), required, _text(following))
    for base in _class_node(options).bases:  # at run time a `TypedDict` forgets its bases
        inherited = getattr(sys.modules[options.__module__], ast.unparse(base))
        if isinstance(inherited, type):
            yield from _of_options(inherited)


def _attribute_meanings(cls: type) -> dict[str, str]:
    """Return the strings under `self.name = ...` in the constructors of the class and its bases."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        for node in _class_node(base).body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                found.update(_strings_under_attributes(node.body))
    return found


def _strings_under_attributes(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node, following in pairwise(body):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if (text := _text(following)) and targets and isinstance(targets[0], ast.Attribute):
            yield targets[0].attr, text


def _args(cls: type) -> dict[str, str]:
    """Return the section `Args:` of the class's docstring."""
    section = re.search(
        r"^Args:\n((?: .*\n?|\n)*)", inspect.cleandoc(cls.__doc__ or ""), re.MULTILINE
    )
    if section is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section[1], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def _types(annotation: ast.expr | None) -> list[str]:
    """Return the members of a union, without `None`: what is optional may be left out."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_types(annotation.left), *_types(annotation.right)]
    text = ast.unparse(annotation) if annotation else "object"
    if text in {"Literal[True]", "Literal[False]"}:  # what tells overloads apart
        return ["bool"]
    return [] if text == "None" else [text.replace("'", '"')]


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        value = node.value.value
        return " ".join(value.split()) if isinstance(value, str) else ""
    return ""


@cache
def _class_node(cls: type) -> ast.ClassDef:
    module = _module_node(sys.modules[cls.__module__].__file__ or "")
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            return node
    return ast.ClassDef(cls.__name__, [], [], [], [])


@cache
def _module_node(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))

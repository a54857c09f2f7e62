"""Values that a declared property takes, told from its text: for the tests that are generated."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .python_source import string_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEXTS: Final = ("test", "test-key", "https://example.com", "ada@example.com", "1234", "TEST")
"""What a pattern is tried with, in this order."""
_NUMBERS: Final = (1, 0, 10, 100)
_MAX_LENGTH: Final = 1000
"""A text that must be longer is left to the author."""


@dataclass(frozen=True, kw_only=True)
class SampleValues:
    """What a user might fill in."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """Python expressions by the name of each property that must have a value."""
    unknown: tuple[str, ...] = ()
    """Names of the properties that must have a value which the text does not tell."""
    is_complete: bool = True
    """Whether all properties are known by name."""


def samples_of_class(definition: ast.ClassDef, module: ast.Module) -> SampleValues:
    """Return values for a `Props` class of `module`, with what it inherits from its classes."""
    is_complete = True
    fields: list[tuple[str, ast.expr]] = []
    for base in definition.bases:
        name = ast.unparse(base).rpartition(".")[2]
        inherited = [
            each
            for each in module.body
            if isinstance(each, ast.ClassDef)
            and each.name == name
            and each.lineno < definition.lineno
        ]
        if inherited:
            fields += _fields(inherited[-1])
            is_complete &= _is_props(inherited[-1])
        else:
            is_complete &= name == "Props"
    return _samples([*fields, *_fields(definition)], is_complete=is_complete)


def samples_of_dict(properties: ast.Dict) -> SampleValues:
    """Return values for properties in a dict."""
    fields: list[tuple[str, ast.expr]] = []
    is_complete = True
    for key, value in zip(properties.keys, properties.values, strict=True):
        match key:
            case ast.Constant(value=str(name)):
                fields.append((name, value))
            case _:
                is_complete = False
    return _samples(fields, is_complete=is_complete)


def _is_props(definition: ast.ClassDef) -> bool:
    return [ast.unparse(base).rpartition(".")[2] for base in definition.bases] == ["Props"]


def _fields(definition: ast.ClassDef) -> list[tuple[str, ast.expr]]:
    fields: list[tuple[str, ast.expr]] = []
    for statement in definition.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                fields.append((name, value))
            case _:
                pass
    return fields


def _samples(fields: Iterable[tuple[str, ast.expr]], *, is_complete: bool) -> SampleValues:
    values: dict[str, str] = {}
    unknown: list[str] = []
    for name, value in fields:
        if not isinstance(value, ast.Call):
            unknown.append(name)
            continue
        options = {each.arg or "**": each.value for each in value.keywords}
        kind = ast.unparse(value.func).rpartition(".")[2]
        if kind == "MarkDown" or _may_be_absent(options):
            continue
        given = _literal(options["name"]) if "name" in options else None
        key = given if isinstance(given, str) and given else name
        sample = _sample(kind, options)
        if sample is None:
            unknown.append(key)
        else:
            values[key] = sample
    return SampleValues(values=values, unknown=tuple(unknown), is_complete=is_complete)


def _may_be_absent(options: Mapping[str, ast.expr]) -> bool:
    if "**" in options:
        return False
    required = options.get("required")
    return "default_value" in options or required is None or _literal(required) is False


def _sample(kind: str, options: Mapping[str, ast.expr]) -> str | None:
    if "**" in options:
        return None
    match kind:
        case "ShortText" | "LongText" | "SecretText":
            return _text(options)
        case "Number":
            return _number(options)
        case "Checkbox":
            return "True"
        case "StaticDropdown":
            return _first_option(options.get("options"))
        case _:
            return None


def _text(options: Mapping[str, ast.expr]) -> str | None:
    pattern = _literal(options["pattern"]) if "pattern" in options else ""
    shortest = _literal(options["min_length"]) if "min_length" in options else 0
    longest = _literal(options["max_length"]) if "max_length" in options else _MAX_LENGTH
    if not (isinstance(shortest, int) and isinstance(longest, int) and isinstance(pattern, str)):
        return None
    for text in (*_TEXTS, "x" * min(shortest, _MAX_LENGTH)):
        if shortest <= len(text) <= longest and _matches(pattern, text):
            return string_literal(text)
    return None


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _number(options: Mapping[str, ast.expr]) -> str | None:
    bounds = {key: _literal(options[key]) for key in _BOUNDS if key in options}
    known = {key: bound for key, bound in bounds.items() if isinstance(bound, int | float)}
    if len(known) < len(bounds):
        return None
    near = [bound + step for bound in known.values() for step in (0, 1, -1)]
    for number in (*_NUMBERS, *near):
        if all(_holds(key, number, bound) for key, bound in known.items()):
            return repr(number)
    return None


_BOUNDS: Final = ("ge", "gt", "le", "lt", "multiple_of")


def _holds(key: str, number: float, bound: float) -> bool:
    match key:
        case "ge":
            return number >= bound
        case "gt":
            return number > bound
        case "le":
            return number <= bound
        case "lt":
            return number < bound
        case _:
            return bound != 0 and number % bound == 0


def _first_option(options: ast.expr | None) -> str | None:
    match options:
        case ast.Call(keywords=keywords):
            inner = [each.value for each in keywords if each.arg == "options"]
            return _first_option(inner[0]) if inner else None
        case (
            ast.List(elts=[ast.Call(args=args, keywords=keywords), *_])
            | ast.Tuple(elts=[ast.Call(args=args, keywords=keywords), *_])
        ):
            named = [each.value for each in keywords if each.arg == "value"]
            chosen = named[0] if named else args[1] if len(args) > 1 else None
            value = _literal(chosen) if chosen else None
            if isinstance(value, str):
                return string_literal(value)
            return repr(value) if isinstance(value, int | float) else None
        case _:
            return None


def _literal(value: ast.expr) -> object:
    """Return what a literal stands for; `None` for all else."""
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None

"""Which of the values a user fills in are secrets, so that no message repeats them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from typing_extensions import TypeIs

from pieces_framework.javascript import js_text
from pieces_framework.property import (
    InputValue,
    PropsDeclaration,
    Schemas,
    holds_secret,
    properties_of,
    unescape_key,
)
from pieces_framework.property.array import Array
from pieces_framework.property.declaration import PropertyBase, Rejected
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.property.text import SecretText, text_value
from pieces_framework.wire import leaves, parse_json


def secret_values(
    props: PropsDeclaration, raw: Mapping[str, InputValue], schemas: Schemas
) -> Iterator[str]:
    """Yield the texts `raw` holds for each `SecretText`, in rows and dynamic properties too.

    Where such rows or dynamic properties are given as something else, all of it is secret: a
    refusal repeats it, and no part of it can be told from a secret.
    """
    properties = properties_of(props)
    yield from _of_fields(properties, raw.items())
    for name, schema in schemas.items():
        if isinstance(properties.get(name), DynamicProperties) and holds_secret(schema):
            yield from _of_children(schema, raw.get(name))


def _of_fields(
    properties: Mapping[str, PropertyBase[Any]], fields: Iterable[tuple[str, InputValue]]
) -> Iterator[str]:
    for name, value in fields:
        declared = properties.get(name)
        if isinstance(declared, SecretText):
            yield from _texts(value)
            yield from _run_value(value)
        elif isinstance(declared, Array) and holds_secret(row := declared.properties or {}):
            yield from _of_rows(row, value)


def _of_rows(row: PropsDeclaration, value: InputValue) -> Iterator[str]:
    properties = properties_of(row)
    value = _parsed(value)
    if isinstance(value, Mapping):
        yield from _of_fields(properties, _cells(value))
        return
    for item in value if _is_list(value) else [value]:
        if isinstance(item, Mapping):
            yield from _of_fields(properties, item.items())
        else:
            yield from _texts(item)


def _of_children(schema: PropsDeclaration, value: InputValue) -> Iterator[str]:
    children = _parsed(value)
    if isinstance(children, Mapping):
        declared = {unescape_key(name): child for name, child in properties_of(schema).items()}
        yield from _of_fields(declared, ((unescape_key(name), children[name]) for name in children))
    if not isinstance(value, Mapping):
        yield from _texts(value)


def _parsed(value: InputValue) -> InputValue:
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def _cells(columns: Mapping[str, InputValue]) -> Iterator[tuple[str, InputValue]]:
    for name, column in columns.items():
        for cell in column if _is_list(column) else [column]:
            yield name, cell


def _texts(value: InputValue) -> Iterator[str]:
    """Yield every text and number in `value`."""
    for leaf in leaves(value):
        if isinstance(leaf, str):
            yield leaf
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            yield js_text(leaf)


def _run_value(value: InputValue) -> Iterator[str]:
    """Yield the JSON text that a secret given as an object or a list is in the run."""
    if isinstance(value, Mapping) or _is_list(value):
        try:
            yield text_value(value, keep_empty=True) or ""
        except (Rejected, RecursionError):  # then no run has it
            return


def _is_list(value: InputValue) -> TypeIs[Sequence[InputValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)

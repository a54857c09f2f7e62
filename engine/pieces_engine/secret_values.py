"""Which of the values a user fills in are secrets, so that no message repeats them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from typing_extensions import TypeIs

from pieces_framework.property import InputValue, PropsDeclaration, properties_of
from pieces_framework.property.array import Array
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.property.parsing import Schemas
from pieces_framework.property.text import SecretText


def secret_values(
    props: PropsDeclaration, raw: Mapping[str, InputValue], schemas: Schemas
) -> Iterator[InputValue]:
    """Yield what `raw` holds for each `SecretText`, in rows and in dynamic properties too."""
    for name, declared in properties_of(props).items():
        value = raw.get(name)
        if isinstance(declared, SecretText):
            yield value
        elif isinstance(declared, Array) and declared.properties is not None:
            for row in _rows(value):
                yield from secret_values(declared.properties, row, {})
        elif isinstance(declared, DynamicProperties) and name in schemas:
            for children in _rows(value):
                yield from secret_values(schemas[name], children, {})


def _rows(value: InputValue) -> Iterator[Mapping[str, InputValue]]:
    if isinstance(value, Mapping):
        yield value  # the children of dynamic properties, or the columns of an array
    elif _is_list(value):
        for row in value:
            if isinstance(row, Mapping):
                yield row


def _is_list(value: InputValue) -> TypeIs[Sequence[InputValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)

"""Whether data is what an output schema, or a sample, says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from typing_extensions import TypeIs

from pieces_framework.output_formats import JSON_KINDS
from pieces_framework.times import parse_time
from pieces_framework.wire import JsonValue, kind_of

Fields: TypeAlias = "Sequence[Mapping[str, Any]]"
"""The `fields` of an output schema's wire form, or the children of one: keys of any value."""


def schema_problem(schema: JsonValue, value: JsonValue, path: str) -> str:
    """Say what in `value` is not as `schema` says; empty if all is.

    Every field that is declared must be there, of a kind that its format allows; it may be null,
    and there may be more. A list is looked at item by item.

    Args:
        schema: the wire form of an `OutputSchema`, or `None` for none.
        value: what a run returned, or the sample data.
        path: how messages call `value`, such as `output`.
    """
    fields: Fields = _object(schema).get("fields") or ()
    if _is_list(value):
        found = (_misfits(fields, each, f"{path}[{index}]") for index, each in enumerate(value))
        return next((problem for each in found for problem in each), "")
    return next(_misfits(fields, value, path), "")


def likeness_problem(sample: JsonValue, item: JsonValue, path: str) -> str:
    """Say where `item` looks unlike `sample`: a key it lacks, or a value of another kind.

    Null is like anything; of a list the first item stands for all.
    """
    return next(_unlike(sample, item, path), "")


def _misfits(fields: Fields, value: JsonValue, path: str) -> Iterator[str]:
    if not fields:
        return
    if not isinstance(value, Mapping):
        yield f"`{path}` is {_said(value)}, and its schema has fields"
        return
    for field in fields:
        key: str = field["key"]
        if key not in value:
            yield f"`{path}` lacks `{key}`, which its schema has"
        elif value[key] is not None:
            yield from _misfit(field, value[key], f"{path}.{key}")


# A field of a document, as `OutputField.metadata` writes it.
def _misfit(field: Mapping[str, Any], value: JsonValue, path: str) -> Iterator[str]:
    children: Fields = field.get("children") or ()
    items: Fields = field.get("listItems") or ()
    if children and field.get("dynamicKey") and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _misfits(children, each, f"{path}.{key}")
    elif children:
        yield from _misfits(children, value, path)
    elif items and _is_list(value):
        for index, each in enumerate(value):
            yield from _misfits(items, each, f"{path}[{index}]")
    elif items:
        yield f"`{path}` is {_said(value)}, and its schema has a list"
    elif (format_ := field.get("format") or "") and not _fits(format_, value):
        yield f"`{path}` is {_said(value)}, and its schema says `{format_}`"


def _fits(format_: str, value: JsonValue) -> bool:
    kinds = JSON_KINDS.get(format_)
    if kinds is not None and kind_of(value) not in kinds:
        return False
    reads = _NOTATIONS.get(format_)
    return reads is None or not isinstance(value, str) or reads(value)


def _reads_as_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _reads_as_time(text: str) -> bool:
    try:
        parse_time(text)
    except (ValueError, OverflowError):
        return False
    return True


_NOTATIONS: Final[Mapping[str, Callable[[str], bool]]] = {
    "number": _reads_as_number,
    "date": _reads_as_time,
    "datetime": _reads_as_time,
}
"""Whether a text is in the notation of its format; others have none that is fixed."""


def _unlike(sample: JsonValue, item: JsonValue, path: str) -> Iterator[str]:
    if sample is None or item is None:
        return
    if kind_of(sample) != kind_of(item):
        yield f"`{path}` is {_said(item)}, and in the sample data {_said(sample)}"
    elif isinstance(sample, Mapping) and isinstance(item, Mapping):
        for key, value in sample.items():
            if key not in item:
                yield f"`{path}` lacks `{key}`, which the sample data has"
            else:
                yield from _unlike(value, item[key], f"{path}.{key}")
    elif _is_list(sample) and _is_list(item) and sample and item:
        yield from _unlike(sample[0], item[0], f"{path}[0]")


_SAID: Final = {
    "null": "null",
    "boolean": "a yes/no",
    "string": "text",
    "number": "a number",
    "object": "an object",
    "array": "a list",
}


def _said(value: JsonValue) -> str:
    return _SAID[kind_of(value)]


def _object(value: object) -> Mapping[str, Any]:  # of a document
    return value if _is_object(value) else {}


def _is_object(value: object) -> TypeIs[Mapping[str, Any]]:  # of a document
    return isinstance(value, Mapping)


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)

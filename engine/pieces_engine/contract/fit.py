"""Whether data is what an output schema, or a sample, says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from typing_extensions import TypeIs

from pieces_framework.times import parse_time
from pieces_framework.wire import JsonValue

Fields: TypeAlias = "Sequence[Mapping[str, Any]]"
"""The `fields` of an output schema's wire form, or the children of one."""


def schema_problem(schema: JsonValue, value: JsonValue, path: str) -> str:
    """Say what in `value` is not as `schema` says; empty if all is.

    Every field that is declared must be there; it may be null, and there may be more. A list is
    looked at item by item.

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
        yield f"`{path}` is {_kind(value)}, and its schema has fields"
        return
    for field in fields:
        key: str = field["key"]
        if key not in value:
            yield f"`{path}` lacks `{key}`, which its schema has"
        elif value[key] is not None:
            yield from _misfit(field, value[key], f"{path}.{key}")


def _misfit(field: Mapping[str, Any], value: JsonValue, path: str) -> Iterator[str]:
    children: Fields = field.get("children") or ()
    items: Fields = field.get("listItems") or ()
    if children and field.get("dynamicKey"):
        for key, each in _object(value).items():
            yield from _misfits(children, each, f"{path}.{key}")
    elif children:
        yield from _misfits(children, value, path)
    elif items and not _is_list(value):
        yield f"`{path}` is {_kind(value)}, and its schema has a list"
    elif items and _is_list(value):
        for index, each in enumerate(value):
            yield from _misfits(items, each, f"{path}[{index}]")
    elif (judge := _FORMATS.get(field.get("format") or "")) and not judge(value):
        yield f"`{path}` is {_kind(value)}, and its schema says `{field['format']}`"


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: JsonValue) -> bool:
    return _is_number(value) or isinstance(value, str)


def _is_time(value: JsonValue) -> bool:
    if not isinstance(value, str):
        return _is_number(value)
    try:
        parse_time(value)
    except (ValueError, OverflowError):
        return False
    return True


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


_FORMATS: Final[Mapping[str, Callable[[JsonValue], bool]]] = {
    "boolean": lambda value: isinstance(value, bool),
    "number": _is_amount,  # pydantic writes a `Decimal` as text
    "currency": _is_amount,
    "filesize": _is_amount,
    "duration": _is_amount,
    "date": _is_time,
    "datetime": _is_time,
    "email": _is_text,
    "url": _is_text,
    "image": _is_text,
    "html": _is_text,
}


def _unlike(sample: JsonValue, item: JsonValue, path: str) -> Iterator[str]:
    if sample is None or item is None:
        return
    if _kind(sample) != _kind(item):
        yield f"`{path}` is {_kind(item)}, and in the sample data {_kind(sample)}"
    elif isinstance(sample, Mapping) and isinstance(item, Mapping):
        for key, value in sample.items():
            if key not in item:
                yield f"`{path}` lacks `{key}`, which the sample data has"
            else:
                yield from _unlike(value, item[key], f"{path}.{key}")
    elif _is_list(sample) and _is_list(item) and sample and item:
        yield from _unlike(sample[0], item[0], f"{path}[0]")


def _kind(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a yes/no"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    return "an object" if isinstance(value, Mapping) else "a list"


def _object(value: object) -> Mapping[str, Any]:
    return value if _is_object(value) else {}


def _is_object(value: object) -> TypeIs[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)

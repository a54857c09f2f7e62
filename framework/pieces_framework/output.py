"""What a piece returns, made JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Final, Protocol

from typing_extensions import TypeIs

from .errors import AuthorCodeError
from .wire import JsonValue

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HINT: Final = "return text, numbers, lists, dicts, dataclasses or pydantic models"
_BYTES: Final = (bytes, bytearray, memoryview)


def json_output(value: object) -> JsonValue:
    """Return `value` as plain JSON data.

    Dataclasses and pydantic models become objects, enum members their values, tuples lists,
    dates and times ISO text.

    Raises:
        AuthorCodeError: if something in it has no JSON form; the message says where, as
            `output.items[3].data`.
    """
    try:
        return _json(value, "output")
    except RecursionError:
        raise _bottomless() from None


def trigger_output(trigger: str, hook: str, value: object) -> list[JsonValue]:
    """Return the list that a trigger's `run` or `test` returned, as plain JSON data.

    Raises:
        AuthorCodeError: if it is not a list, or something in it has no JSON form.
    """
    if not _is_list(value):
        raise AuthorCodeError(
            f"`{hook}` of trigger `{trigger}` must return a list, got `{type(value).__name__}`",
            hint="return one item for each run of the flow to start; none starts nothing",
        )
    try:
        return [_json(item, f"output[{index}]") for index, item in enumerate(value)]
    except RecursionError:
        raise _bottomless() from None


def _bottomless() -> AuthorCodeError:
    return AuthorCodeError("`output` nests too deeply, or contains itself", hint=_HINT)


def _json(value: object, path: str) -> JsonValue:
    value = _reduced(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise AuthorCodeError(
            f"`{path}` is {value}, which JSON cannot say", hint="use null instead"
        )
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if _is_mapping(value):
        named = ((_key(key, path), item) for key, item in value.items())
        return {name: _json(item, f"{path}{_step(name)}") for name, item in named}
    if _is_list(value):
        return [_json(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise AuthorCodeError(f"`{path}` is `{type(value).__name__}`, which is not JSON", hint=_HINT)


def _reduced(value: object) -> object:
    """Turn what has a JSON form, but is not JSON, one level closer to it."""
    if isinstance(value, Enum):
        return _reduced(value.value)
    if isinstance(value, date | time):  # a datetime is a date too
        return value.isoformat()
    if _is_model(value):
        return value.model_dump(mode="json", by_alias=True)  # as its output schema says
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value


def _key(key: object, path: str) -> str:
    key = key.value if isinstance(key, Enum) else key
    if isinstance(key, str):
        return key
    raise AuthorCodeError(
        f"`{path}` has the key {key!r}, a `{type(key).__name__}`; JSON keys are text",
        hint="make the keys text",
    )


def _step(name: str) -> str:
    return f".{name}" if _IDENTIFIER.fullmatch(name) else f"[{name!r}]"


class _Model(Protocol):
    """What we ask of a pydantic model, without importing pydantic."""

    def model_dump(self, *, mode: str, by_alias: bool) -> object: ...


def _is_model(value: object) -> TypeIs[_Model]:
    return callable(getattr(type(value), "model_dump", None))


def _is_mapping(value: object) -> TypeIs[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeIs[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, (str, *_BYTES))

"""The shape of a piece's wire metadata: the type of each field that a reader relies on.

Nothing is built of the metadata here, and nothing of it is run: patterns stay text. Keys that are
not listed are free, so that metadata of a later release can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from pieces_framework.wire import JsonValue, key_path

Expectation: TypeAlias = Callable[[JsonValue, str], str]
"""Says what is wrong with a value, and by the path where; empty if nothing is."""


def metadata_problem(metadata: JsonValue) -> str:
    """Return the first thing that is wrong with a piece's wire metadata; empty if nothing is.

    >>> metadata_problem({"displayName": "Gelato", "actions": {"get": []}, "triggers": {}})
    '`metadata.actions.get` is not an object'
    """
    return _piece(metadata, "metadata")


def _text(value: JsonValue, path: str) -> str:
    return "" if isinstance(value, str) else f"`{path}` is not a text"


def _flag(value: JsonValue, path: str) -> str:
    return "" if isinstance(value, bool) else f"`{path}` is not true or false"


def _object(value: JsonValue, path: str) -> str:
    return "" if isinstance(value, Mapping) else f"`{path}` is not an object"


def _list_of(item: Expectation) -> Expectation:
    def check(value: JsonValue, path: str) -> str:
        if not isinstance(value, list):
            return f"`{path}` is not a list"
        return _first(item(each, f"{path}[{index}]") for index, each in enumerate(value))

    return check


def _object_of(item: Expectation) -> Expectation:
    def check(value: JsonValue, path: str) -> str:
        if not isinstance(value, Mapping):
            return f"`{path}` is not an object"
        return _first(item(each, key_path(path, key)) for key, each in value.items())

    return check


def _either(one: Expectation, other: Expectation) -> Expectation:
    def check(value: JsonValue, path: str) -> str:
        return one(value, path) and other(value, path)

    return check


def _fields(
    required: Mapping[str, Expectation], optional: Mapping[str, Expectation]
) -> Expectation:
    def check(value: JsonValue, path: str) -> str:
        if not isinstance(value, Mapping):
            return f"`{path}` is not an object"
        for key, field in required.items():
            if problem := field(value.get(key), f"{path}.{key}"):
                return problem
        return _first(
            field(value[key], f"{path}.{key}")
            for key, field in optional.items()
            if value.get(key) is not None
        )

    return check


def _first(problems: Iterable[str]) -> str:
    return next(filter(None, problems), "")


def _properties(value: JsonValue, path: str) -> str:
    return _object_of(_property)(value, path)  # a property may hold properties


_TEXTS: Final = _list_of(_text)
_OBJECTS: Final = _list_of(_object)
_AUTH: Final = _fields(
    {"type": _text},
    {
        "displayName": _text,
        "description": _text,
        "required": _flag,
        "props": _properties,
        "authUrl": _text,
        "tokenUrl": _text,
        "scope": _TEXTS,
    },
)
_ONE_OR_MORE_AUTHS: Final = _either(_AUTH, _list_of(_AUTH))
_property: Final = _fields(
    {"type": _text},
    {
        "displayName": _text,
        "description": _text,
        "required": _flag,
        "constraints": _object,
        "refreshers": _TEXTS,
        "properties": _properties,
        "auth": _ONE_OR_MORE_AUTHS,
    },
)
_PART: Final = {
    "name": _text,
    "displayName": _text,
    "description": _text,
    "props": _properties,
    "requireAuth": _flag,
    "audience": _text,
    "classification": _text,
    "aiMetadata": _object,
    "outputSchema": _object,
    "propertyGroups": _OBJECTS,
}
_ACTION: Final = _fields({}, {**_PART, "errorHandlingOptions": _object})
_TRIGGER: Final = _fields(
    {},
    {
        **_PART,
        "type": _text,
        "testStrategy": _text,
        "handshakeConfiguration": _object,
        "renewConfiguration": _object,
    },
)
_piece: Final = _fields(
    {
        "displayName": _text,
        "actions": _object_of(_ACTION),
        "triggers": _object_of(_TRIGGER),
    },
    {
        "logoUrl": _text,
        "description": _text,
        "authors": _TEXTS,
        "categories": _TEXTS,
        "auth": _ONE_OR_MORE_AUTHS,
        "minimumSupportedRelease": _text,
        "maximumSupportedRelease": _text,
        "deprecated": _either(_flag, _object),
    },
)

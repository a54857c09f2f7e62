"""The rules every store follows, so that a piece meets the same limits in a test and in a run."""

from __future__ import annotations

from typing import Final, TypeVar

from typing_extensions import TypeIs

from .errors import StoreError
from .wire import JsonValue

T = TypeVar("T")

MAX_KEY_CHARACTERS: Final = 128
MAX_VALUE_BYTES: Final = 512 * 1024


def check_key(key: str) -> None:
    """Refuse a key that some store could not hold.

    Raises:
        StoreError: if it is empty or longer than 128 characters.
    """
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        raise StoreError(
            f"a store key has 1 to {MAX_KEY_CHARACTERS} characters, got {len(key)}",
            hint="shorten the key, or hash the long part of it",
        )


def encode_value(key: str, value: JsonValue) -> str:
    """Return `value` as the JSON text a store keeps.

    Raises:
        StoreError: if it is not JSON (`NaN` and infinity are not), or larger than 512 KB.
    """
    import json

    try:
        text = json.dumps(value, allow_nan=False, default=_iso_text)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"the value of store key `{key}` is not JSON: {error}") from error
    if len(text.encode()) > MAX_VALUE_BYTES:
        raise StoreError(
            f"the value of store key `{key}` takes {len(text.encode())} bytes of JSON; "
            f"{MAX_VALUE_BYTES} is the limit"
        )
    return text


def decode_value(key: str, text: str, as_type: type[T]) -> T | None:
    """Read what `encode_value` wrote, as `as_type`. An `int` may be read as `float`.

    Raises:
        StoreError: if the value has another type.
    """
    value = _loads(text, as_float=as_type is float)
    if value is None or _is(value, as_type):
        return value
    raise StoreError(
        f"store key `{key}` holds {type(value).__name__}, not {as_type.__name__}",
        hint="read it as the type it was put with, or as `object`",
    )


def _loads(text: str, *, as_float: bool) -> object:
    import json

    value: object = json.loads(text)
    return float(value) if as_float and type(value) is int else value


def _is(value: object, as_type: type[T]) -> TypeIs[T]:
    if as_type is int and isinstance(value, bool):
        return False  # to Python a bool is an int; to JSON it is not
    return isinstance(value, as_type)


def _iso_text(value: object) -> str:
    from datetime import date

    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not a JSON type")

"""The rules of every store of values and files: the same limits in a test and in a run."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final, TypeVar, get_origin

from typing_extensions import TypeIs

from .errors import FileSizeError, StoreError
from .wire import StorableValue

T = TypeVar("T")

MAX_KEY_CHARACTERS: Final = 128
MAX_VALUE_BYTES: Final = 512 * 1024
MAX_FILE_BYTES: Final = 25 * 1024 * 1024
"""What a host takes that says nothing else."""
_MAX_NAME_CHARACTERS: Final = 60
"""Each takes up to 4 bytes, and no common file system takes more than 255."""


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


def encode_value(key: str, value: StorableValue) -> str:
    """Return `value` as the JSON text a store keeps.

    Raises:
        StoreError: if it is not JSON (`NaN` and infinity are not), or larger than 512 KB.
    """
    import json

    try:
        text = json.dumps(value, allow_nan=False, default=_iso_text)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"the value of store key `{key}` is not JSON: {error}") from error
    if len(text) > MAX_VALUE_BYTES and (size_bytes := _utf8_bytes(text)) > MAX_VALUE_BYTES:
        raise StoreError(
            f"the value of store key `{key}` takes {size_bytes} bytes of JSON; "
            f"{MAX_VALUE_BYTES} is the limit"
        )
    return text


def _utf8_bytes(escaped: str) -> int:
    """The size of JSON text if what is not ASCII were not escaped in it."""
    import json

    plain = json.dumps(json.loads(escaped), ensure_ascii=False)
    return len(plain.encode("utf-8", "surrogatepass"))


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


async def file_chunks(
    file_name: str, data: bytes | AsyncIterable[bytes], *, max_bytes: int
) -> AsyncIterator[bytes]:
    """Yield `data` piece by piece, as long as the host takes it.

    Raises:
        FileSizeError: at the piece with which the file grows larger than `max_bytes`.
    """
    size_bytes = 0
    async for chunk in data if isinstance(data, AsyncIterable) else _once(data):
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise FileSizeError(
                f"the file `{file_name}` is larger than {max_bytes} bytes, which is the limit"
            )
        yield chunk


def plain_file_name(file_name: str) -> str:
    """Return `file_name` without folders and what no file system takes; `file` if none is left."""
    text = file_name.encode(errors="replace").decode()  # half a surrogate pair names no file
    name = text.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return name[-_MAX_NAME_CHARACTERS:] if name.strip(". ") else "file"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _loads(text: str, *, as_float: bool) -> object:
    import json

    value: object = json.loads(text)
    return float(value) if as_float and type(value) is int else value


def _is(value: object, as_type: type[T]) -> TypeIs[T]:
    if as_type is int and isinstance(value, bool):
        return False  # to Python a bool is an int; to JSON it is not
    return isinstance(value, get_origin(as_type) or as_type)  # of `dict[str, int]` only the `dict`


def _iso_text(value: object) -> str:
    from datetime import date, datetime

    if isinstance(value, datetime) and value.tzinfo is not None:
        from .times import iso_text

        return iso_text(value)
    if isinstance(value, date):  # a datetime without a zone is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not a JSON type")

"""Reading the body of an answer, within bounds whatever it claims to be."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, TypeVar

from pieces_framework import FatalError, JsonValue
from pieces_framework.wire import parse_json

from .errors import no_answer
from .header_parameters import parameters
from .headers import ENCODINGS

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from .request import Request
    from .transport import RawAnswer

ModelT = TypeVar("ModelT", bound="BaseModel")

MAX_ERROR_BYTES: Final = 2**20
"""How much is read of an answer that is an error, or a redirect."""
PIECE_BYTES: Final = 2**16
"""The most that is decompressed at once."""

_MAX_LAYERS: Final = 5
_STEPS_AT_ONCE: Final = 16
"""How many pieces are decompressed before other tasks get their turn: a few milliseconds."""
_HEADER_BYTES: Final = 2
"""How much of a stream tells whether it has the header of gzip (RFC 1952, section 2.3.1) or of
zlib (RFC 1950, section 2.2)."""
_GZIP: Final = b"\x1f\x8b"
_UNDONE: Final = frozenset(ENCODINGS.split(", "))
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
)
"""Python's own, which are no character sets of texts."""


async def read_within(answer: RawAnswer, limit: int) -> tuple[bytes, bool]:
    """Return up to `limit` bytes of the body, decompressed, and whether that is all of it."""
    pieces: list[bytes] = []
    size = 0
    async with aclosing(decompressed(answer)) as body:
        async for piece in body:
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                return b"".join(pieces)[:limit], False
    return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), True


def too_large(request: Request, limit: int) -> FatalError:
    """Return the error of an answer of more than `limit` bytes."""
    return FatalError(
        f"`{request.name}` answered with more than the {limit} bytes that `max_response_bytes` "
        "allows",
        hint="ask for less at once, raise `max_response_bytes`, or read it by `http_client.stream`",
    )


async def decompressed(answer: RawAnswer) -> AsyncGenerator[bytes]:
    """Yield the body without its content encodings, at most `PIECE_BYTES` at a time if it has any.

    An encoding that was not asked for stays. A little data may become a lot, or keep zlib busy for
    long and become nothing: other tasks, and the time limit, get their turn in between.

    Raises:
        RetryableHttpError: if the answer breaks off, or is not compressed as it says.
    """
    import asyncio

    layers = _layers(answer.headers.get("content-encoding", ""))
    if not layers:
        async for chunk in answer.chunks():
            yield chunk
        return
    if len(layers) > _MAX_LAYERS:
        raise no_answer(answer.request, f"answered with {len(layers)} layers of compression")
    steps = 0
    try:
        async for chunk in answer.chunks():
            for piece in _inflated(chunk, layers):
                if piece:
                    yield piece
                steps += 1
                if steps % _STEPS_AT_ONCE == 0:
                    await asyncio.sleep(0)
        is_whole = all(layer.is_whole for layer in layers)
    except zlib.error:
        is_whole = False
    if not is_whole:
        raise no_answer(answer.request, "answered with broken or incomplete compression")


class _Layer:
    """Undoes one `gzip` or `deflate`, however often a stream of it begins anew.

    What follows the end of a stream and is no other one is left out, as browsers do.
    """

    def __init__(self, encoding: str) -> None:
        # 16 tells zlib to expect gzip's header; `deflate` is to have zlib's (RFC 9110, 8.4.1.2).
        self._window: Final = zlib.MAX_WBITS + (0 if encoding == "deflate" else 16)
        self._stream = zlib.decompressobj(self._window)
        self._has_begun = False
        self._is_over = False
        self._held: bytes = b""

    @property
    def is_whole(self) -> bool:
        """Whether the data, if there was any, had an end."""
        return self._stream.eof or not (self._has_begun or self._held)

    def inflated(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` becomes, after each step, be that nothing."""
        data, self._held = self._held + data, b""
        is_full = False  # then more may come out without more going in
        while data or is_full:
            if self._stream.eof or not self._has_begun:
                data = self._beginning(data)
                if not data:
                    return
            piece = self._decompress(data)
            self._has_begun = True
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            is_full = len(piece) == PIECE_BYTES and not self._stream.eof
            yield piece

    def _beginning(self, data: bytes) -> bytes:
        """Return `data` from where a stream begins; nothing if none does, or too little is here."""
        if self._has_begun:
            data = data.lstrip(b"\0")  # padding, as tape archives have it
        if self._is_over:
            return b""
        if len(data) < _HEADER_BYTES:
            self._held = data
            return b""
        if self._has_begun:
            self._is_over = not self._is_header(data)
            self._stream = self._stream if self._is_over else zlib.decompressobj(self._window)
        return b"" if self._is_over else data

    def _is_header(self, data: bytes) -> bool:
        if self._window != zlib.MAX_WBITS:
            return data.startswith(_GZIP)
        is_deflate = data[0] & 0x0F == zlib.DEFLATED
        return is_deflate and int.from_bytes(data[:_HEADER_BYTES]) % 31 == 0

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data, PIECE_BYTES)
        except zlib.error:
            if self._has_begun or self._window != zlib.MAX_WBITS:
                raise
        # Some services leave zlib's header out.
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._stream.decompress(data, PIECE_BYTES)


def _inflated(data: bytes, layers: list[_Layer]) -> Iterator[bytes]:
    """Yield what `data` becomes at last, an empty piece for each step of a layer without any."""
    if not layers:
        yield data
        return
    for piece in layers[0].inflated(data):
        if piece:
            yield from _inflated(piece, layers[1:])
        else:
            yield b""


def _layers(encodings: str) -> list[_Layer]:
    """Return what undoes `Content-Encoding`, the last that was applied first."""
    if not encodings:
        return []
    names = [name.strip().lower().removeprefix("x-") for name in encodings.split(",")]
    layers: list[_Layer] = []
    for name in reversed([name for name in names if name not in {"", "identity"}]):
        if name not in _UNDONE:
            break
        layers.append(_Layer(name))
    return layers


def decode_text(data: bytes, headers: Mapping[str, str]) -> str:
    """Return `data` in the character set of `headers`, else UTF-8; wrong bytes become U+FFFD."""
    return data.decode(charset(headers), "replace")


def charset(headers: Mapping[str, str]) -> str:
    """Return the character set of the content type; UTF-8 if it names none that Python knows."""
    import codecs

    named = parameters(headers.get("content-type", "")).get("charset", "")
    try:
        known = codecs.lookup(named.strip("'")).name
        b"a".decode(known, "replace")  # some of Python's codecs make no text
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if known.replace("_", "-") in _NO_CHARSETS else known


def decode_json(data: bytes, headers: Mapping[str, str]) -> JsonValue:
    """Return the JSON value `data` holds, or its text, or `None` when it is empty."""
    text = decode_text(data, headers).removeprefix("\ufeff")
    if not text:
        return None
    try:
        return parse_json(text)
    except ValueError:
        return text


def parsed(model: type[ModelT], value: JsonValue, name: str) -> ModelT:
    """Return `value`, which messages call `name`, as `model`.

    Raises:
        FatalError: if it does not fit; what the service said is not repeated.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    known = _field_names(model)
    shown = "; ".join(_shown_problem(problem, known) for problem in problems[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    # Outside the handler: pydantic's own error repeats what the service sent.
    raise FatalError(
        f"{name} is not `{model.__name__}`: {shown}{more}",
        hint="compare the model with the service's documentation",
    )


def _shown_problem(problem: ErrorDetails, known: Collection[str]) -> str:
    """Return where and what is wrong; a key or a tag that only the service knows is left out."""
    where = [str(part) for part in problem["loc"] if isinstance(part, int) or part in known]
    is_tag = problem["type"].startswith("union_tag")
    what = "The tag is none of the expected ones" if is_tag else problem["msg"]
    return f"`{'.'.join(where) or 'body'}`: {what}"


def _field_names(model: type[BaseModel]) -> Collection[str]:
    """Return the names of all fields in `model`, also of the models in it."""
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        schema = model.model_json_schema()
    except PydanticInvalidForJsonSchema:  # a type of the author's own that has none
        return model.model_fields.keys()
    names = set[str]()
    for part in (schema, *schema.get("$defs", {}).values()):
        names.update(part.get("properties", {}))
    return names

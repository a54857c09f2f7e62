"""Reading the body of an answer, within bounds whatever it claims to be."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, TypeVar

from pieces_framework import FatalError, JsonValue
from pieces_framework.wire import parse_json

from .errors import no_answer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .request import Request
    from .transport import RawAnswer

ModelT = TypeVar("ModelT", bound="BaseModel")

MAX_ERROR_BYTES: Final = 2**20
"""How much is read of an answer that is an error, or a redirect."""
PIECE_BYTES: Final = 2**16
"""The most that is decompressed at once."""

_MAX_LAYERS: Final = 5
_CHARSET: Final = re.compile(r"charset=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
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


def too_large(request: Request) -> FatalError:
    """Return the error of an answer beyond the limit of its request."""
    return FatalError(
        f"`{request.name}` answered with more than the {request.max_response_bytes} bytes that "
        "`max_response_bytes` allows",
        hint="ask for less at once, raise `max_response_bytes`, or read it by `http_client.stream`",
    )


async def decompressed(answer: RawAnswer) -> AsyncGenerator[bytes]:
    """Yield the body without its content encodings, at most `PIECE_BYTES` at a time if it has any.

    An encoding that was not asked for stays.

    Raises:
        RetryableHttpError: if the answer breaks off, or is not compressed as it says.
    """
    layers = _layers(answer.headers.get("content-encoding", ""))
    if not layers:
        async for chunk in answer.chunks():
            yield chunk
        return
    if len(layers) > _MAX_LAYERS:
        raise no_answer(answer.request, f"answered with {len(layers)} layers of compression")
    try:
        async for chunk in answer.chunks():
            for piece in _inflated(chunk, layers):
                yield piece
        is_whole = all(layer.is_whole for layer in layers)
    except zlib.error:
        is_whole = False
    if not is_whole:
        raise no_answer(answer.request, "answered with broken or incomplete compression")


class _Layer:
    """Undoes one `gzip` or `deflate`, however often a stream of it begins anew."""

    def __init__(self, encoding: str) -> None:
        # 16 tells zlib to expect gzip's header; `deflate` is to have zlib's (RFC 9110, 8.4.1.2).
        self._window: Final = zlib.MAX_WBITS + (0 if encoding == "deflate" else 16)
        self._stream = zlib.decompressobj(self._window)
        self._has_begun = False

    @property
    def is_whole(self) -> bool:
        """Whether the data, if there was any, had an end."""
        return self._stream.eof or not self._has_begun

    def inflated(self, data: bytes) -> Iterator[bytes]:
        is_full = False  # then more may come out without more going in
        while data or is_full:
            if self._stream.eof:
                if data.strip(b"\0") == b"":  # padding, as tape archives have it
                    return
                self._stream = zlib.decompressobj(self._window)
            piece = self._decompress(data)
            self._has_begun = True
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            is_full = len(piece) == PIECE_BYTES and not self._stream.eof
            if piece:
                yield piece

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
    if not layers:
        yield data
        return
    for piece in layers[0].inflated(data):
        yield from _inflated(piece, layers[1:])


def _layers(encodings: str) -> list[_Layer]:
    """Return what undoes `Content-Encoding`, the last that was applied first."""
    if not encodings:
        return []
    names = [name.strip().lower().removeprefix("x-") for name in encodings.split(",")]
    layers: list[_Layer] = []
    for name in reversed([name for name in names if name not in {"", "identity"}]):
        if name not in {"gzip", "deflate"}:
            break
        layers.append(_Layer(name))
    return layers


def decode_text(data: bytes, headers: Mapping[str, str]) -> str:
    """Return `data` in the character set of `headers`, else UTF-8; wrong bytes become U+FFFD."""
    return data.decode(charset(headers), "replace")


def charset(headers: Mapping[str, str]) -> str:
    """Return the character set of the content type; UTF-8 if it names none that Python knows."""
    import codecs

    found = _CHARSET.search(headers.get("content-type", ""))
    if found is None:
        return "utf-8"
    try:
        known = codecs.lookup(found[1]).name
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


def parsed(model: type[ModelT], body: JsonValue, request: Request) -> ModelT:
    """Return `body` as `model`.

    Raises:
        FatalError: if it does not fit; what the service said is not repeated.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = [
            f"`{'.'.join(map(str, problem['loc'])) or 'body'}`: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
    shown = "; ".join(problems[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    # Outside the handler: pydantic's own error repeats what the service sent.
    raise FatalError(
        f"what `{request.name}` answered is not `{model.__name__}`: {shown}{more}",
        hint="compare the model with the service's documentation",
    )

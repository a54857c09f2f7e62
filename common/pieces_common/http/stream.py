"""An answer that is read piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Final

from pieces_framework import AuthorCodeError, FatalError

from .errors import too_slow
from .options import DEFAULT_MAX_RESPONSE_BYTES
from .reading import charset, decompressed, too_large

if TYPE_CHECKING:
    from .transport import RawAnswer


class StreamedResponse:
    """An answer with a status below 400, whose body is read once, inside its block."""

    def __init__(self, answer: RawAnswer, left_s: float | None, closing: AsyncExitStack) -> None:
        self._answer: Final = answer
        self._closing: Final = closing
        self._left_s: Final = left_s
        self._is_taken = False
        self.status: Final = answer.status
        self.headers: Final = answer.headers
        """Names in lower case; a repeated header's values are joined by a comma."""

    async def iter_bytes(self) -> AsyncGenerator[bytes]:
        """Yield the body, decompressed, in pieces as they come.

        Raises:
            RetryableHttpError: if the answer breaks off, or more than `timeout_s` was waited for.
            FatalError: if it is larger than `max_response_bytes`.
            AuthorCodeError: if it was read before, or its block was left.
        """
        request = self._answer.request
        if self._is_taken:
            raise AuthorCodeError(
                f"the answer of `{request.name}` was read before, or its block was left",
                hint="read it once, inside `async with`",
            )
        self._is_taken = True
        size, limit = 0, request.max_response_bytes
        async with aclosing(_in_time(self._answer, self._left_s)) as pieces:
            async for piece in pieces:
                size += len(piece)
                if limit is not None and size > limit:
                    raise too_large(request, limit)
                yield piece

    async def iter_lines(self) -> AsyncGenerator[str]:
        r"""Yield the lines of the body, without the `\n` or `\r\n` that ends each.

        Raises:
            RetryableHttpError: as `iter_bytes` does.
            FatalError: as `iter_bytes` does, and if one line is longer than 50 MB.
            AuthorCodeError: as `iter_bytes` does.
        """
        import codecs

        name = charset(self.headers)
        read = codecs.getincrementaldecoder(name)("replace")
        begun: list[str] = []
        begun_size = 0
        async with aclosing(self.iter_bytes()) as pieces:
            async for piece in pieces:
                try:
                    text = read.decode(piece)
                except UnicodeError:  # UTF-16 or UTF-32 that does not begin with its mark
                    held = read.getstate()[0]
                    read = codecs.getincrementaldecoder(f"{name}-le")("replace")
                    text = read.decode(held + piece)
                *ended, rest = text.split("\n")
                for line in ended:
                    yield "".join((*begun, line)).removesuffix("\r")
                    begun, begun_size = [], 0
                begun.append(rest)
                begun_size += len(rest)
                if begun_size > DEFAULT_MAX_RESPONSE_BYTES:
                    raise FatalError(f"`{self._answer.request.name}` answered without line breaks")
        begun.append(read.decode(b"", final=True))
        if any(begun):
            yield "".join(begun).removesuffix("\r")

    async def aclose(self) -> None:
        """Let go of the connection; it is closed unless the body was read to its end."""
        self._is_taken = True
        await self._closing.aclose()


async def _in_time(answer: RawAnswer, left_s: float | None) -> AsyncGenerator[bytes]:
    """Yield the body; the time that passes in between, with the caller, does not count."""
    import asyncio

    clock = asyncio.get_running_loop().time
    async with aclosing(decompressed(answer)) as pieces:
        while True:
            began = clock()
            try:
                async with asyncio.timeout(left_s):
                    piece = await anext(pieces, None)
            except TimeoutError:
                break
            if piece is None:
                return
            if left_s is not None:
                left_s -= clock() - began
            yield piece
    raise too_slow(answer.request)

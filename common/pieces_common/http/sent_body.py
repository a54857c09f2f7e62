"""A streamed body while it is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from pieces_framework import AuthorCodeError


class SentBody:
    """Tells apart how the author's stream and how the connection fails, and closes the stream."""

    def __init__(self, data: AsyncIterable[bytes], request_name: str) -> None:
        self._name: Final = request_name
        self._data: Final = data
        self._pieces: AsyncGenerator[bytes] | None = None
        self.has_failed = False
        """Whether what was raised is the stream's own."""

    def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the pieces."""
        self._pieces = self._checked()
        return self._pieces

    async def aclose(self) -> None:
        """Let the stream end where sending it was given up."""
        if self._pieces is not None:
            await self._pieces.aclose()

    async def _checked(self) -> AsyncGenerator[bytes]:
        async with closing(self._data) as pieces:
            try:
                async for piece in pieces:
                    # The types say `bytes`; nobody checks what an author's stream yields.
                    if not isinstance(piece, bytes | bytearray):  # pyright: ignore[reportUnnecessaryIsInstance]
                        raise AuthorCodeError(  # noqa: TRY301 -- it is the stream's own as well
                            f"the body of `{self._name}` is a stream that yielded "
                            f"{type(piece).__name__}, not bytes",
                            hint="encode text, for instance `line.encode()`",
                        )
                    yield piece
            except Exception:
                self.has_failed = True
                raise


@asynccontextmanager
async def closing(data: AsyncIterable[bytes]) -> AsyncGenerator[AsyncIterator[bytes]]:
    """Iterate over `data` in the block, and let a generator end where the block is left early.

    Of what is no generator only its author knows whether it is to be used again.
    """
    pieces = aiter(data)
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()

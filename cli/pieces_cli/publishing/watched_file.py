"""A file that is uploaded while somebody watches how far it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class WatchedFile(io.FileIO):
    """A file to read that says, after each read, how many of its bytes were read in all."""

    def __init__(self, path: Path, sent: Callable[[int], object]) -> None:
        super().__init__(path)
        self._sent = sent

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(-1 if size is None else size)
        self._sent(self.tell())
        return chunk or b""

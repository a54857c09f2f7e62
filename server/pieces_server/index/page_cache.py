"""The rendered pages, kept in memory for as long as they are true."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_GZIP_LEVEL: Final = 6
_WORTH_GZIP_BYTES: Final = 1024
_OVERHEAD_BYTES: Final = 500
"""What an entry takes besides its body."""


@dataclass(frozen=True)
class Page:
    """A page ready to be sent."""

    body: bytes
    etag: str
    """Quoted, as in the header."""
    zipped: bool


def make_page(body: bytes, form: str, *, zipped: bool) -> Page:
    """Return a page with its entity tag. Each form and encoding of it has one of its own.

    The tag is the same in every process: it depends on nothing but what the client gets.
    """
    digest = hashlib.sha256(form.encode() + b"\n" + body).hexdigest()[:32]
    if zipped and len(body) >= _WORTH_GZIP_BYTES:
        return Page(gzip.compress(body, _GZIP_LEVEL, mtime=0), f'"{digest}-gzip"', zipped=True)
    return Page(body, f'"{digest}"', zipped=False)


class PageCache:
    """Pages by their keys, each with the revision it was made of. Threads may share it."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._pages: OrderedDict[Hashable, tuple[int, Page]] = OrderedDict()
        self._lock = Lock()
        self._making = Lock()

    def page(self, key: Hashable, revision: int, make: Callable[[], Page]) -> Page:
        """Return the page of that revision, made now unless it is here.

        Pages are made one at a time: clients who all miss the same one wait, and it is made once.
        """
        found = self._find(key, revision)
        if found is not None:
            return found
        with self._making:
            found = self._find(key, revision)
            if found is not None:
                return found
            made = make()
            self._keep(key, revision, made)
            return made

    def _find(self, key: Hashable, revision: int) -> Page | None:
        with self._lock:
            kept, page = self._pages.get(key, (None, None))
            if kept != revision:
                return None
            self._pages.move_to_end(key)
            return page

    def _keep(self, key: Hashable, revision: int, page: Page) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = revision, page
            self._size_bytes += _weight(page)
            while self._size_bytes > self._max_bytes:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        _, page = self._pages.pop(key, (None, None))
        if page is not None:
            self._size_bytes -= _weight(page)


def _weight(page: Page) -> int:
    return len(page.body) + _OVERHEAD_BYTES

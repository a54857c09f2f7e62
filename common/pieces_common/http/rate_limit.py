"""How often a piece may send requests, counted apart for each connection."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Hashable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from pieces_framework import DefinitionError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class RateLimit:
    """Lets at most `requests` through in any `per_s` seconds, for each connection.

    Whichever stretch of `per_s` seconds one looks at, no more than `requests` were let through in
    it: of the first `requests` none waits, and each later one waits until the one `requests`
    places before it is `per_s` seconds old. Who comes first goes first. Who gives up waiting costs
    the others nothing.

    Declare it once, in a module of the piece: what is counted is counted by the object. It holds
    for all threads and event loops of the process, not across processes.

    Args:
        requests: how many; 1 or more.
        per_s: in how many seconds.

    Raises:
        DefinitionError: if that is no rate.
    """

    def __init__(self, *, requests: int, per_s: float = 1.0) -> None:
        is_count = type(requests) is int and requests >= 1
        is_span = type(per_s) in {int, float} and 0 < per_s < math.inf
        if not (is_count and is_span):
            raise DefinitionError(
                [f"no rate limit has `requests={requests!r}` and `per_s={per_s!r}`"],
                hint="pass a whole number of requests and a number of seconds, both above 0",
            )
        self.requests: Final = requests
        self.per_s: Final = per_s
        self._lock: Final = Lock()
        self._lines: Final = OrderedDict[int, _Line]()  # the one that moved last is last

    @override
    def __repr__(self) -> str:
        return f"RateLimit(requests={self.requests}, per_s={self.per_s})"

    async def wait(self, connection: Hashable = None) -> None:
        """Return once another request of `connection` may begin.

        A function that blocks its event loop also holds up whoever waits behind it.

        Args:
            connection: whose requests are counted together, such as its `BearerToken`. Only its
                hash is kept, and that for `per_s` seconds after its last request.
        """
        import asyncio

        turn = _Turn(asyncio.get_running_loop())
        key = hash(connection)
        try:
            while (pause_s := self._pause_s(key, turn)) > 0:
                await turn.pause(pause_s)
        finally:
            self._leave(key, turn)

    def _pause_s(self, key: int, turn: _Turn) -> float:
        """Let `turn` through and return 0, or return the seconds after which to ask again."""
        now = turn.loop.time()
        with self._lock:
            line = self._lines.get(key) or self._new_line(key, now)
            line.waiting.setdefault(turn)
            if line.first() is not turn:  # whoever is first wakes the next one on leaving
                return self.per_s * (1 + len(line.waiting) // self.requests)
            free_in_s = line.begun[0] + self.per_s - now if line.is_full() else 0.0
            if free_in_s <= 0:
                line.begun.append(now)
            return max(0.0, free_in_s)

    def _new_line(self, key: int, now: float) -> _Line:
        while self._lines:
            oldest_key, oldest = next(iter(self._lines.items()))
            if not oldest.is_idle(now - self.per_s):
                break
            del self._lines[oldest_key]
        line = self._lines[key] = _Line(self.requests)
        return line

    def _leave(self, key: int, turn: _Turn) -> None:
        with self._lock:
            line = self._lines.get(key)
            if line is None:  # forgotten while the loop of `turn` was stopped
                return
            line.waiting.pop(turn, None)
            self._lines.move_to_end(key)
            following = line.first()
        if following is not None:
            following.wake()


class _Line:
    """What is known of one connection."""

    def __init__(self, requests: int) -> None:
        self.begun: Final = deque[float](maxlen=requests)
        """When the last ones were let through, on the clock that asyncio's loops share."""
        self.waiting: Final = OrderedDict[_Turn, None]()

    def is_full(self) -> bool:
        return len(self.begun) == self.begun.maxlen

    def is_idle(self, since: float) -> bool:
        return self.first() is None and (not self.begun or self.begun[-1] <= since)

    def first(self) -> _Turn | None:
        """Return whose turn it is. Who waits on a loop that was stopped loses the place."""
        while self.waiting:
            turn = next(iter(self.waiting))
            if turn.loop.is_running():
                return turn
            del self.waiting[turn]
        return None


class _Turn:
    """One request that waits to be let through."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        from asyncio import Event

        self.loop: Final = loop
        self._woken: Final = Event()

    async def pause(self, seconds: float) -> None:
        import asyncio

        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        with suppress(RuntimeError):  # its loop closed this moment
            self.loop.call_soon_threadsafe(self._woken.set)

"""An event loop on which waiting takes no time: its clock jumps to what it would wait for."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

ResultT = TypeVar("ResultT")


class _Jumping(selectors.SelectSelector):
    """Passes the time instead of waiting for events, of which a test without network has none."""

    passed_s = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events:
            assert timeout is not None, "all that runs waits for something that will not happen"
            self.passed_s += max(0.0, timeout)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """For `asyncio.Runner(loop_factory=VirtualLoop)`."""

    def __init__(self, begins_at_s: float = 0.0) -> None:
        self._passed = _Jumping()
        self._passed.passed_s = begins_at_s
        super().__init__(self._passed)

    @override
    def time(self) -> float:
        return self._passed.passed_s


def run(main: Coroutine[Any, Any, ResultT], *, begins_at_s: float = 0.0) -> ResultT:
    """Run `main` to its end on a loop of its own, whose clock begins at `begins_at_s`."""
    with asyncio.Runner(loop_factory=functools.partial(VirtualLoop, begins_at_s)) as runner:
        return runner.run(main)


def now_s() -> float:
    """Return what the clock of the running loop says."""
    return asyncio.get_running_loop().time()

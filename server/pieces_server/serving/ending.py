"""How signals end the instance: gently at the first, at once at the second."""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def on_end_signals(end: Callable[[int, FrameType | None], None]) -> None:
    """Have SIGINT, SIGTERM and SIGHUP call a function; SIGHUP not below `nohup`."""
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, end)


def end_at_once(number: int) -> None:
    """End this process by a signal. What is stored is whole at any moment."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def leave() -> NoReturn:
    """End this process with exit code 0, when all that it had to end has ended.

    The interpreter itself would wait for every thread, even for one that hangs in a query.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

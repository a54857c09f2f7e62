"""A service, a host and a clock in memory, in which a polling trigger's strategy is tried.

`History` is what happens, `play` lets a strategy live through it and says what was lost or came
twice, and `smallest_loss` searches the histories of a service's `Habits` for the shortest one that
goes wrong. The search needs the extra `pieces-common[time-machine]`.
"""

from __future__ import annotations

from .habits import Habits
from .history import Arrival, Fault, History, Order, Poll
from .play import Outcome, PollOutcome, play
from .search import histories, smallest_loss
from .service import Listed
from .subject import Choice, Running, Subject

__all__ = [
    "Arrival",
    "Choice",
    "Fault",
    "Habits",
    "History",
    "Listed",
    "Order",
    "Outcome",
    "Poll",
    "PollOutcome",
    "Running",
    "Subject",
    "histories",
    "play",
    "smallest_loss",
]

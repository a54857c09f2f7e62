"""Tests of a piece without its service: recorded HTTP, and polling in a simulated one."""

from __future__ import annotations

from .cassette import DEFAULT_MAX_AGE, record, replay
from .cassette_error import CassetteError
from .time_machine.habits import Habits
from .time_machine.history import Arrival, Edit, Fault, History, Order, Poll
from .time_machine.play import Outcome, PollOutcome, play
from .time_machine.search import histories, smallest_failure
from .time_machine.service import Listed, Listing
from .time_machine.subject import Running, Subject
from .time_machine.tried import PollingChoice, SimulatedService, TriedPolling

__all__ = [
    "DEFAULT_MAX_AGE",
    "Arrival",
    "CassetteError",
    "Edit",
    "Fault",
    "Habits",
    "History",
    "Listed",
    "Listing",
    "Order",
    "Outcome",
    "Poll",
    "PollOutcome",
    "PollingChoice",
    "Running",
    "SimulatedService",
    "Subject",
    "TriedPolling",
    "histories",
    "play",
    "record",
    "replay",
    "smallest_failure",
]

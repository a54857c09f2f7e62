"""Tests of a piece without its service: recorded HTTP, and polling in a simulated one."""

from __future__ import annotations

from .cassette import DEFAULT_MAX_AGE, record, replay
from .cassette_error import CassetteError
from .time_machine import (
    Arrival,
    Choice,
    Fault,
    Habits,
    History,
    Listed,
    Order,
    Outcome,
    Poll,
    PollOutcome,
    Running,
    Subject,
    histories,
    play,
    smallest_loss,
)

__all__ = [
    "DEFAULT_MAX_AGE",
    "Arrival",
    "CassetteError",
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
    "record",
    "replay",
    "smallest_loss",
]

"""What polling triggers may be given by keyword, by their strategy."""

from __future__ import annotations

from pieces_framework.trigger import TriggerOptions


class TimedOptions(TriggerOptions, total=False):
    """For a trigger of the strategy `TIMEBASED`."""

    newest_first: bool
    """Promises that the function gives the newest first: no more is fetched than is needed."""


class LedgerOptions(TimedOptions, total=False):
    """For a trigger of the strategy `LEDGER`."""

    overlap_s: float
    """How many seconds after its time an item may be listed at last. An hour by default."""

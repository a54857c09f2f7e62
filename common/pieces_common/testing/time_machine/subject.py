"""What can be tried in the time machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .service import Listing


class Running(Protocol):
    """A trigger in the midst of a history. Its memory is all its own."""

    async def enable(self, listing: Listing, *, now_ms: int, is_republish: bool) -> None:
        """Do what the trigger does when its flow is published.

        Args:
            listing: what the service lists then; it is read as far as it is iterated over.
            now_ms: what the host's clock shows, as epoch milliseconds.
            is_republish: whether the flow was on already.
        """
        ...

    async def poll(self, listing: Listing, *, now_ms: int) -> Sequence[str]:
        """Return the ids of what is new, as the flow would receive it.

        Raises:
            RetryableError: as `listing` raised it; any error of its own counts as wrong.
        """
        ...

    def kept(self) -> object:
        """Return a copy of what it has stored, which `==` can compare with an earlier one."""
        ...


class Subject(Protocol):
    """What can be tried: it starts anew for each history."""

    def start(self) -> Running:
        """Return a trigger that knows of nothing yet."""
        ...

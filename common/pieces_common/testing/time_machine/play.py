"""Lets a subject live through a history, and judges what it delivered.

The judge knows what the service listed and what the flow received, and nothing of how the subject
works.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pieces_framework import PieceError

from .faults import faults_of
from .history import ENABLED_AT_MS, Fault, History, Poll
from .service import Listed, Listing, full_reading
from .subject import Running, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What one poll came to."""

    poll: Poll
    listed: tuple[Listed, ...]
    """What a reader of all pages is given, to the page that fails."""
    delivered: tuple[str, ...] = ()
    """Ids, in the order in which the flow received them."""
    failed: bool = False
    changed: bool = False
    """Whether it failed and yet changed what is stored."""
    error: str = ""
    """What the subject itself failed with, rather than the service; it then `failed` too."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a history."""

    history: History
    on_enabling: tuple[Listed, ...]
    """What the service listed when the trigger was enabled."""
    polls: tuple[PollOutcome, ...]
    """None if the trigger could not be enabled."""
    owed: Mapping[str, int]
    """By the id of each item that must be delivered: the index of the first poll that listed it in
    time. Later polls are too late."""
    lost: tuple[str, ...]
    """Ids of what was owed, and not delivered by that poll or before."""
    repeated: tuple[str, ...]
    """Ids of what was delivered twice, or although it was listed on enabling."""
    error: str = ""
    """What the trigger failed with when it was enabled."""

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost or repeated, and only the service failed, to no effect."""
        is_wrong = self.error or self.lost or self.repeated
        return not is_wrong and not any(each.changed or each.error for each in self.polls)

    @property
    def faults(self) -> frozenset[Fault]:
        """The kinds of faults that came about."""
        return faults_of(self.history)

    def text(self) -> str:
        """Tell the story, a line for each event, with times in h:mm:ss since the enabling."""
        from .story import told

        return told(self.history, self)


def play(
    history: History,
    subject: Subject,
    *,
    promise_s: float = math.inf,
    by_either_clock: bool = False,
) -> Outcome:
    """Let `subject` live through `history`. Not to be called while an event loop runs.

    An item is owed if a poll that succeeds lists it no later than `promise_s` after its stamp, by
    the host's clock, and the listing on enabling did not show it. It must then have been delivered
    by that poll or an earlier one. Nothing may be delivered twice whose stamp, as shown, moves by
    no more than `promise_s`, or at all if it was listed on enabling.

    Args:
        history: what happens.
        subject: a `PollingChoice`, a `TriedPolling`, or a strategy of your own.
        promise_s: how late the subject promises to deliver; by default, everything.
        by_either_clock: promises it by the service's clock as well, which may be hours behind the
            host's: an item is then owed if it is no later than `promise_s` by one of the two. Where
            nothing is listed on enabling, nobody can know, and the host's clock decides.
    """
    import asyncio

    polls, error = asyncio.run(_lived(history, subject.start()))
    on_enabling = full_reading(history, history.enabling)
    promise_ms = promise_s * 1000
    ahead_ms = history.host_ahead_ms
    if by_either_clock and on_enabling:
        ahead_ms = min(0, ahead_ms)
    owed = _owed(on_enabling, polls, late_ms=promise_ms - ahead_ms)
    delivered_at = _delivered_at(polls)
    steady = _steady(on_enabling, polls, promise_ms)
    counts = Counter(id_ for each in polls for id_ in each.delivered)
    allowed = {listed.id: 0 for listed in on_enabling}
    return Outcome(
        history=history,
        on_enabling=on_enabling,
        polls=polls,
        owed=owed,
        lost=tuple(id_ for id_, index in owed.items() if delivered_at.get(id_, math.inf) > index),
        repeated=tuple(
            id_ for id_, count in counts.items() if id_ in steady and count > allowed.get(id_, 1)
        ),
        error=error,
    )


async def _lived(history: History, running: Running) -> tuple[tuple[PollOutcome, ...], str]:
    listing = Listing(history, history.enabling)
    try:
        await running.enable(listing, now_ms=history.host_time_ms(0), is_republish=False)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to the history
        return (), _said(error)
    return tuple([await _polled(history, poll, running) for poll in history.polls]), ""


async def _polled(history: History, poll: Poll, running: Running) -> PollOutcome:
    now_ms = history.host_time_ms(poll.at_ms)
    listing = Listing(history, poll)
    listed = full_reading(history, poll)
    before = running.kept()
    try:
        if poll.republished:
            whole = Listing(history, replace(poll, fails_at_page=None))
            await running.enable(whole, now_ms=now_ms, is_republish=True)
            before = running.kept()
        delivered = await running.poll(listing, now_ms=now_ms)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to the history
        return PollOutcome(
            poll=poll,
            listed=listed,
            failed=True,
            changed=running.kept() != before,
            error="" if listing.failed else _said(error),
        )
    return PollOutcome(poll=poll, listed=listed, delivered=tuple(delivered))


def _said(error: Exception) -> str:
    said = error.message if isinstance(error, PieceError) else str(error)
    return f"{type(error).__name__}: {said}"


def _owed(
    on_enabling: Sequence[Listed], polls: Sequence[PollOutcome], *, late_ms: float
) -> dict[str, int]:
    """Return what is owed, with stamps at most so long before the poll by the service's clock."""
    owed = dict[str, int]()
    known = {listed.id for listed in on_enabling}
    for index, each in enumerate(polls):
        if each.failed:
            continue
        since_ms = ENABLED_AT_MS + each.poll.at_ms - late_ms
        for listed in each.listed:
            if listed.epoch_ms >= since_ms and listed.id not in known:
                owed.setdefault(listed.id, index)
    return owed


def _delivered_at(polls: Sequence[PollOutcome]) -> dict[str, int]:
    first = dict[str, int]()
    for index, each in enumerate(polls):
        for id_ in each.delivered:
            first.setdefault(id_, index)
    return first


def _steady(
    on_enabling: Sequence[Listed], polls: Sequence[PollOutcome], promise_ms: float
) -> set[str]:
    """Return the ids of the items whose stamps, as shown, lie close together."""
    shown = defaultdict[str, list[int]](list)
    for listing in (on_enabling, *(each.listed for each in polls if not each.failed)):
        for listed in listing:
            shown[listed.id].append(listed.epoch_ms)
    return {id_ for id_, stamps in shown.items() if max(stamps) - min(stamps) <= promise_ms}

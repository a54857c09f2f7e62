"""The guarantee of the strategy `LEDGER`, over histories that Hypothesis makes up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pieces_common import LedgerItem
from tests.common.polled import OVERLAP_S, Shop, at

SECONDS = st.integers(0, 60) | st.floats(0, 60).map(lambda seconds: round(seconds, 4))


@dataclass(frozen=True)
class Poll:
    """What is listed when the trigger is polled, at a moment of our clock."""

    seconds: float
    fails: bool
    listed: list[tuple[str | float, float]]


def polls(moves_s: float) -> st.SearchStrategy[list[Poll]]:
    """Polls that list few ids over and over, each of a time that moves by so much."""
    ids: st.SearchStrategy[str | float] = st.integers(0, 12) | st.sampled_from(["1", "2", 0.5])

    def listing(times: dict[str | float, float]) -> st.SearchStrategy[list[Poll]]:
        listed = st.lists(
            st.tuples(st.sampled_from([*times]), st.floats(0, moves_s)).map(
                lambda pair: (pair[0], times[pair[0]] + pair[1])
            ),
            max_size=8,
        )
        return st.lists(
            st.builds(Poll, seconds=SECONDS, fails=st.booleans(), listed=listed), min_size=1
        )

    return st.dictionaries(ids, SECONDS, min_size=1).flatmap(listing)


async def replay(shop: Shop, poll: Poll) -> list[object]:
    shop.has_failed = poll.fails
    shop.items = [
        LedgerItem(item_id, at(0) + seconds * 1000, item_id) for item_id, seconds in poll.listed
    ]
    if poll.fails:
        with pytest.raises(ConnectionError):
            await shop.poll(poll.seconds)
        return []
    return await shop.poll(poll.seconds)


@settings(max_examples=300, deadline=None)
@given(polls(moves_s=OVERLAP_S), st.booleans())
def test_no_id_comes_twice_while_its_time_moves_by_no_more_than_the_overlap(
    history: list[Poll],
    enables_with_the_first: bool,  # noqa: FBT001 -- Hypothesis hands it on by place
) -> None:
    async def found() -> list[object]:
        shop = Shop()
        shop.items = [
            LedgerItem(item_id, at(seconds), item_id)
            for item_id, seconds in history[0].listed
            if enables_with_the_first
        ]
        known: list[object] = [each.id for each in shop.items]
        await shop.enable(history[0].seconds)
        for poll in history:
            known += await replay(shop, poll)
        return known

    delivered = [(type(each), each) for each in asyncio.run(found())]
    listed_on_enabling = [
        (type(item_id), item_id) for item_id, _ in history[0].listed if enables_with_the_first
    ]
    rest = delivered[len(listed_on_enabling) :]
    assert len(set(rest)) == len(rest)
    assert not set(rest) & set(listed_on_enabling)


@settings(max_examples=300, deadline=None)
@given(polls(moves_s=3 * OVERLAP_S))
def test_what_is_listed_in_time_comes(history: list[Poll]) -> None:
    async def missing() -> list[object]:
        shop = Shop()
        now = 0.0
        await shop.enable(now)
        delivered: set[object] = set()
        missed: list[object] = []
        for poll in history:
            now = max(now, poll.seconds)
            found = await replay(shop, Poll(now, poll.fails, poll.listed))
            delivered |= {(type(each), each) for each in found}
            missed += [
                (item_id, seconds)
                for item_id, seconds in poll.listed
                if not poll.fails
                and now - seconds <= OVERLAP_S
                and (type(item_id), item_id) not in delivered
            ]
        return missed

    assert asyncio.run(missing()) == []

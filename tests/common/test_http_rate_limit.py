"""How often a rate limit lets requests through. Time is virtual."""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
import tracemalloc
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common import BasicAuth, BearerToken, HttpMethod, RateLimit, http_client
from pieces_common.http import rate_limit
from pieces_framework import DefinitionError
from tests.common.virtual_time import VirtualLoop, now_s, run
from tests.common.web_server import WebServer


@dataclass(frozen=True)
class Wanted:
    """A request that some part of a piece wants to send."""

    at_s: float
    connection: str = "ada"
    gives_up_after_s: float = math.inf


@dataclass(frozen=True)
class Begun:
    """A request that was let through."""

    number: int
    """Its place among those wanted."""
    connection: str
    at_s: float


limits = st.builds(
    RateLimit, requests=st.integers(1, 5), per_s=st.sampled_from([0.1, 0.3, 1, 2.5, 60])
)
moments = st.integers(0, 100).map(lambda tenths: tenths / 10)
patient = st.lists(st.builds(Wanted, at_s=moments, connection=st.sampled_from("ab")), max_size=30)
wanted = st.lists(
    st.builds(
        Wanted,
        at_s=moments,
        connection=st.sampled_from("ab"),
        gives_up_after_s=st.sampled_from([0, 0.05, 0.4, 1, 3, math.inf, math.inf]),
    ),
    max_size=30,
)


def begun(limit: RateLimit, requests: list[Wanted]) -> list[Begun]:
    """Want `requests` at their times, and return what was let through in the order it was."""
    let_through = list[Begun]()

    async def want(number: int, request: Wanted) -> None:
        await asyncio.sleep(request.at_s)
        try:
            async with asyncio.timeout(
                None if request.gives_up_after_s == math.inf else request.gives_up_after_s
            ):
                await limit.wait(request.connection)
        except TimeoutError:
            return
        let_through.append(Begun(number, request.connection, now_s()))

    async def all_of_them() -> None:
        await asyncio.gather(*itertools.starmap(want, enumerate(requests)))

    run(all_of_them())
    return let_through


def times(let_through: list[Begun], connection: str) -> list[float]:
    return [each.at_s for each in let_through if each.connection == connection]


@given(limits, wanted)
def test_no_window_has_more_than_its_number(limit: RateLimit, requests: list[Wanted]) -> None:
    let_through = begun(limit, requests)

    for connection in "ab":
        at_s = times(let_through, connection)
        for earlier, later in zip(at_s, at_s[limit.requests :], strict=False):
            assert later >= earlier + limit.per_s


@given(limits, patient)
def test_who_comes_first_goes_first(limit: RateLimit, requests: list[Wanted]) -> None:
    let_through = begun(limit, requests)

    assert len(let_through) == len(requests)
    for connection in "ab":
        came = [requests[each.number].at_s for each in let_through if each.connection == connection]
        assert came == sorted(came)


@given(limits, wanted)
def test_nobody_waits_longer_than_the_rate_asks_for(
    limit: RateLimit, requests: list[Wanted]
) -> None:
    let_through = begun(limit, requests)

    for connection in "ab":
        mine = [each for each in let_through if each.connection == connection]
        for place, each in enumerate(mine):
            came_at_s = requests[each.number].at_s
            full_until_s = (
                mine[place - limit.requests].at_s + limit.per_s if place >= limit.requests else 0.0
            )
            assert each.at_s == pytest.approx(max(came_at_s, full_until_s))


def test_a_burst_goes_through_at_once() -> None:
    limit = RateLimit(requests=3, per_s=10)

    let_through = begun(limit, [Wanted(0)] * 7)

    assert times(let_through, "ada") == [0, 0, 0, 10, 10, 10, 20]


def test_those_of_the_same_moment_go_in_order() -> None:
    let_through = begun(RateLimit(requests=2, per_s=1), [Wanted(0)] * 50)

    assert [each.number for each in let_through] == list(range(50))


def test_connections_do_not_wait_for_each_other() -> None:
    limit = RateLimit(requests=1, per_s=10)

    let_through = begun(limit, [Wanted(0, "ada"), Wanted(0, "bob"), Wanted(0, "ada")])

    assert times(let_through, "ada") == [0, 10]
    assert times(let_through, "bob") == [0]


def test_limits_do_not_share_their_counts() -> None:
    first, second = RateLimit(requests=1, per_s=10), RateLimit(requests=1, per_s=10)

    assert times(begun(first, [Wanted(0)]), "ada") == [0]
    assert times(begun(second, [Wanted(0)]), "ada") == [0]


def test_those_who_give_up_cost_the_others_nothing() -> None:
    requests = [Wanted(0)] * 3 + [Wanted(1, gives_up_after_s=5)] * 1000 + [Wanted(2)] * 2

    let_through = begun(RateLimit(requests=3, per_s=10), requests)

    assert times(let_through, "ada") == [0, 0, 0, 10, 10]


def test_the_one_in_front_can_give_up() -> None:
    requests = [Wanted(0), Wanted(1, gives_up_after_s=9.5), Wanted(2), Wanted(3)]

    let_through = begun(RateLimit(requests=1, per_s=10), requests)

    assert [(each.number, each.at_s) for each in let_through] == [(0, 0), (1, 10), (2, 20), (3, 30)]


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (BearerToken("sk-1"), BearerToken("sk-1")),
        (BasicAuth("ada", "pw"), BasicAuth("ada", "pw")),
        (None, None),
    ],
)
def test_equal_credentials_are_one_connection(one: object, same: object) -> None:
    limit = RateLimit(requests=1, per_s=10)

    async def both() -> float:
        await limit.wait(one)
        await limit.wait(same)
        return now_s()

    assert run(both()) == 10


def test_different_credentials_are_not() -> None:
    limit = RateLimit(requests=1, per_s=10)

    async def each() -> float:
        for connection in (BearerToken("sk-1"), BearerToken("sk-2"), BasicAuth("sk-1", ""), None):
            await limit.wait(connection)
        return now_s()

    assert run(each()) == 0


def test_no_credential_is_kept() -> None:
    limit = RateLimit(requests=2, per_s=10)
    token = BearerToken("sk-very-secret")
    kept = weakref.ref(token)

    run(limit.wait(token))
    del token
    gc.collect()

    assert kept() is None
    assert repr(limit) == "RateLimit(requests=2, per_s=10)"


def test_idle_connections_are_forgotten() -> None:
    limit = RateLimit(requests=2, per_s=1)

    async def one_after_the_other() -> None:
        for connection in range(400):
            await limit.wait("one that is never idle")
            await limit.wait(connection)
            await asyncio.sleep(0.5)

    tracemalloc.start()
    try:
        run(one_after_the_other())
        gc.collect()
        kept = tracemalloc.take_snapshot().filter_traces([OF_RATE_LIMITS])
    finally:
        tracemalloc.stop()

    assert sum(each.count for each in kept.statistics("filename")) < 100


OF_RATE_LIMITS = tracemalloc.Filter(inclusive=True, filename_pattern=rate_limit.__file__)


@pytest.mark.parametrize("requests", [0, -1, 1.5, 2.0, math.nan, True, "3", None])
def test_what_is_no_number_of_requests_is_refused(requests: Any) -> None:
    with pytest.raises(DefinitionError, match="no rate limit has `requests="):
        RateLimit(requests=requests)


@pytest.mark.parametrize("per_s", [0, -1, math.inf, math.nan, True, "1", None])
def test_what_is_no_number_of_seconds_is_refused(per_s: Any) -> None:
    with pytest.raises(DefinitionError, match="and `per_s="):
        RateLimit(requests=1, per_s=per_s)


def test_threads_share_one_count() -> None:
    limit = RateLimit(requests=5, per_s=3600)  # nobody else is let through while the test runs
    let_through = list[str]()
    is_full = Event()

    async def one() -> None:
        await limit.wait("ada")
        let_through.append("ada")
        if len(let_through) == limit.requests:
            is_full.set()

    async def some() -> None:
        wanting = [asyncio.create_task(one()) for _ in range(20)]
        assert await asyncio.to_thread(is_full.wait, 30)
        for each in wanting:
            each.cancel()
        await asyncio.gather(*wanting, return_exceptions=True)

    in_threads(some, some, some, some)

    assert len(let_through) == limit.requests


def in_threads(*programs: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run each program on an event loop in a thread of its own, until all are done."""
    with ThreadPoolExecutor(len(programs)) as pool:
        for done in [pool.submit(asyncio.run, program()) for program in programs]:
            done.result(60)


async def through_at_s(limit: RateLimit) -> float:
    await limit.wait("ada")
    return now_s()


def test_one_loop_after_the_other_shares_one_count() -> None:
    limit = RateLimit(requests=1, per_s=10)

    at_s = 0.0
    for _ in range(4):
        at_s = run(through_at_s(limit), begins_at_s=at_s)

    assert at_s == 30


def test_a_loop_that_stopped_holds_nobody_up() -> None:
    limit = RateLimit(requests=1, per_s=10)
    stopped = VirtualLoop()
    stopped.run_until_complete(limit.wait("ada"))
    waiting = stopped.create_task(limit.wait("ada"))
    stopped.run_until_complete(asyncio.sleep(0))

    at_s = run(through_at_s(limit))

    assert at_s == 10
    assert not waiting.done()
    stopped.run_until_complete(waiting)
    stopped.close()


async def test_the_client_counts_by_its_authentication(web: WebServer) -> None:
    limit = RateLimit(requests=1, per_s=3600)
    url = web.answer("/orders", b"[]")

    async def send(token: str) -> None:
        await http_client.send_request(
            HttpMethod.GET, url, authentication=BearerToken(token), rate_limit=limit
        )

    await send("sk-ada")
    await send("sk-bob")
    again = asyncio.create_task(send("sk-ada"))
    await send("sk-eve")

    sent = [each.headers["authorization"] for each in web.sent]
    assert sent == ["Bearer sk-ada", "Bearer sk-bob", "Bearer sk-eve"]
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again

"""How often a rate limit lets requests through. Time is virtual, except among threads."""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pieces_common import BasicAuth, BearerToken, HttpMethod, http_client
from pieces_common.http.rate_limit import RateLimit
from pieces_framework import DefinitionError
from tests.common.virtual_time import now_s, run
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


def test_no_secret_is_kept() -> None:
    limit = RateLimit(requests=2, per_s=10)
    token = BearerToken("sk-very-secret")

    run(limit.wait(token))

    assert repr(limit) == "RateLimit(requests=2, per_s=10)"
    assert [each for each in gc.get_referrers(token) if isinstance(each, dict | tuple | list)] == []


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(100, 400))
def test_idle_connections_are_forgotten(requests: int, connections: int) -> None:
    limit = RateLimit(requests=requests, per_s=1)

    async def one_after_the_other() -> None:
        for connection in range(connections):
            await limit.wait("one that is never idle")
            await limit.wait(connection)
            await asyncio.sleep(0.5)

    run(one_after_the_other())

    assert len(gc.get_referents(held(limit))) < 20


def held(limit: RateLimit) -> object:
    """Return what a limit keeps of connections, whatever it is called."""
    return max(vars(limit).values(), key=lambda kept: len(gc.get_referents(kept)))


@pytest.mark.parametrize(
    ("requests", "per_s"), [(0, 1), (-1, 1), (1, 0), (1, -1), (1, math.inf), (1, math.nan)]
)
def test_what_is_no_rate_is_refused(requests: int, per_s: float) -> None:
    with pytest.raises(DefinitionError, match="no rate limit has"):
        RateLimit(requests=requests, per_s=per_s)


def test_threads_share_one_count() -> None:
    limit = RateLimit(requests=5, per_s=0.05)
    let_through = list[str]()

    async def some() -> None:
        async def one() -> None:
            await limit.wait("ada")
            let_through.append("ada")

        await asyncio.gather(*(one() for _ in range(20)))

    before_s = monotonic()
    in_threads(some, some, some, some)

    # No matter how slow the machine is, it cannot have been quicker than the limit.
    assert monotonic() - before_s >= (80 / 5 - 1) * 0.05
    assert len(let_through) == 80


def test_one_loop_after_the_other_shares_one_count() -> None:
    limit = RateLimit(requests=1, per_s=0.05)

    before_s = monotonic()
    for _ in range(4):
        asyncio.run(limit.wait("ada"))

    assert monotonic() - before_s >= 3 * 0.05


def test_a_loop_that_stopped_holds_nobody_up() -> None:
    limit = RateLimit(requests=1, per_s=0.02)
    stopped = asyncio.new_event_loop()
    stopped.run_until_complete(limit.wait("ada"))
    waiting = stopped.create_task(limit.wait("ada"))
    stopped.run_until_complete(asyncio.sleep(0))

    asyncio.run(asyncio.wait_for(limit.wait("ada"), 10))

    assert not waiting.done()
    stopped.run_until_complete(asyncio.wait_for(waiting, 10))
    stopped.close()


def in_threads(*programs: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run each program on an event loop in a thread of its own, until all are done."""
    with ThreadPoolExecutor(len(programs)) as pool:
        for done in [pool.submit(asyncio.run, program()) for program in programs]:
            done.result(30)


async def test_the_client_counts_by_its_authentication(web: WebServer) -> None:
    limit = RateLimit(requests=1, per_s=3600)
    url = web.answer("/orders", b"[]")
    ada, bob = BearerToken("sk-ada"), BearerToken("sk-bob")
    for token in (ada, bob):
        await http_client.send_request(
            HttpMethod.GET, url, authentication=token, rate_limit=limit, timeout_s=5
        )

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await http_client.send_request(
                HttpMethod.GET, url, authentication=ada, rate_limit=limit, timeout_s=5
            )

    assert len(web.sent) == 2

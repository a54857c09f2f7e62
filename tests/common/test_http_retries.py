"""What is sent again, how often and when. Time is virtual: see `virtual_time`."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common import HttpError, HttpMethod, RetryableHttpError, http_client
from pieces_common.http.errors import NO_ANSWER, retry_after_s
from pieces_common.http.retries import FIRST_WAIT_S, MAX_WAIT_S, with_retries
from pieces_framework import FatalError
from tests.common.virtual_time import now_s, run
from tests.common.web_server import WebServer

REPEATABLE = [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE]
OTHERS = [HttpMethod.POST, HttpMethod.PATCH]


def failure(status: int, *, retry_after: str = "") -> HttpError:
    is_passing = status in {NO_ANSWER, 429} or status >= 500
    if not is_passing:
        return HttpError("refused", status=status, method=HttpMethod.GET, url="")
    return RetryableHttpError(
        "failed",
        status=status,
        method=HttpMethod.GET,
        url="",
        hint="try again later",
        retry_after_s=retry_after_s(retry_after),
    )


@dataclass
class Service:
    """Fails with `failures` one after the other, then works; notes when it was asked."""

    failures: Iterator[BaseException]
    asked_at_s: list[float] = field(default_factory=list[float])

    async def answer(self) -> str:
        self.asked_at_s.append(now_s())
        if (error := next(self.failures, None)) is not None:
            raise error
        return "done"


def always(status: int, *, retry_after: str = "") -> Service:
    return Service(failure(status, retry_after=retry_after) for _ in itertools.count())


def first(*failures: BaseException) -> Service:
    return Service(iter(failures))


def ask(service: Service, *, method: HttpMethod = HttpMethod.GET, retries: int = 3) -> str:
    return run(with_retries(service.answer, method=method, retries=retries))


def waits(service: Service) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(service.asked_at_s)]


@pytest.mark.parametrize("method", REPEATABLE, ids=lambda method: method.value)
@pytest.mark.parametrize("status", [NO_ANSWER, 429, 500, 502, 503, 504, 599])
def test_an_idempotent_request_is_sent_again(method: HttpMethod, status: int) -> None:
    service = first(failure(status), failure(status))

    assert ask(service, method=method) == "done"
    assert len(service.asked_at_s) == 3


@pytest.mark.parametrize("method", OTHERS, ids=lambda method: method.value)
@pytest.mark.parametrize("status", [429, 503])
def test_any_request_that_was_turned_away_is_sent_again(method: HttpMethod, status: int) -> None:
    service = first(failure(status))

    assert ask(service, method=method) == "done"


@pytest.mark.parametrize("method", OTHERS, ids=lambda method: method.value)
@pytest.mark.parametrize("status", [NO_ANSWER, 500, 502, 504])
def test_a_request_that_may_have_had_its_effect_is_not(method: HttpMethod, status: int) -> None:
    service = always(status)

    with pytest.raises(RetryableHttpError) as caught:
        ask(service, method=method)

    assert len(service.asked_at_s) == 1
    assert "tries" not in str(caught.value.__notes__)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_refused_request_is_not_sent_again(status: int) -> None:
    service = always(status)

    with pytest.raises(HttpError):
        ask(service)

    assert len(service.asked_at_s) == 1


@given(st.integers(0, 8))
def test_there_are_as_many_more_tries_as_asked_for(retries: int) -> None:
    service = always(500)

    with pytest.raises(RetryableHttpError) as caught:
        ask(service, retries=retries)

    assert len(service.asked_at_s) == retries + 1
    assert (f"after {retries + 1} tries" in caught.value.__notes__) == (retries > 0)


def test_the_error_is_the_last_one() -> None:
    service = first(failure(500), failure(NO_ANSWER), failure(502))

    with pytest.raises(RetryableHttpError) as caught:
        ask(service, retries=2)

    assert caught.value.status == 502
    assert [note for note in caught.value.__notes__ if "tries" in note] == ["after 3 tries"]


def test_the_tries_end_at_an_error_that_none_would_help() -> None:
    service = first(failure(500), failure(404))

    with pytest.raises(HttpError) as caught:
        ask(service)

    assert caught.value.status == 404
    assert len(service.asked_at_s) == 2


@pytest.mark.parametrize("error", [ValueError("a bug"), FatalError("no"), KeyboardInterrupt()])
def test_any_other_error_passes_through(error: BaseException) -> None:
    service = first(error)

    with pytest.raises(type(error)) as caught:
        ask(service)

    assert caught.value is error
    assert len(service.asked_at_s) == 1


def test_no_retries_is_one_try() -> None:
    service = always(503)

    with pytest.raises(RetryableHttpError):
        ask(service, retries=0)

    assert len(service.asked_at_s) == 1


@given(st.integers(1, 12))
def test_each_wait_is_below_a_bound_that_doubles_up_to_a_minute(retries: int) -> None:
    service = always(500)

    with pytest.raises(RetryableHttpError):
        ask(service, retries=retries)

    bounds = [min(MAX_WAIT_S, FIRST_WAIT_S * 2**tries) for tries in range(retries)]
    assert all(0 <= wait <= bound for wait, bound in zip(waits(service), bounds, strict=True))


def test_waits_are_spread_over_all_up_to_the_bound() -> None:
    drawn = list[float]()
    for _ in range(200):
        service = first(failure(503))
        ask(service)
        drawn += waits(service)

    # That 200 even draws leave a fifth of the range empty has a chance of 1 in 10**19.
    fifths = {int(wait / FIRST_WAIT_S * 5) for wait in drawn}
    assert fifths >= {0, 1, 2, 3, 4}


@given(st.integers(0, int(MAX_WAIT_S)))
def test_the_seconds_a_service_asks_for_are_waited(seconds: int) -> None:
    service = first(failure(429, retry_after=str(seconds)))

    ask(service)

    assert waits(service) == [seconds]


def test_the_date_a_service_asks_for_is_waited_for() -> None:
    error = failure(503, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=40)))
    assert isinstance(error, RetryableHttpError)
    service = first(error)

    ask(service)

    assert waits(service) == [error.retry_after_s]
    assert 0 < waits(service)[0] <= 40


def test_a_date_that_has_passed_is_not_waited_for() -> None:
    service = first(failure(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"))

    ask(service)

    assert waits(service) == [0]


@pytest.mark.parametrize("asked", ["61", "86400", "999999999", "Fri, 01 Jan 2999 00:00:00 GMT"])
def test_a_service_that_asks_for_more_than_a_minute_is_not_asked_again(asked: str) -> None:
    service = always(429, retry_after=asked)

    with pytest.raises(RetryableHttpError) as caught:
        ask(service)

    assert len(service.asked_at_s) == 1
    assert (caught.value.retry_after_s or 0) > MAX_WAIT_S


@pytest.mark.parametrize("asked", ["-5", "soon", "", "1e9", "9" * 40, "Wed, 99 Foo 2015", "\x00"])
def test_what_is_no_retry_after_counts_as_none(asked: str) -> None:
    service = first(failure(503, retry_after=asked))

    ask(service)

    assert waits(service)[0] <= FIRST_WAIT_S


def test_a_wait_can_be_cancelled() -> None:
    service = always(429, retry_after="50")

    async def give_up_after_a_second() -> None:
        async with asyncio.timeout(1):
            await with_retries(service.answer, method=HttpMethod.GET, retries=5)

    with pytest.raises(TimeoutError):
        run(give_up_after_a_second())

    assert service.asked_at_s == [0]


def test_requests_wait_apart_from_each_other() -> None:
    services = [first(failure(429, retry_after=str(seconds))) for seconds in (30, 10, 20)]

    async def all_at_once() -> float:
        await asyncio.gather(
            *(with_retries(each.answer, method=HttpMethod.POST, retries=1) for each in services)
        )
        return now_s()

    assert run(all_at_once()) == 30
    assert [waits(each) for each in services] == [[30], [10], [20]]


def test_what_is_repeated_may_be_any_callable() -> None:
    async def answer_of(service: Service) -> str:
        return await service.answer()

    attempt = functools.partial(answer_of, first(failure(500)))

    assert run(with_retries(attempt, method=HttpMethod.GET, retries=1)) == "done"


async def test_the_client_repeats_where_it_is_asked_to(web: WebServer) -> None:
    url = web.answer("/busy", status=503, headers={"Retry-After": "0"})

    with pytest.raises(RetryableHttpError) as caught:
        await http_client.send_request(HttpMethod.POST, url, body={"n": 1}, retries=2)

    assert [sent.body for sent in web.sent] == [b'{"n":1}'] * 3
    assert "after 3 tries" in caught.value.__notes__


async def test_the_client_sends_once_where_it_is_not(web: WebServer) -> None:
    url = web.answer("/busy", status=503, headers={"Retry-After": "0"})

    with pytest.raises(RetryableHttpError):
        await http_client.send_request(HttpMethod.GET, url)

    assert len(web.sent) == 1

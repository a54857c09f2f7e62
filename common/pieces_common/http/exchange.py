"""Sending a request that is ready, as often as it asks for, and reading its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeVar

from pieces_framework.call_scope import shared

from .errors import RetryableHttpError, error_for, too_slow
from .message import ResponseType
from .options import DEFAULT_MAX_RESPONSE_BYTES

if TYPE_CHECKING:
    from asyncio import Timeout

    from pydantic import BaseModel

    from pieces_framework import JsonValue

    from .request import Request
    from .stream import StreamedResponse
    from .transport import Pool, RawAnswer

AnswerT = TypeVar("AnswerT")


async def repeated(request: Request, send: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
    """Send a request as often as it asks for and can be sent, within its rate limit."""

    async def attempt() -> AnswerT:
        if request.rate_limit is not None:
            await request.rate_limit.wait(request.authentication)
        return await send()

    if request.retries == 0 or request.content.is_one_time:
        return await attempt()
    from .retries import with_retries

    return await with_retries(attempt, method=request.method, retries=request.retries)


async def whole_answer(request: Request) -> tuple[RawAnswer, bytes]:
    """Send a request once and return its answer, with all of its body, within its time limit."""
    import asyncio

    pool, is_own = open_pool()
    timer = asyncio.timeout(request.timeout_s)
    try:
        async with timer:
            return await _read_whole(pool, request, timer)
    except TimeoutError:
        if not timer.expired():  # then it is the author's, raised while the body was read
            raise
    finally:
        if is_own:
            await pool.aclose()
    raise too_slow(request)


async def _read_whole(pool: Pool, request: Request, timer: Timeout) -> tuple[RawAnswer, bytes]:
    from .reading import read_within, too_large

    answer = await _good_answer(pool, request, timer)
    limit = request.max_response_bytes
    if limit is None:
        limit = DEFAULT_MAX_RESPONSE_BYTES
    try:
        data, is_all = await read_within(answer, limit)
    finally:
        await answer.aclose()
    if not is_all:
        raise too_large(request, limit)
    return answer, data


async def opened(request: Request) -> StreamedResponse:
    """Send a request once and return its answer, whose body is still to be read. Close it."""
    import asyncio

    from .stream import StreamedResponse

    timer = asyncio.timeout(request.timeout_s)
    try:
        async with timer, AsyncExitStack() as closing:
            pool, is_own = open_pool()
            if is_own:
                closing.push_async_callback(pool.aclose)
            answer = await _good_answer(pool, request, timer)
            closing.push_async_callback(answer.aclose)
            until = timer.when()
            left_s = None if until is None else until - asyncio.get_running_loop().time()
            return StreamedResponse(answer, left_s, closing.pop_all())
    except TimeoutError:
        if not timer.expired():
            raise
    raise too_slow(request)


async def _good_answer(pool: Pool, request: Request, timer: Timeout) -> RawAnswer:
    """Send a request once and return its answer; one with a status of 400 or more is raised."""
    from .redirects import follow

    answer = await follow(pool, request)
    if answer.status < 400:
        return answer
    until = timer.when()
    timer.reschedule(None)  # from here on the status is what happened
    try:
        body = await _error_body(answer, until)
    finally:
        await answer.aclose()
    raise error_for(request, answer.status, answer.headers, body)


async def _error_body(answer: RawAnswer, until: float | None) -> JsonValue:
    """Return what an error says; `None` if that breaks off or is not there in time."""
    import asyncio

    from .reading import MAX_ERROR_BYTES, decode_json, decode_text, read_within

    try:
        async with asyncio.timeout_at(until):
            data, is_all = await read_within(answer, MAX_ERROR_BYTES)
    except (RetryableHttpError, TimeoutError):
        return None
    return (decode_json if is_all else decode_text)(data, answer.headers)


def open_pool() -> tuple[Pool, bool]:
    """Return the connections of this call, or new ones; and whether to close them afterwards."""
    from .transport import Pool

    pool = shared(Pool)
    return (Pool(), True) if pool is None else (pool, False)


def body_of(
    answer: RawAnswer, data: bytes, response_type: ResponseType, parse: type[BaseModel] | None
) -> object:
    """Return the body of an answer as what was asked for."""
    from .reading import decode_json, decode_text, parsed

    if response_type is ResponseType.TEXT:
        return decode_text(data, answer.headers)
    body = decode_json(data, answer.headers)
    if parse is None:
        return body
    return parsed(parse, body, f"what `{answer.request.name}` answered")

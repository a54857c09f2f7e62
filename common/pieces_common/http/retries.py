"""Sending a request again: what is worth another try, and how long to wait before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from .errors import RetryableHttpError
from .message import IDEMPOTENT, HttpMethod

if TYPE_CHECKING:
    from tenacity import RetryCallState

AnswerT = TypeVar("AnswerT")

MAX_WAIT_S: Final = 60.0
"""The longest wait before another try. A service that asks for more gets no other try."""
FIRST_WAIT_S: Final = 0.5
"""The longest wait before the second try; it doubles with each one after that."""

_TURNED_AWAY: Final = frozenset({429, 503})
"""The answers that say that the service did not begin with the request."""


async def with_retries(
    attempt: Callable[[], Awaitable[AnswerT]], *, method: HttpMethod, retries: int
) -> AnswerT:
    """Await `attempt()`, up to `retries` more times where it fails for a passing reason.

    GET, HEAD, PUT and DELETE are repeated after no answer, 429 and every 5xx; POST and PATCH only
    after 429 and 503, since any other failure may have come after their effect. The wait is drawn
    evenly from 0 to 0.5 s, 1 s, 2 s and so on. A `Retry-After` of up to a minute is what is waited
    instead; a longer one ends the tries.

    Raises:
        RetryableHttpError: the one of the last try; a note on it says how many there were.
    """
    tries = 0

    async def one_try() -> AnswerT:  # tenacity awaits only what is declared with `async def`
        nonlocal tries
        tries += 1
        return await attempt()

    try:
        return await _repeated(one_try, method, retries)
    except RetryableHttpError as error:
        if tries > 1:
            error.add_note(f"after {tries} tries")
        raise


async def _repeated(
    one_try: Callable[[], Awaitable[AnswerT]], method: HttpMethod, retries: int
) -> AnswerT:
    import asyncio

    import tenacity

    backoff = tenacity.wait_random_exponential(multiplier=FIRST_WAIT_S, max=MAX_WAIT_S)

    def wait_s(state: RetryCallState) -> float:
        error = state.outcome and state.outcome.exception()
        asked = error.retry_after_s if isinstance(error, RetryableHttpError) else None
        return backoff(state) if asked is None else asked

    retrying = tenacity.AsyncRetrying(
        sleep=asyncio.sleep,
        stop=tenacity.stop_after_attempt(retries + 1),
        wait=wait_s,
        retry=tenacity.retry_if_exception(lambda error: _is_worth_another(error, method)),
        reraise=True,
    )
    return await retrying(one_try)


def _is_worth_another(error: BaseException, method: HttpMethod) -> bool:
    if not isinstance(error, RetryableHttpError):
        return False
    if error.retry_after_s is not None and error.retry_after_s > MAX_WAIT_S:
        return False
    return method in IDEMPOTENT or error.status in _TURNED_AWAY

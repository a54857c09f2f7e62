"""Requests to one instance: its pool, waits while it is busy, errors for what it refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar, cast

import httpx

from pieces_framework.versions import VersionError

from .answers import InstanceApiError, UnreachableError, is_busy, refusal
from .instance_address import AddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TIMEOUT_S: Final = 60.0
_CONNECT_TIMEOUT_S: Final = 10.0
_MAX_WAIT_S: Final = 30.0
"""Bound on what an instance can make us wait by its `Retry-After`."""
_CONNECTIONS: Final = 32

_Answer = TypeVar("_Answer")


class InstanceConnection:
    """A pool of connections to one instance. Threads may share it.

    Args:
        api_url: as `api_address` returns it.
        key: as `check_key` returns it; empty for an instance that may be read without one.
        timeout_s: bound on each wait for bytes of an answer.
        waits_s: how long to wait before each next try while the instance cannot answer now.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        *,
        api_url: str,
        key: str = "",
        timeout_s: float = TIMEOUT_S,
        waits_s: Sequence[float] = (),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.api_url: Final = api_url
        self._key = key
        self._waits_s = tuple(waits_s)
        self._sleep = sleep
        try:
            self._http = httpx.Client(
                base_url=api_url,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
                limits=httpx.Limits(max_connections=_CONNECTIONS),
            )
        except httpx.InvalidURL as error:
            raise AddressError(f"`{api_url}` is not an address: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """Return the answer to a request, whatever it is; try again while the instance is busy.

        Args:
            request: sends it, each time it is called.

        Raises:
            UnreachableError: if there is no answer.
            AddressError: if nothing can be sent to the address.
        """
        for wait_s in self._waits_s:
            response = self._sent(request)
            if not is_busy(response):
                return response
            self._sleep(min(max(wait_s, _retry_after_s(response)), _MAX_WAIT_S))
        return self._sent(request)

    def require_success(self, response: httpx.Response, what_failed: str) -> None:
        """Raise as `refusal` says unless the answer is a success."""
        if not response.is_success:
            raise refusal(response, what_failed=what_failed, address=self.api_url, key=self._key)

    def read(
        self, response: httpx.Response, read: Callable[[object], _Answer], what_failed: str
    ) -> _Answer:
        """Return what `read` makes of an answer's JSON.

        Raises:
            InstanceApiError: if it is none, or `read` cannot make anything of it.
        """
        try:
            # Anything JSON: what reads it refuses what it does not know.
            return read(cast("object", response.json()))
        except (KeyError, TypeError, ValueError, VersionError) as error:
            raise InstanceApiError(
                f"{what_failed}: `{self.api_url}` gave an answer of another form",
                status=response.status_code,
                answer_code="",
                hint="is this the instance's address, and is it as new as this command?",
            ) from error

    def _sent(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        try:
            return request(self._http)
        except httpx.InvalidURL as error:
            raise AddressError(f"`{self.api_url}` is not an address: {error}") from error
        except httpx.RequestError as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(
                f"no answer from `{self.api_url}`: {reason}",
                hint="check the address, and that the instance runs (`pieces serve`)",
            ) from error


def _retry_after_s(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else 0.0

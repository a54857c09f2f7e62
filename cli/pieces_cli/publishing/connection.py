"""Requests to one instance: its pool, waits while it is busy, errors for what it refuses."""

from __future__ import annotations

import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar, cast

import httpx

from pieces_framework.errors import PieceError
from pieces_framework.versions import VersionError

from .instance_address import AddressError
from .refusals import (
    InstanceApiError,
    UnreachableError,
    is_busy,
    refusal,
    retry_after_s,
    without_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CONNECT_TIMEOUT_S: Final = 10.0
_REQUEST_TIMEOUT_S: Final = 300.0
"""Bound on a whole request. Each wait for bytes is bounded too, but they may come one by one."""
_MAX_WAIT_S: Final = 30.0
"""Bound on what an instance can make us wait by its `Retry-After`."""
_CONNECTIONS: Final = 32

_Answer = TypeVar("_Answer")


class NetworkSettingsError(PieceError):
    """What the environment says of proxies or certificates cannot be used."""

    exit_code = 78  # EX_CONFIG
    code = "NETWORK_SETTINGS"


class InstanceConnection:
    """A pool of connections to one instance. Threads may share it.

    Args:
        api_url: as `api_address` returns it.
        key: as `check_key` returns it; empty for an instance that may be read without one.
        timeout_s: bound on each wait for bytes of an answer.
        waits_s: how long to wait before each next try while the instance cannot answer now.
        sleep: waits for so many seconds.
        request_timeout_s: bound on each request as a whole.

    Raises:
        AddressError: if `api_url` is no address after all.
        NetworkSettingsError: if the environment's proxies or certificates cannot be used.
    """

    def __init__(
        self,
        *,
        api_url: str,
        key: str,
        timeout_s: float,
        waits_s: Sequence[float],
        sleep: Callable[[float], object],
        request_timeout_s: float = _REQUEST_TIMEOUT_S,
    ) -> None:
        self.api_url: Final = api_url
        self._key = key
        self._waits_s = tuple(waits_s)
        self._sleep = sleep
        self._request_timeout_s = request_timeout_s
        self._waiting: Final[set[Future[httpx.Response]]] = set()
        try:
            self._http = httpx.Client(
                base_url=api_url,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
                limits=httpx.Limits(max_connections=_CONNECTIONS),
            )
        except httpx.InvalidURL as error:
            raise AddressError(f"`{api_url}` is not an address: {error}") from error
        except (ImportError, OSError, ValueError) as error:  # as httpx refuses what it reads there
            raise NetworkSettingsError(
                f"the environment's proxy or certificates cannot be used: {error}",
                hint="look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
            ) from error

    def close(self) -> None:
        """Close the connections; requests that still wait end as unanswered."""
        for answer in list(self._waiting):
            with suppress(InvalidStateError):  # it has come just now
                answer.set_exception(TimeoutError("it was given up"))
        self._http.close()

    def send(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """Return the answer to a request, whatever it is; try again while the instance is busy.

        An instance that closes the connection without an answer, as one does that is started
        again, counts as busy.

        Args:
            request: sends it, each time it is called, in a thread of its own.

        Raises:
            UnreachableError: if there is no answer.
            AddressError: if nothing can be sent to the address.
        """
        for wait_s in self._waits_s:
            asked_s = 0.0
            try:
                response = self._sent(request)
            except _NoAnswerError:
                pass
            else:
                if not is_busy(response):
                    return response
                asked_s = retry_after_s(response)
            self._sleep(min(max(wait_s, asked_s), _MAX_WAIT_S))
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
        except (KeyError, RecursionError, TypeError, ValueError, VersionError) as error:
            raise InstanceApiError(
                f"{what_failed}: `{self.api_url}` gave an answer of another form",
                hint="is this the instance's address, and is it as new as this command?",
            ) from error

    def without_key(self, text: str) -> str:
        """Return a text with a mask where it holds the key."""
        return without_key(text, self._key)

    def _sent(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        try:
            return self._in_time(request)
        except (httpx.InvalidURL, UnicodeError) as error:  # the latter: a host that is no name
            raise AddressError(f"`{self.api_url}` is not an address: {error}") from error
        except (httpx.RequestError, TimeoutError) as error:
            # A server's broken answer may repeat the key.
            reason = self.without_key(str(error)) or type(error).__name__
            dropped = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
            raise (_NoAnswerError if isinstance(error, dropped) else UnreachableError)(
                f"no answer from `{self.api_url}`: {reason}",
                hint="check the address, and that the instance runs (`pieces serve`)",
            ) from None

    def _in_time(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """Send from a thread that is left alone once the whole request has taken too long."""
        answer = Future[httpx.Response]()

        def run() -> None:
            with suppress(InvalidStateError):  # given up meanwhile
                try:
                    answer.set_result(request(self._http))
                except InvalidStateError:
                    raise
                except BaseException as error:  # noqa: BLE001 -- raised where it is waited for
                    answer.set_exception(error)

        self._waiting.add(answer)
        threading.Thread(target=run, daemon=True).start()
        try:
            return answer.result(self._request_timeout_s)
        except TimeoutError:
            if answer.done():
                raise
            raise TimeoutError(f"it took longer than {self._request_timeout_s:g} s") from None
        finally:
            self._waiting.discard(answer)


class _NoAnswerError(UnreachableError):
    """The connection was closed before there was an answer."""

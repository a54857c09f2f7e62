"""Stands between a process and the network while a cassette is open.

vcrpy knows where each HTTP library sends; it is used for that alone. What it catches is handed to a
`Tape`, which decides. All of this is in force for the whole process, so one may be open at a time.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http import HTTPStatus
from typing import Any, Final, Protocol

from typing_extensions import TypeIs

from .cassette_error import CassetteError
from .exchange import Answer, RawAnswer, RawHeaders, RawRequest

_OPEN: Final = threading.Lock()
_TALKATIVE: Final = ("vcr", "httpx", "httpcore", "urllib3", "requests")
"""Loggers that write URLs, headers or whole answers down."""
_BELOW_TALKATIVE: Final = tuple(f"{name}." for name in _TALKATIVE)
_SILENT: Final = logging.CRITICAL + 1
_DIALS: Final = ("connect", "connect_ex", "sendto")
_LOOK_UPS: Final = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


class _NoExtraError(CassetteError):
    exit_code = 78  # EX_CONFIG


class Tape(Protocol):
    """What answers the requests that are caught, or lets them through and listens."""

    def sent(self, request: RawRequest) -> Answer | None:
        """Return the answer to a request, or `None` to send it to the service.

        Raises:
            CassetteError: if it is to be refused.
        """
        ...

    def answered(self, place: int, request: RawRequest, answer: RawAnswer) -> None:
        """Take note of what the service answered to the request that was sent `place`-th."""
        ...


@contextmanager
def intercepted(tape: Tape) -> Generator[None]:
    """Hand every HTTP request of this process to `tape`.

    Raises:
        CassetteError: if a cassette is open already, or vcrpy is not installed.
    """
    if not _OPEN.acquire(blocking=False):
        raise CassetteError(
            "another cassette is open in this process",
            hint="record and replay one after the other, in one thread",
        )
    try:
        with _quiet(), ExitStack() as patches:
            for patch in _patches(tape):
                patches.enter_context(patch)
            yield
    finally:
        _OPEN.release()


@contextmanager
def no_network(refusal: Callable[[str], CassetteError]) -> Generator[None]:
    """Refuse names to be looked up and hosts to be reached, whoever asks; loopback stays open.

    HTTP to loopback is caught by `intercepted`; a debugger or a database there goes on.

    Args:
        refusal: makes the error to raise, from the name or address of the host.
    """

    def guarded(call: Callable[..., object], host_of: Callable[..., object]) -> object:
        def guard(*args: Any, **kwargs: Any) -> object:  # as the guarded function takes them
            host = host_of(*args, **kwargs)
            if not _is_here(host):
                raise refusal(str(host))
            return call(*args, **kwargs)

        return guard

    with ExitStack() as undo:
        for name in _LOOK_UPS:
            _replace(undo, socket, name, guarded(getattr(socket, name), _looked_up))
        for name in _DIALS:
            _replace(undo, socket.socket, name, guarded(getattr(socket.socket, name), _dialled))
        _replace(undo, socket, "getnameinfo", guarded(socket.getnameinfo, _host))
        if hasattr(socket.socket, "sendmsg"):  # not on Windows
            _replace(undo, socket.socket, "sendmsg", guarded(socket.socket.sendmsg, _messaged))
        yield


class _Stand:
    """A `Tape` in the place where vcrpy's stubs expect a cassette of its own."""

    write_protected: Final = False
    skip_patchers: Final = ("aiohttp", "tornado")
    """They ask a cassette for more than this; `no_network` refuses them."""
    custom_patches: Final = ()
    _path: Final = ""

    def __init__(self, tape: Tape) -> None:
        self._tape: Final = tape
        self._answers: Final = dict[int, Answer]()
        self._places: Final = dict[int, tuple[int, object]]()
        """By identity, with the request itself: the stubs ask several times about one."""

    # `Any` below is what vcrpy, which has no types, hands over and takes.
    def can_play_response_for(self, request: Any) -> bool:
        if id(request) not in self._places:
            answer = self._tape.sent(_raw_request(request))
            if answer is not None:
                self._answers[id(request)] = answer
            self._places[id(request)] = (len(self._places), request)
        return id(request) in self._answers

    def play_response(self, request: Any) -> dict[str, Any]:
        answer = self._answers[id(request)]
        return {
            "status": {"code": answer.status, "message": _phrase(answer.status)},
            "headers": {name: list(values) for name, values in answer.headers.items()},
            "body": {"string": answer.content()},
        }

    def append(self, request: Any, response: Mapping[str, Any]) -> None:
        answer = RawAnswer(
            status=response["status"]["code"],
            headers=_raw_headers(response["headers"]),
            body=response["body"]["string"],
        )
        self._tape.answered(self._places[id(request)][0], _raw_request(request), answer)


def _raw_request(request: Any) -> RawRequest:  # of vcrpy, which has no types
    body = request.body_bytes
    return RawRequest(
        method=_text(request.method),
        url=request.uri,
        headers=_raw_headers(request.headers),
        body=body.encode() if isinstance(body, str) else body or b"",
    )


def _raw_headers(headers: Mapping[object, object]) -> RawHeaders:
    """Return headers whose names and values are text or bytes, or several values in a list."""
    return [
        (_text(name), _text(value))
        for name, values in headers.items()
        for value in (values if _is_sequence(values) else [values])
    ]


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _patches(tape: Tape) -> Iterator[AbstractContextManager[object]]:
    try:
        import vcr.patch as vcr_patch  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise _NoExtraError(
            "cassettes need vcrpy, the extra `pieces-common[cassettes]`, which is not installed",
            hint=f"{sys.executable} -m pip install 'vcrpy>=9,<10'",
        ) from None
    builder: Any = vcr_patch.CassettePatcherBuilder  # vcrpy has no types
    yield from builder(_Stand(tape)).build()


@contextmanager
def _quiet() -> Generator[None]:
    """Let the libraries on the way log nothing, whatever level was asked for."""
    with ExitStack() as undo:
        known = list(logging.root.manager.loggerDict)
        for name in [*_TALKATIVE, *(name for name in known if name.startswith(_BELOW_TALKATIVE))]:
            logger = logging.getLogger(name)
            undo.callback(logger.setLevel, logger.level)
            logger.setLevel(_SILENT)
        yield


def _replace(undo: ExitStack, owner: object, name: str, value: object) -> None:
    if name in vars(owner):
        undo.callback(setattr, owner, name, vars(owner)[name])
    else:
        undo.callback(delattr, owner, name)
    setattr(owner, name, value)


def _looked_up(host: object, *_: object, **__: object) -> object:
    return host.decode("latin-1") if isinstance(host, bytes) else host


def _dialled(_: socket.socket, *args: object) -> object:
    """Return the host in the address of `connect(address)` or `sendto(data, ..., address)`."""
    return _host(args[-1])


def _messaged(_: socket.socket, *args: object) -> object:
    """Return the host in the address of `sendmsg(buffers, ancdata, flags, address)`, if given."""
    return _host(args[3]) if len(args) > 3 else None


def _host(address: object, *_: object) -> object:
    return address[0] if _is_sequence(address) else None  # else a path of this machine


def _is_sequence(value: object) -> TypeIs[Sequence[object]]:
    return isinstance(value, list | tuple)


def _is_here(host: object) -> bool:
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False

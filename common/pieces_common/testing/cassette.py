"""Record a piece's HTTP once, replay it from then on."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pieces_common.http.message import shown_url

from .cassette_error import CassetteError
from .cassette_file import Cassette, Exchange, read_cassette, write_cassette
from .exchange import (
    Answer,
    RawAnswer,
    RawRequest,
    Request,
    scrubbed_answer,
    scrubbed_request,
)
from .interception import intercepted, no_network
from .matching import differences, is_same
from .scrubbing import Scrubber, refuse_one_text

DEFAULT_MAX_AGE: Final = timedelta(days=180)
"""Half a year: about how long a service may be trusted to answer as it did."""
_TOKEN_CHARACTERS: Final = 16
"""A shorter part of a path is taken for the name or number of a thing."""


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def record(
    path: Path | str,
    *,
    secrets: Iterable[str] = (),
    secret_names: Collection[str] = (),
    keep_headers: Collection[str] = (),
    clock: Callable[[], datetime] = _now,
) -> Generator[None]:
    """Let the block reach the real service, and write what was said to `path` at its end.

    If the block raises, a failed `assert` included, nothing is written: an old cassette stays as
    it was. Secrets are taken out before anything is written.

    Args:
        path: the cassette's file; its folder is made if there is none.
        secrets: texts that are taken out wherever they are and however they are written.
        secret_names: names of headers, parameters and fields whose values are secret, besides
            those that are known to be.
        keep_headers: headers of answers to keep, besides those that pieces commonly read.
        clock: what the cassette is dated with.

    Raises:
        CassetteError: if a secret is no text or cannot be taken out, no request was made, or the
            file cannot be written.
    """
    __tracebackhide__ = True  # pytest shows arguments: of this and what it calls, real secrets
    refuse_one_text(keep_headers=keep_headers)
    scrubber, recorder = Scrubber(secrets, secret_names), _Recorder()
    with intercepted(recorder):
        yield
    problem = None
    try:
        exchanges = recorder.exchanges(scrubber, keep_headers)
        if exchanges:
            written = Cassette(recorded_at=clock(), exchanges=exchanges)
            write_cassette(Path(path), written, scrubber)
        else:
            problem = _nothing_recorded(path)
    except CassetteError as error:
        problem = error.with_traceback(None)
    # Outside the handler: with its traceback, pytest would show arguments that hold real secrets.
    if problem is not None:
        raise problem


@contextmanager
def replay(
    path: Path | str,
    *,
    secrets: Iterable[str] = (),
    secret_names: Collection[str] = (),
    max_age: timedelta | None = DEFAULT_MAX_AGE,
    allow_unused: bool = False,
    clock: Callable[[], datetime] = _now,
) -> Generator[None]:
    """Answer the block's requests from the cassette at `path`; nothing reaches the network.

    Args:
        path: the cassette's file.
        secrets: what stands where the secrets stood when it was recorded, if anything does: it is
            taken out of each request before that is compared.
        secret_names: the names that were given when it was recorded.
        max_age: how old the cassette may be; `None` for any age.
        allow_unused: whether the block may leave some of the recorded requests out.
        clock: what the age is measured against.

    Raises:
        CassetteError: if a request is not in the cassette, or asked more often than it was
            recorded; at the end, if that was swallowed or a recorded request was not made; at the
            start, if a secret is no text, or if there is no cassette, or it is damaged or too old.
    """
    __tracebackhide__ = True  # as in `record`
    scrubber = Scrubber(secrets, secret_names)
    cassette = read_cassette(Path(path))
    if max_age is not None:
        _refuse_stale(path, clock() - cassette.recorded_at, max_age)
    player = _Player(path, cassette, scrubber)
    with intercepted(player), no_network(player.unreachable):
        yield
    player.finish(allow_unused=allow_unused)


def _nothing_recorded(path: Path | str) -> CassetteError:
    return CassetteError(
        f"`{path}` is not written: no request was made",
        hint="only some HTTP libraries can be recorded; the reference of cassettes names them",
    )


def _refuse_stale(path: Path | str, age: timedelta, max_age: timedelta) -> None:
    if age > max_age:
        raise CassetteError(
            f"`{path}` was recorded {age.days} days ago, and may be {max_age.days} days old",
            hint="record it again, to see whether the service still answers so; or pass `max_age`",
        )


class _Recorder:
    """Lets every request through and keeps it with its answer."""

    def __init__(self) -> None:
        self._heard: Final = list[tuple[int, RawRequest, RawAnswer]]()

    def sent(self, request: RawRequest) -> None:
        """Let it through."""

    def answered(self, place: int, request: RawRequest, answer: RawAnswer) -> None:
        """Keep it."""
        self._heard.append((place, request, answer))

    def exchanges(self, scrubber: Scrubber, keep_headers: Collection[str]) -> list[Exchange]:
        """Return all of it without secrets, in the order in which the requests were sent."""

        def scrubbed() -> list[Exchange]:
            return [
                Exchange(
                    request=scrubbed_request(request, scrubber),
                    answer=scrubbed_answer(answer, scrubber, keep_headers),
                )
                for _, request, answer in sorted(self._heard, key=lambda heard: heard[0])
            ]

        scrubbed()  # a secret may stand in the first request, and its name in the last answer
        return scrubbed()


class _Player:
    """Answers each request with the first recorded answer to it that is not used yet."""

    def __init__(self, path: Path | str, cassette: Cassette, scrubber: Scrubber) -> None:
        self._path: Final = path
        self._scrubber: Final = scrubber
        self._recorded: Final = cassette.exchanges
        self._unused: Final = list(cassette.exchanges)
        self._known: Final = {
            part for each in cassette.exchanges for part in _path(each.request).split("/")
        }
        self._refused: Final = list[CassetteError]()
        self._lock: Final = threading.Lock()

    def sent(self, request: RawRequest) -> Answer:
        """Return the recorded answer.

        Raises:
            CassetteError: if there is none, or none is left.
        """
        with self._lock:
            scrubbed_request(request, self._scrubber)  # the secrets in it, seen before its URL
            asked = scrubbed_request(request, self._scrubber)
            for place, exchange in enumerate(self._unused):
                if is_same(asked, exchange.request):
                    return self._unused.pop(place).answer
            self._refused.append(self._not_recorded(asked))
            raise self._refused[-1]

    def answered(self, place: int, request: RawRequest, answer: RawAnswer) -> None:
        """Not reached: every request is answered or refused."""
        del place, request, answer

    def unreachable(self, host: str) -> CassetteError:
        """Return the error for a connection that no recorded library asks for."""
        error = CassetteError(
            f"while `{self._path}` is replayed, `{self._scrubber.text(host)}` is not reached",
            hint="what asks for it is no HTTP library that can be recorded",
        )
        self._refused.append(error)
        return error

    def finish(self, *, allow_unused: bool) -> None:
        """Check that all went as recorded.

        Raises:
            CassetteError: if a refusal was swallowed, or a recorded request was not made.
        """
        if self._refused:
            raise self._refused[0]
        if self._unused and not allow_unused:
            left = [_shown(each.request) for each in self._unused]
            more = f" and {len(left) - 3} more" if len(left) > 3 else ""
            raise CassetteError(
                f"recorded in `{self._path}`, but not asked: {', '.join(left[:3])}{more}",
                hint="record it again, or pass `allow_unused=True`",
            )

    def _not_recorded(self, asked: Request) -> CassetteError:
        shown = self._asked(asked)
        times = sum(is_same(asked, each.request) for each in self._recorded)
        if times:
            often = "once" if times == 1 else f"{times} times"
            return CassetteError(
                f"{shown} is recorded {often} in `{self._path}`, and asked once more",
                hint="each recorded answer is given once; record it again",
            )
        nearest = _nearest(asked, self._unused or self._recorded)
        return CassetteError(f"{shown} is not recorded in `{self._path}`", hint=nearest)

    def _asked(self, request: Request) -> str:
        """Show a request whose path may hold a secret that only `record` was given."""
        path = "/".join(
            "…" if part not in self._known and _is_like_token(part) else part
            for part in _path(request).split("/")
        )
        return _shown(replace(request, url=urlsplit(request.url)._replace(path=path).geturl()))


def _shown(request: Request) -> str:
    return f"`{request.method} {shown_url(request.url)}`"


def _path(request: Request) -> str:
    return urlsplit(request.url).path


def _is_like_token(part: str) -> bool:
    has_both = any(map(str.isalpha, part)) and any(map(str.isdigit, part))
    return len(part) >= _TOKEN_CHARACTERS and has_both


def _nearest(asked: Request, recorded: Iterable[Exchange]) -> str:
    def likeness(request: Request) -> tuple[float, int]:
        shown = difflib.SequenceMatcher(None, _shown(asked), _shown(request)).ratio()
        return shown, -len(differences(asked, request))

    nearest = max((each.request for each in recorded), key=likeness, default=None)
    if nearest is None:
        return "the cassette is empty; record it again"
    differing = ", ".join(differences(asked, nearest))
    return f"the nearest is {_shown(nearest)}, which differs in {differing}; or record it again"

"""What a run asks its host for: to answer a caller, to wait for a time or for a request."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from .errors import PieceError

if TYPE_CHECKING:
    from .wire import JsonValue

_RESPONSE_KEYS: Final = frozenset({"status", "body", "headers"})


class ExecutionType(Enum):
    """Why an action is run."""

    BEGIN = "BEGIN"
    """For the first time in this run of the flow."""
    RESUME = "RESUME"
    """Again, from its first line, because what it paused for has come."""


class PauseType(Enum):
    """What a pause waits for."""

    DELAY = "DELAY"
    """A point in time."""
    WEBHOOK = "WEBHOOK"
    """A request to the resume URL."""


@dataclass(frozen=True, kw_only=True)
class WebhookResponse:
    """An HTTP response to whoever called the flow's webhook and waits for an answer."""

    status: int = 200
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @staticmethod
    def read(document: Mapping[str, JsonValue]) -> WebhookResponse:
        """Return the response that `document` describes.

        A document without any of the keys `status`, `body` and `headers` is itself the body.

        Raises:
            PieceError: if the status is no whole number, or the headers are no object.
        """
        if not _RESPONSE_KEYS & document.keys():
            return WebhookResponse(body=document)
        headers = document.get("headers") or {}
        if not isinstance(headers, Mapping):
            raise PieceError(f"`headers` of a response must be an object, got {headers!r}")
        return WebhookResponse(
            status=_status(document.get("status")),
            body=document.get("body"),
            headers={name: str(value) for name, value in headers.items()},
        )


@dataclass(frozen=True, kw_only=True)
class DelayPause:
    """Wait until a point in time. `run` is then called again, with no payload.

    Raises:
        PieceError: if the time cannot be read, or is a `datetime` without a zone.
    """

    type: ClassVar[PauseType] = PauseType.DELAY
    resume_date_time: datetime | str
    """An aware `datetime`, or text: ISO 8601 or RFC 1123. Without a zone the text means UTC."""
    resume_at: datetime = field(init=False, compare=False)
    """The same point in time, in UTC."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "resume_at", _resume_time(self.resume_date_time))


@dataclass(frozen=True, kw_only=True)
class WebhookPause:
    """Wait for a request to the resume URL, which `run` then receives as `resume_payload`.

    Raises:
        PieceError: if `response` is a mapping whose status or headers are none.
    """

    type: ClassVar[PauseType] = PauseType.WEBHOOK
    response: WebhookResponse | Mapping[str, JsonValue] | None = None
    """What a waiting caller is told meanwhile; `None` sends nothing.

    A mapping is read as `WebhookResponse.read` says: `{"callbackUrl": ...}` is sent as the body.
    """
    answer: WebhookResponse | None = field(init=False, compare=False)
    """`response`, whichever form it was given in."""

    def __post_init__(self) -> None:
        given = self.response
        answer = WebhookResponse.read(given) if isinstance(given, Mapping) else given
        object.__setattr__(self, "answer", answer)


Pause: TypeAlias = DelayPause | WebhookPause


@dataclass(frozen=True, kw_only=True)
class Waitpoint:
    """A place to come back to: made by `run.create_waitpoint`, waited at only when asked."""

    id: str
    resume_url: str
    """Whoever calls it lets the run go on."""

    def build_resume_url(
        self, query_params: Mapping[str, str] | None = None, *, sync: bool = False
    ) -> str:
        """Return the resume URL with what the request shall carry in its query.

        Args:
            query_params: found again in `context.resume_payload.query_params`.
            sync: let the request wait for the response of the run.
        """
        return resume_url(self.resume_url, query_params, sync=sync)


def resume_url(base: str, query_params: Mapping[str, str] | None, *, sync: bool) -> str:
    """Return `base` with what a resuming request shall carry; see `Waitpoint.build_resume_url`."""
    from urllib.parse import urlencode

    url = f"{base}/sync" if sync else base
    return f"{url}?{urlencode(query_params)}" if query_params else url


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """End the run after this step, as succeeded."""

    response: WebhookResponse


@dataclass(frozen=True, kw_only=True)
class RespondRequest:
    """Answer the waiting caller, and go on with the next step."""

    response: WebhookResponse


@dataclass(frozen=True, kw_only=True)
class PauseRequest:
    """Wait after this step, then run it again."""

    pause: Pause
    resume_url: str
    """What `context.generate_resume_url()` gave out during this run."""


@dataclass(frozen=True, kw_only=True)
class WaitRequest:
    """Wait after this step at a waitpoint, then run it again."""

    waitpoint_id: str
    pause: Pause | None
    """What the waitpoint waits for; `None` if an earlier run of the step made it."""


Verdict: TypeAlias = StopRequest | RespondRequest | PauseRequest | WaitRequest
"""What a step asked for about the run of its flow."""


def _status(value: JsonValue) -> int:
    if value is None:
        return 200
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        with suppress(ValueError):
            if (number := float(value)).is_integer():
                return int(number)
    raise PieceError(
        f"`status` of a response must be a whole number, got {value!r}",
        hint="give an HTTP status such as 200",
    )


def _resume_time(given: datetime | str) -> datetime:
    from .times import parse_time

    if isinstance(given, str):
        try:
            return parse_time(given)
        except ValueError as error:
            raise PieceError(
                f"`resume_date_time` cannot be read: {error}",
                hint="give an aware datetime, or ISO 8601 text such as 2026-11-22T09:00:00Z",
            ) from error
    if given.tzinfo is None:
        raise PieceError(
            f"`resume_date_time` is {given.isoformat()}, which has no time zone",
            hint="use datetime.now(UTC) + timedelta(...), or .replace(tzinfo=UTC)",
        )
    return given.astimezone(UTC)

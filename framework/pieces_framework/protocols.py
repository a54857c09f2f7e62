"""What the engine gives a piece, as Protocols: a piece never knows who stands behind them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeVar

from .pausing import Pause, Waitpoint, WebhookResponse
from .scheduling import PollingSchedule
from .wire import JsonValue, StorableValue

if TYPE_CHECKING:
    from .auth import ConnectionValue

T = TypeVar("T")


class StoreScope(Enum):
    """Who shares a stored value."""

    FLOW = "FLOW"
    """One flow; each flow has its own."""
    PROJECT = "COLLECTION"
    """Every piece and flow of the project: begin your keys with the piece's name."""


class Store(Protocol):
    """What a piece remembers from one run to the next, apart for each scope.

    A key has 1 to 128 characters; a value is JSON of at most 512 KB, and a `datetime` in it
    becomes ISO text: `2026-11-22T09:00:00.000Z` if it knows its zone.

    Source: product documentation, "Persistent Storage".
    """

    async def put(
        self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
    ) -> None:
        """Keep `value` under `key`, replacing what was there.

        Raises:
            StoreError: if the key or the value is outside the limits.
        """
        ...

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        """Return what is kept under `key`, or `None`. Pass `object` to take any value.

        Raises:
            StoreError: if the value is of another type than `as_type`.
        """
        ...

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """Forget `key`; it is no error if there is none."""
        ...


class Files(Protocol):
    """Keeps files for other steps of the flow. Source: product documentation, "Files"."""

    async def write(self, *, file_name: str, data: bytes | AsyncIterable[bytes]) -> str:
        """Keep a file and return its URL.

        Args:
            file_name: with its extension; folders in it are dropped.
            data: the bytes, or a stream of them for what is too large to hold in memory.

        Raises:
            FileSizeError: if it is larger than the host takes.
        """
        ...


class Connections(Protocol):
    """The project's connections, besides the one the step was given."""

    async def get(self, name: str) -> ConnectionValue | None:
        """Return the credentials of the connection `name`, in the form `context.auth` has.

        `None` if there is no such connection, if it has expired, or if it cannot be had. An
        action's run is tagged `connection:NAME`.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class FlowVersion:
    """A version of a flow."""

    id: str


@dataclass(frozen=True, kw_only=True)
class FlowInfo:
    """The flow a step belongs to."""

    id: str
    version: FlowVersion


@dataclass(frozen=True, kw_only=True)
class FlowPage:
    """Some of the project's flows."""

    data: Sequence[Mapping[str, JsonValue]]
    """Each flow as its document, in which `externalId` and `version.displayName` are found."""
    next: str | None = None
    """A cursor to the flows after these; `None` if these are the last."""
    previous: str | None = None
    """A cursor to the flows before these; `None` if these are the first."""


class Flows(Protocol):
    """The project's flows."""

    @property
    def current(self) -> FlowInfo:
        """The flow of this step."""
        ...

    async def list(self, external_ids: Sequence[str] | None = None) -> FlowPage:
        """Return the project's flows; with `external_ids`, only those."""
        ...


class Run(Protocol):
    """The run of the flow, as its current step may steer it.

    Calls only record a request, which takes effect once the step's `run` has returned; what it
    returns becomes the step's output. Of several requests the last counts.

    Source: product documentation, "Flow Control".
    """

    @property
    def id(self) -> str:
        """The run's id."""
        ...

    def stop(self, response: WebhookResponse | None = None) -> None:
        """End the run after this step, as succeeded.

        Args:
            response: for the caller that waits, if one does; by default an empty one of status
                200.
        """
        ...

    def respond(self, response: WebhookResponse) -> None:
        """Answer the caller that waits, if one does, and go on."""
        ...

    def pause(self, pause: Pause) -> None:
        """Wait after this step for a time (`DelayPause`) or a request (`WebhookPause`).

        `run` is then called again from its first line: `context.execution_type` says so.
        """
        ...

    async def create_waitpoint(self, pause: Pause) -> Waitpoint:
        """Return a place to come back to. It pauses nothing until it is waited for."""
        ...

    def wait_for_waitpoint(self, id: str) -> None:  # noqa: A002 -- the documented name
        """Wait after this step at the waitpoint `id`, then call `run` again."""
        ...

    def generate_resume_url(
        self, query_params: Mapping[str, str] | None = None, *, sync: bool = False
    ) -> str:
        """Return the URL that resumes the run once it is paused. It may be made before `pause`.

        Args:
            query_params: found again in `context.resume_payload.query_params`.
            sync: let the request wait for the response of the run.
        """
        ...


class Tags(Protocol):
    """Words by which runs are found."""

    async def add(self, name: str) -> None:
        """Tag the run; a tag it has already is no error."""
        ...


class Output(Protocol):
    """What is seen of a step while it still runs."""

    async def update(self, data: Mapping[str, JsonValue]) -> None:
        """Show `data` as the output so far, replacing what was shown.

        Raises:
            AuthorCodeError: if it is not JSON.
        """
        ...


class Listeners(Protocol):
    """What an app webhook trigger listens for: all flows share the app's one webhook."""

    def create_listeners(self, *, events: Sequence[str], identifier_value: str) -> None:
        """Run this flow for the events named, of the account that `identifier_value` names.

        Both are compared with what the piece's `parse_and_reply` finds in a request. Several
        calls add up. Source: product documentation, "App Webhook".
        """
        ...


class Schedule(Protocol):
    """How often a polling trigger is called."""

    def set(self, schedule: PollingSchedule) -> None:
        """Ask for `schedule`. The last call counts; without any, the host's own applies."""
        ...


@dataclass(frozen=True, kw_only=True)
class Server:
    """The instance that runs the piece."""

    api_url: str
    """Where pieces reach its API; ends with `/`."""
    public_url: str
    """Where the world reaches its API; ends with `/api/`."""
    token: str = field(repr=False)
    """What its API takes as a bearer token."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project of the flow."""

    id: str
    external_id: str | None = None
    """The id it has in the system that embeds the instance; `None` if there is none."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The step that runs."""

    name: str
    """As the flow calls it, such as `step_1`; in a trigger, the trigger's name."""

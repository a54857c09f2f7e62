"""Hosts that record: what a step asked for, kept for whoever called it.

The engine's host carries the requests out once the step has returned; a test reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .errors import AuthorCodeError, DefinitionError
from .pausing import (
    Pause,
    PauseRequest,
    RespondRequest,
    StopRequest,
    Verdict,
    Waitpoint,
    WaitRequest,
    WebhookResponse,
    resume_url,
)
from .protocols import Connections, Tags
from .scheduling import PollingSchedule
from .wire import JsonValue, json_problem

if TYPE_CHECKING:
    from .auth import ConnectionValue


class RecordedRun:
    """A `Run` that keeps the last request made of it.

    Args:
        id: the run's id.
        public_url: `Server.public_url`: what resume URLs begin with.
    """

    def __init__(self, id: str, *, public_url: str) -> None:  # noqa: A002
        self._id: Final = id
        self._url: Final = f"{public_url}v1/flow-runs/{id}"
        self._pause_id: Final = _new_id()
        self._waitpoints: Final[dict[str, Pause]] = {}
        self.verdict: Verdict | None = None
        """The last request; `None` as long as there was none: the run goes on."""

    @property
    def id(self) -> str:
        """See `Run.id`."""
        return self._id

    @property
    def waitpoints(self) -> Mapping[str, Pause]:
        """What each waitpoint made in this run waits for, by its id."""
        return self._waitpoints

    def stop(self, response: WebhookResponse | None = None) -> None:
        """See `Run.stop`."""
        self.verdict = StopRequest(response=response or WebhookResponse())

    def respond(self, response: WebhookResponse) -> None:
        """See `Run.respond`."""
        self.verdict = RespondRequest(response=response)

    def pause(self, pause: Pause) -> None:
        """See `Run.pause`."""
        self.verdict = PauseRequest(pause=pause, resume_url=self.generate_resume_url())

    async def create_waitpoint(self, pause: Pause) -> Waitpoint:
        """See `Run.create_waitpoint`."""
        made = _new_id()
        self._waitpoints[made] = pause
        return Waitpoint(id=made, resume_url=f"{self._url}/waitpoints/{made}")

    def wait_for_waitpoint(self, id: str) -> None:  # noqa: A002 -- the documented name
        """See `Run.wait_for_waitpoint`."""
        self.verdict = WaitRequest(waitpoint_id=id, pause=self._waitpoints.get(id))

    def generate_resume_url(
        self, query_params: Mapping[str, str] | None = None, *, sync: bool = False
    ) -> str:
        """See `Run.generate_resume_url`."""
        return resume_url(f"{self._url}/requests/{self._pause_id}", query_params, sync=sync)


class RecordedTags:
    """`Tags` that keeps each tag once, in the order in which they came."""

    def __init__(self) -> None:
        self._names: Final[dict[str, None]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The tags, the first added first."""
        return tuple(self._names)

    async def add(self, name: str) -> None:
        """See `Tags.add`."""
        self._names[name] = None


class RecordedOutput:
    """An `Output` that keeps every update."""

    def __init__(self) -> None:
        self.updates: Final[list[Mapping[str, JsonValue]]] = []
        """What was shown, the latest last; what the piece changes afterwards is not seen."""

    async def update(self, data: Mapping[str, JsonValue]) -> None:
        """See `Output.update`."""
        if problem := json_problem(data, "data"):
            raise AuthorCodeError(problem, hint="update the output with JSON values only")
        self.updates.append(deepcopy(data))


@dataclass(frozen=True, kw_only=True)
class Listener:
    """What one call of `create_listeners` asked for."""

    events: tuple[str, ...]
    identifier_value: str


class RecordedListeners:
    """`Listeners` that keeps every call."""

    def __init__(self) -> None:
        self.listeners: Final[list[Listener]] = []

    def create_listeners(self, *, events: Sequence[str], identifier_value: str) -> None:
        """See `Listeners.create_listeners`."""
        if isinstance(events, str):  # a `str` is a sequence of them too
            raise DefinitionError(
                [f"`events` must be a list, got {events!r}"], hint=f"pass [{events!r}]"
            )
        self.listeners.append(Listener(events=tuple(events), identifier_value=identifier_value))


class RecordedSchedule:
    """A `Schedule` that keeps the last one asked for."""

    def __init__(self) -> None:
        self.asked: PollingSchedule | None = None
        """`None` as long as none was asked for: the host's own applies."""

    def set(self, schedule: PollingSchedule) -> None:
        """See `Schedule.set`."""
        self.asked = schedule


@dataclass(frozen=True, kw_only=True)
class Recording:
    """All that one call of a piece's function can ask for. Make a new one for each call."""

    run: RecordedRun
    tags: RecordedTags = field(default_factory=RecordedTags)
    output: RecordedOutput = field(default_factory=RecordedOutput)
    app: RecordedListeners = field(default_factory=RecordedListeners)
    schedule: RecordedSchedule = field(default_factory=RecordedSchedule)


@dataclass(frozen=True)
class TaggedConnections:
    """`Connections` of an action: a run is tagged with each connection it asked for."""

    connections: Connections
    tags: Tags

    async def get(self, name: str) -> ConnectionValue | None:
        """See `Connections.get`."""
        value = await self.connections.get(name)
        await self.tags.add(f"connection:{name}")
        return value


def _new_id() -> str:
    from uuid import uuid4

    return uuid4().hex

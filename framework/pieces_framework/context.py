"""What an author's functions receive. No field can be assigned to: a method makes every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, overload

from typing_extensions import TypeVar

from .auth import AuthT_co
from .pausing import ExecutionType
from .property import NoProps
from .protocols import (
    Connections,
    Files,
    Flows,
    Listeners,
    Output,
    Project,
    Run,
    Schedule,
    Server,
    Step,
    Store,
    Tags,
)
from .scheduling import polling_schedule
from .wire import JsonValue

PropsT_co = TypeVar("PropsT_co", covariant=True, default=NoProps)


@dataclass(frozen=True, kw_only=True)
class WebhookPayload:
    """One request as it arrived at a URL."""

    body: JsonValue = None
    """The parsed body: JSON, the fields of a form, or text."""
    raw_body: bytes = b""
    """The body byte for byte, as signatures need it."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""
    query_params: Mapping[str, str] = field(default_factory=dict[str, str])
    method: str = ""
    """In upper case, such as `POST`; empty where nobody said."""


@dataclass(frozen=True, kw_only=True)
class ActionContext(Generic[AuthT_co, PropsT_co]):
    """What an action's `run` and `test` receive."""

    auth: AuthT_co = field(repr=False)
    """The credentials: `str` for `PieceAuth.SecretText`, `None` without auth."""
    props_value: PropsT_co = field(repr=False)
    """The values the user filled in: the `Props` instance, or a mapping for the dict form."""
    store: Store
    """Kept between the runs of the flow."""
    files: Files
    connections: Connections
    flows: Flows
    project: Project
    server: Server
    step: Step
    tags: Tags
    output: Output
    run: Run
    execution_type: ExecutionType = ExecutionType.BEGIN
    """`RESUME` when a pause of this step has ended, and `run` is called again."""
    resume_payload: WebhookPayload | None = field(default=None, repr=False)
    """The request that ended the pause; `None` on the first run, and after a delay."""

    def generate_resume_url(
        self, query_params: Mapping[str, str] | None = None, *, sync: bool = False
    ) -> str:
        """See `Run.generate_resume_url`."""
        return self.run.generate_resume_url(query_params, sync=sync)


@dataclass(frozen=True, kw_only=True)
class TriggerContext(Generic[AuthT_co, PropsT_co]):
    """What every function of every trigger receives, but for `on_start`."""

    auth: AuthT_co = field(repr=False)
    """The credentials: `str` for `PieceAuth.SecretText`, `None` without auth."""
    props_value: PropsT_co = field(repr=False)
    """The values the user filled in: the `Props` instance, or a mapping for the dict form."""
    store: Store
    """Kept between the calls of one enabled trigger."""
    files: Files
    """Offered to every function, though only `run` and `test` have a step to keep files for."""
    connections: Connections
    flows: Flows
    project: Project
    server: Server
    step: Step
    is_republish: bool = False
    """In `on_enable`: a new version of a flow that was already on. Otherwise false."""


@dataclass(frozen=True, kw_only=True)
class PollingTriggerContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of a polling trigger receives."""

    schedule: Schedule = field(repr=False)
    """Where `set_schedule` leaves its request."""

    @overload
    def set_schedule(self, *, cron_expression: str, timezone: str = "UTC") -> None: ...
    @overload
    def set_schedule(self, *, interval_ms: int) -> None: ...
    def set_schedule(
        self,
        *,
        cron_expression: str | None = None,
        timezone: str = "UTC",
        interval_ms: int | None = None,
    ) -> None:
        """Ask to be polled at other times than the host's own. Only a call in `on_enable` counts.

        Args:
            cron_expression: five fields, such as `0 9 * * MON`.
            timezone: the zone of the cron expression, such as `Europe/Rome`.
            interval_ms: in place of a cron expression, the milliseconds between two polls.

        Raises:
            ScheduleError: if there is no such schedule.
        """
        self.schedule.set(
            polling_schedule(
                cron_expression=cron_expression, timezone=timezone, interval_ms=interval_ms
            )
        )


@dataclass(frozen=True, kw_only=True)
class WebhookContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of a webhook trigger receives."""

    webhook_url: str = field(repr=False)
    """Where the service must send its requests: unique to the flow, and a secret."""


@dataclass(frozen=True, kw_only=True)
class WebhookRunContext(WebhookContext[AuthT_co, PropsT_co]):
    """What a webhook trigger's `run` and `on_handshake` receive: a request besides the rest."""

    payload: WebhookPayload = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AppWebhookContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of an app webhook trigger receives."""

    webhook_url: str = field(repr=False)
    """Where the app sends the requests of all flows."""
    app: Listeners
    """In `on_enable`: says which of these requests are for this flow."""


@dataclass(frozen=True, kw_only=True)
class AppWebhookRunContext(AppWebhookContext[AuthT_co, PropsT_co]):
    """What an app webhook trigger's `run` receives: a request besides the rest."""

    payload: WebhookPayload = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ManualTriggerContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of a manual trigger receives."""


@dataclass(frozen=True, kw_only=True)
class ManualTriggerRunContext(ManualTriggerContext[AuthT_co, PropsT_co]):
    """What a manual trigger's `run` receives: what its caller gave, besides the rest."""

    payload: WebhookPayload = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class StartedRun:
    """The run of the flow that is about to begin."""

    id: str


@dataclass(frozen=True, kw_only=True)
class StartContext(Generic[AuthT_co, PropsT_co]):
    """What a trigger's `on_start` receives, first of all in each run of its flow."""

    auth: AuthT_co = field(repr=False)
    """The credentials: `str` for `PieceAuth.SecretText`, `None` without auth."""
    props_value: PropsT_co = field(repr=False)
    """The values the user filled in: the `Props` instance, or a mapping for the dict form."""
    store: Store
    connections: Connections
    project: Project
    server: Server
    step: Step
    run: StartedRun
    payload: WebhookPayload = field(repr=False)
    """What the trigger's `run` received; an empty one if it received nothing."""


@dataclass(frozen=True, kw_only=True)
class PropertyContext(Generic[AuthT_co]):
    """What a function receives that loads options or properties while the user fills them in."""

    auth: AuthT_co | None = field(repr=False)
    """The credentials; `None` until the user has chosen a connection."""
    props_value: Mapping[str, JsonValue] = field(repr=False)
    """What the other inputs hold so far: JSON, neither complete nor checked."""
    search_value: str | None = None
    """What the user searches for, where the property loads on each search."""
    server: Server
    project: Project
    flows: Flows
    connections: Connections
    step: Step

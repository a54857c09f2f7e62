"""Building the contexts of a run: what the engine and the testing kit have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict, overload

from .action import Action
from .context import (
    ActionContext,
    AppWebhookRunContext,
    ManualTriggerRunContext,
    PollingTriggerContext,
    StartContext,
    StartedRun,
    WebhookPayload,
    WebhookRunContext,
)
from .pausing import ExecutionType
from .property import NO_SCHEMAS, InputValue, Schemas, parse_declared
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
from .recording import TaggedConnections
from .trigger import Trigger, TriggerStrategy

TriggerRunContext: TypeAlias = (
    PollingTriggerContext[Any, Any]
    | WebhookRunContext[Any, Any]
    | AppWebhookRunContext[Any, Any]
    | ManualTriggerRunContext[Any, Any]
)


@dataclass(frozen=True, kw_only=True)
class Services:
    """All that a host gives for one call of a piece's function, whichever it is."""

    store: Store
    files: Files
    connections: Connections
    flows: Flows
    project: Project
    server: Server
    step: Step
    tags: Tags
    output: Output
    run: Run
    app: Listeners
    schedule: Schedule
    execution_type: ExecutionType = ExecutionType.BEGIN
    resume_payload: WebhookPayload | None = None
    webhook_url: str = field(default="", repr=False)
    """The trigger's own URL; a polling trigger has none."""
    payload: WebhookPayload | None = None
    """The request that a trigger's `run` receives; an empty one if `None`."""
    is_republish: bool = False
    """See `TriggerContext.is_republish`."""


@overload
def run_context(
    declared: Action[Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = ...,
) -> ActionContext[Any, Any]: ...
@overload
def run_context(
    declared: Trigger[Any, Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = ...,
) -> TriggerRunContext: ...
def run_context(
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = NO_SCHEMAS,
) -> ActionContext[Any, Any] | TriggerRunContext:
    """Build the context that `declared` receives; a trigger's fits its hooks too, but `on_start`.

    Args:
        declared: the action or trigger.
        auth: the value `context.auth` shall have.
        props: what the user filled in.
        services: what the context offers.
        schemas: what the dynamic properties were filled in with.

    Raises:
        PropsError: if `props` are not what `declared` asks for.
    """
    values = parse_declared(declared.props, props, schemas=schemas)
    if isinstance(declared, Action):
        return _action_context(auth, values, services)
    shared = _shared(auth, values, services)
    payload = services.payload or WebhookPayload()
    match declared.strategy:
        case TriggerStrategy.POLLING:
            return PollingTriggerContext(**shared, schedule=services.schedule)
        case TriggerStrategy.WEBHOOK:
            url = services.webhook_url
            return WebhookRunContext(**shared, webhook_url=url, payload=payload)
        case TriggerStrategy.APP_WEBHOOK:
            url = services.webhook_url
            return AppWebhookRunContext(
                **shared, webhook_url=url, app=services.app, payload=payload
            )
        case TriggerStrategy.MANUAL:
            return ManualTriggerRunContext(**shared, payload=payload)


def start_context(
    trigger: Trigger[Any, Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = NO_SCHEMAS,
) -> StartContext[Any, Any]:
    """Build the context of `on_start`; see `run_context`.

    Raises:
        PropsError: if `props` are not what `trigger` asks for.
    """
    return StartContext(
        auth=auth,
        props_value=parse_declared(trigger.props, props, schemas=schemas),
        store=services.store,
        connections=services.connections,
        project=services.project,
        server=services.server,
        step=services.step,
        run=StartedRun(id=services.run.id),
        payload=services.payload or WebhookPayload(),
    )


class _Shared(TypedDict):
    """The fields of `TriggerContext`."""

    auth: object
    props_value: object
    store: Store
    files: Files
    connections: Connections
    flows: Flows
    project: Project
    server: Server
    step: Step
    is_republish: bool


def _shared(auth: object, props_value: object, services: Services) -> _Shared:
    return {
        "auth": auth,
        "props_value": props_value,
        "store": services.store,
        "files": services.files,
        "connections": services.connections,
        "flows": services.flows,
        "project": services.project,
        "server": services.server,
        "step": services.step,
        "is_republish": services.is_republish,
    }


def _action_context(
    auth: object, props_value: object, services: Services
) -> ActionContext[Any, Any]:
    return ActionContext(
        auth=auth,
        props_value=props_value,
        store=services.store,
        files=services.files,
        connections=TaggedConnections(services.connections, services.tags),
        flows=services.flows,
        project=services.project,
        server=services.server,
        step=services.step,
        tags=services.tags,
        output=services.output,
        run=services.run,
        execution_type=services.execution_type,
        resume_payload=services.resume_payload,
    )

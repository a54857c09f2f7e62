"""Contexts as the engine would build them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict, TypeVar, Unpack, overload

from pieces_framework.action import Action
from pieces_framework.auth import AuthValidationContext
from pieces_framework.context import (
    ActionContext,
    AppWebhookContext,
    AppWebhookRunContext,
    ManualTriggerContext,
    ManualTriggerRunContext,
    PollingTriggerContext,
    PropertyContext,
    StartContext,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
)
from pieces_framework.errors import PieceError, PropsError
from pieces_framework.memory import MemoryHost
from pieces_framework.pausing import ExecutionType
from pieces_framework.property import NO_SCHEMAS, InputValue, Schemas, properties_of
from pieces_framework.protocols import Step, Store
from pieces_framework.run_context import run_context, start_context
from pieces_framework.trigger import Trigger
from pieces_framework.wire import JsonValue

from .requests import WEBHOOK_URL

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")


class ContextOptions(TypedDict, total=False):
    """What the makers of contexts take besides `auth`; see `make_context`."""

    props: Mapping[str, InputValue] | None
    schemas: Schemas
    store: Store | None
    host: MemoryHost | None


class ActionContextOptions(ContextOptions, total=False):
    """What `make_context` takes for an action."""

    execution_type: ExecutionType | None
    resume_payload: WebhookPayload | None


class TriggerContextOptions(ContextOptions, total=False):
    """What `make_context` takes for a trigger."""

    webhook_url: str
    payload: WebhookPayload | None
    is_republish: bool


# One for each strategy: mypy would read a context of any type off the hook it is passed to.
@overload
def make_context(
    declared: Action[AuthT, PropsT, Any],
    *,
    auth: AuthT | None = None,
    **options: Unpack[ActionContextOptions],
) -> ActionContext[AuthT, PropsT]: ...
@overload
def make_context(
    declared: Trigger[
        AuthT, PropsT, PollingTriggerContext[AuthT, PropsT], PollingTriggerContext[AuthT, PropsT]
    ],
    *,
    auth: AuthT | None = None,
    **options: Unpack[TriggerContextOptions],
) -> PollingTriggerContext[AuthT, PropsT]: ...
@overload
def make_context(
    declared: Trigger[
        AuthT, PropsT, WebhookContext[AuthT, PropsT], WebhookRunContext[AuthT, PropsT]
    ],
    *,
    auth: AuthT | None = None,
    **options: Unpack[TriggerContextOptions],
) -> WebhookRunContext[AuthT, PropsT]: ...
@overload
def make_context(
    declared: Trigger[
        AuthT, PropsT, AppWebhookContext[AuthT, PropsT], AppWebhookRunContext[AuthT, PropsT]
    ],
    *,
    auth: AuthT | None = None,
    **options: Unpack[TriggerContextOptions],
) -> AppWebhookRunContext[AuthT, PropsT]: ...
@overload
def make_context(
    declared: Trigger[
        AuthT, PropsT, ManualTriggerContext[AuthT, PropsT], ManualTriggerRunContext[AuthT, PropsT]
    ],
    *,
    auth: AuthT | None = None,
    **options: Unpack[TriggerContextOptions],
) -> ManualTriggerRunContext[AuthT, PropsT]: ...
def make_context(
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any, Any],
    *,
    auth: object = None,
    props: Mapping[str, InputValue] | None = None,
    schemas: Schemas = NO_SCHEMAS,
    store: Store | None = None,
    host: MemoryHost | None = None,
    execution_type: ExecutionType | None = None,
    resume_payload: WebhookPayload | None = None,
    webhook_url: str = WEBHOOK_URL,
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> Any:  # the overloads say which
    """Build the context that `declared` would receive in a run.

    Args:
        declared: an action, or a trigger: its run context fits its hooks too, but for `on_start`.
        auth: the value `context.auth` shall have.
        props: what the user filled in, as JSON; processed as in a run.
        schemas: by the name of a `DynamicProperties`, the properties it was filled in with.
        store: where values are kept, in place of the host's.
        host: what the context shall offer, and what remembers what it was asked.
        execution_type: of an action; `RESUME` where `resume_payload` is given, else `BEGIN`.
        resume_payload: the request that ended the action's pause.
        webhook_url: the trigger's own URL.
        payload: the request a trigger's `run` receives.
        is_republish: see `TriggerContext.is_republish`.

    Raises:
        PropsError: if `props` are not what `declared` asks for.
        PieceError: if `declared` needs auth and none is given.
    """
    __tracebackhide__ = True  # pytest shows the author's line, not ours
    check_auth(declared, auth, "make_context")
    services = host_with(host, store).services(
        declared.name if isinstance(declared, Trigger) else "step_1",
        execution_type=execution_type
        or (ExecutionType.RESUME if resume_payload else ExecutionType.BEGIN),
        resume_payload=resume_payload,
        webhook_url=webhook_url,
        payload=payload,
        is_republish=is_republish,
    )
    props = props or {}
    try:
        return run_context(declared, auth=auth, props=props, services=services, schemas=schemas)
    except PropsError as error:
        raise with_unknown_names(error, declared, props) from None


def make_start_context(
    trigger: Trigger[AuthT, PropsT, Any, Any],
    *,
    auth: AuthT | None = None,
    props: Mapping[str, InputValue] | None = None,
    schemas: Schemas = NO_SCHEMAS,
    store: Store | None = None,
    host: MemoryHost | None = None,
    payload: WebhookPayload | None = None,
) -> StartContext[AuthT, PropsT]:
    """Build the context that the trigger's `on_start` would receive. As for `make_context`."""
    __tracebackhide__ = True
    check_auth(trigger, auth, "make_start_context")
    services = host_with(host, store).services(trigger.name, payload=payload)
    props = props or {}
    try:
        return start_context(trigger, auth=auth, props=props, services=services, schemas=schemas)
    except PropsError as error:
        raise with_unknown_names(error, trigger, props) from None


def make_property_context(
    *,
    auth: AuthT | None = None,
    props: Mapping[str, JsonValue] | None = None,
    search_value: str | None = None,
    host: MemoryHost | None = None,
) -> PropertyContext[AuthT]:
    """Build the context that a function receives which loads options or properties.

    Args:
        auth: the value `context.auth` shall have; `None` as long as no connection is chosen.
        props: what the other inputs hold so far; not checked.
        search_value: what the user searches for.
        host: what the context shall offer besides.
    """
    host = host or MemoryHost()
    return PropertyContext(
        auth=auth,
        props_value=props or {},
        search_value=search_value,
        server=host.server,
        project=host.project,
        flows=host.flows,
        connections=host.connections,
        step=Step(name="step_1"),
    )


def make_validation_context(
    *, auth: AuthT, host: MemoryHost | None = None
) -> AuthValidationContext[AuthT]:
    """Build the context that an auth's `validate` receives when a user connects an account.

    Args:
        auth: the credentials, as `context.auth` of a run would hold them.
        host: gives the server.
    """
    return AuthValidationContext(auth=auth, server=(host or MemoryHost()).server)


def check_auth(
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any, Any], auth: object, caller: str
) -> None:
    """Refuse to call what needs auth without any.

    Raises:
        PieceError: then.
    """
    __tracebackhide__ = True
    if declared.auths and declared.require_auth and auth is None:
        raise PieceError(f"{declared.where} needs auth", hint=f"pass `auth=` to `{caller}`")


def host_with(host: MemoryHost | None, store: Store | None) -> MemoryHost:
    """Return the host that is meant: by default a new one, with the store in place of its own."""
    host = host or MemoryHost()
    return host if store is None else replace(host, store=store)


def with_unknown_names(
    error: PropsError,
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any, Any],
    props: Mapping[str, InputValue],
) -> PropsError:
    """Return `error` with a hint at names in `props` that no property has, if a value is missing.

    A run drops such names without a word; in a test one is a slip of the pen.
    """
    known = properties_of(declared.props)
    unknown = [f"`{name}`" for name in props if name not in known]
    if not unknown or error.problems.keys() <= props.keys():
        return error
    names = ", ".join(f"`{name}`" for name in known)
    hint = f"no property is called {', '.join(unknown)}; there are {names}"
    return PropsError(error.problems, hint=hint)

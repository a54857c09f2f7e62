"""Building the context of a run: what the engine and the testing kit have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, overload

from .action import Action
from .context import ActionContext, PollingTriggerContext, WebhookPayload, WebhookRunContext
from .property import PropsDeclaration, parse_props, parse_values
from .protocols import Store
from .trigger import Trigger, TriggerStrategy
from .wire import JsonValue

RunContext: TypeAlias = "PollingTriggerContext[Any, Any] | WebhookRunContext[Any, Any]"


@overload
def run_context(
    declared: Action[Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, JsonValue],
    store: Store,
) -> ActionContext[Any, Any]: ...
@overload
def run_context(
    declared: Trigger[Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, JsonValue],
    store: Store,
    webhook_url: str,
    payload: WebhookPayload | None,
    is_republish: bool,
) -> RunContext: ...
def run_context(
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any],
    *,
    auth: object,
    props: Mapping[str, JsonValue],
    store: Store,
    webhook_url: str = "",
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> ActionContext[Any, Any] | RunContext:
    """Build the context that `declared` receives; a trigger's fits its hooks too.

    Args:
        declared: the action or trigger.
        auth: the value `context.auth` shall have.
        props: what the user filled in, as JSON.
        store: what the context offers.
        webhook_url: the trigger's own URL; a polling trigger has none.
        payload: the request that a webhook's `run` receives; an empty one if `None`.
        is_republish: see `TriggerContext.is_republish`.

    Raises:
        PropsError: if `props` are not what `declared` asks for.
    """
    values = _values(declared.props, props)
    if isinstance(declared, Action):
        return ActionContext(auth=auth, props_value=values, store=store)
    if declared.strategy is TriggerStrategy.POLLING:
        return PollingTriggerContext(
            auth=auth, props_value=values, store=store, is_republish=is_republish
        )
    return WebhookRunContext(
        auth=auth,
        props_value=values,
        store=store,
        is_republish=is_republish,
        webhook_url=webhook_url,
        payload=payload or WebhookPayload(),
    )


def _values(props: PropsDeclaration, raw: Mapping[str, JsonValue]) -> object:
    return parse_values(props, raw) if isinstance(props, Mapping) else parse_props(props, raw)

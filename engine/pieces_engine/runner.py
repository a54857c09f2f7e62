"""Running what a piece declares: an action, or one hook of a trigger."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pieces_framework.action import Action
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import ConnectionRejectedError, PieceNotFoundError
from pieces_framework.piece import Piece
from pieces_framework.protocols import Store
from pieces_framework.run_context import run_context
from pieces_framework.trigger import Trigger
from pieces_framework.wire import JsonValue

from .boundary import Masker, author_code
from .output import json_output, trigger_output


class HookName(Enum):
    """The functions of a trigger that can be called."""

    ON_ENABLE = "on_enable"
    ON_DISABLE = "on_disable"
    RUN = "run"
    TEST = "test"


async def run_action(
    piece: Piece[Any],
    name: str,
    *,
    auth: JsonValue,
    props: Mapping[str, JsonValue],
    store: Store,
) -> JsonValue:
    """Run the action `name` and return its output as JSON data.

    Args:
        piece: the piece that has the action.
        name: the action's name.
        auth: the connection's raw value; `None` for none. It appears in no error's message.
        props: what the user filled in, as JSON.
        store: what the action's context offers.

    Raises:
        PieceError: of the class that says who must act. What the action's own code raises
            outside that tree becomes an `AuthorCodeError`.
    """
    action = piece.find(name)
    if not isinstance(action, Action):
        raise PieceNotFoundError(f"`{name}` is a trigger, not an action")
    with author_code(name, Masker(auth)):
        context = run_context(action, auth=_auth_value(action, auth), props=props, store=store)
        return json_output(await action.run(context))


async def run_hook(
    piece: Piece[Any],
    name: str,
    hook: HookName,
    *,
    auth: JsonValue,
    props: Mapping[str, JsonValue],
    store: Store,
    webhook_url: str = "",
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> JsonValue:
    """Call one function of the trigger `name`.

    Args:
        piece: the piece that has the trigger.
        name: the trigger's name.
        hook: which of its functions; one that the author left out does nothing.
        auth: the connection's raw value; `None` for none. It appears in no error's message.
        props: what the user filled in, as JSON.
        store: what the trigger's context offers.
        webhook_url: where requests for this trigger arrive; a polling trigger has none.
        payload: the request that a webhook's `run` receives; an empty one if not given.
        is_republish: for `on_enable`: a new version of a flow that was on already.

    Returns:
        The list that `run` or `test` returned, as JSON data; without an author's `test` the
        sample data. `None` for the other hooks.

    Raises:
        PieceError: as for `run_action`.
    """
    trigger = piece.find(name)
    if not isinstance(trigger, Trigger):
        raise PieceNotFoundError(f"`{name}` is an action, not a trigger")
    with author_code(f"{name}.{hook.value}", Masker(auth)):
        context = run_context(
            trigger,
            auth=_auth_value(trigger, auth),
            props=props,
            store=store,
            webhook_url=webhook_url,
            payload=payload,
            is_republish=is_republish,
        )
        if hook is HookName.RUN:
            return trigger_output(name, hook.value, await trigger.run(context))
        result = await trigger.hooks[hook.value].run(context)
    return trigger_output(name, hook.value, result) if hook is HookName.TEST else None


def _auth_value(declared: Action[Any, Any, Any] | Trigger[Any, Any, Any], raw: JsonValue) -> object:
    if declared.auth is None:
        return None
    if raw is None and not declared.auth.required:
        return None
    if raw is None:
        raise ConnectionRejectedError(
            f"`{declared.name}` needs `{declared.auth.display_name}`, and no connection was given",
            hint="with `pieces run`, pass `--auth-env VARIABLE` or `--auth-file FILE`",
        )
    value: object = declared.auth.parse(raw)
    return value

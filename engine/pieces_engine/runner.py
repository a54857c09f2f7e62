"""Running what a piece declares: an action, or one hook of a trigger."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pieces_framework.action import Action
from pieces_framework.errors import PieceNotFoundError
from pieces_framework.output import json_output, trigger_output
from pieces_framework.piece import Piece
from pieces_framework.property import NO_SCHEMAS, InputValue, Schemas
from pieces_framework.run_context import Services, run_context, start_context
from pieces_framework.trigger import Trigger
from pieces_framework.wire import JsonValue

from .boundary import author_code
from .credentials import auth_value, part_masker


class HookName(Enum):
    """The functions of a trigger that can be called."""

    ON_ENABLE = "on_enable"
    ON_DISABLE = "on_disable"
    RUN = "run"
    TEST = "test"
    ON_START = "on_start"
    ON_HANDSHAKE = "on_handshake"
    ON_RENEW = "on_renew"


async def run_action(
    piece: Piece[Any],
    name: str,
    *,
    auth: JsonValue,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = NO_SCHEMAS,
) -> JsonValue:
    """Run the action `name` and return its output as JSON data.

    What the action asks of its run is not done here: it is left with `services`, such as
    `RecordedRun.verdict`.

    Args:
        piece: the piece that has the action.
        name: the action's name.
        auth: the connection's raw value; `None` for none. It appears in no error's message.
        props: what the user filled in. The values of `SecretText` appear in no error's message.
        services: what the action's context offers.
        schemas: by the name of a `DynamicProperties`, the properties it was filled in with.

    Raises:
        PieceError: of the class that says who must act. What the action's own code raises
            outside that tree becomes an `AuthorCodeError`.
    """
    action = piece.find(name)
    if not isinstance(action, Action):
        raise PieceNotFoundError(f"`{name}` is a trigger, not an action")
    with author_code(name, part_masker(action, auth, props, schemas)):
        value = auth_value(action, auth)
        context = run_context(action, auth=value, props=props, services=services, schemas=schemas)
        return json_output(await action.run(context))


async def run_hook(
    piece: Piece[Any],
    name: str,
    hook: HookName,
    *,
    auth: JsonValue,
    props: Mapping[str, InputValue],
    services: Services,
    schemas: Schemas = NO_SCHEMAS,
) -> JsonValue:
    """Call one function of the trigger `name`.

    Args:
        piece: the piece that has the trigger.
        name: the trigger's name.
        hook: which of its functions; where the author left one out, its default is called.
        auth: as for `run_action`.
        props: as for `run_action`.
        services: what the trigger's context offers; listeners and a schedule are left with them.
        schemas: as for `run_action`.

    Returns:
        The list that `run` or `test` returned, as JSON data; without an author's `test` the
        sample data. The response of `on_handshake` as an object. `None` for the other hooks.

    Raises:
        PieceError: as for `run_action`.
    """
    trigger = piece.find(name)
    if not isinstance(trigger, Trigger):
        raise PieceNotFoundError(f"`{name}` is an action, not a trigger")
    with author_code(f"{name}.{hook.value}", part_masker(trigger, auth, props, schemas)):
        value = auth_value(trigger, auth)
        build = start_context if hook is HookName.ON_START else run_context
        context = build(trigger, auth=value, props=props, services=services, schemas=schemas)
        function = trigger if hook is HookName.RUN else trigger.hooks[hook.value]
        result: object = await function.run(context)
    if hook in {HookName.RUN, HookName.TEST}:
        return trigger_output(name, hook.value, result)
    return json_output(result) if hook is HookName.ON_HANDSHAKE else None

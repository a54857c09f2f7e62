"""Actions and triggers from their wire form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pieces_framework.action import Action
from pieces_framework.auth import AnyAuth
from pieces_framework.part import PartOptions
from pieces_framework.presentation import (
    Audience,
    Classification,
    TriggerTestStrategy,
)
from pieces_framework.trigger import Trigger, TriggerStrategy
from pieces_framework.wire import JsonValue, Overlay

from . import presentation
from .fields import Fields, NoCode
from .properties import properties_from_metadata


def action_from_metadata(
    name: str, document: Mapping[str, JsonValue], auth: AnyAuth | None
) -> Action[Any, Any, Any]:
    """Build the action that `document` describes; its functions raise `FatalError`."""
    fields = Fields(document)
    error_handling = fields.fields("errorHandlingOptions")
    no_code = NoCode(f"action `{name}`")
    action: Action[Any, Any, Any] = Action(
        function=no_code,
        auth=auth,
        props=properties_from_metadata(fields.objects("props")),
        require_auth=fields.flag("requireAuth") is not False,
        error_handling_options=(
            presentation.error_handling(error_handling) if error_handling else None
        ),
        audience=fields.one_of("audience", Audience),
        **_common(name, fields),
    )
    action.overlay = Overlay.between(action.metadata(), document)
    return action


def trigger_from_metadata(
    name: str, document: Mapping[str, JsonValue], auth: AnyAuth | None
) -> Trigger[Any, Any, Any, Any]:
    """Build the trigger that `document` describes; its function and hooks raise `FatalError`.

    One of a strategy that we do not have never runs by itself, as a manual one.
    """
    fields = Fields(document)
    handshake = fields.fields("handshakeConfiguration")
    renewal = fields.fields("renewConfiguration")
    no_code = NoCode(f"trigger `{name}`")
    trigger: Trigger[Any, Any, Any, Any] = Trigger(
        function=no_code,
        strategy=fields.one_of("type", TriggerStrategy) or TriggerStrategy.MANUAL,
        auth=auth,
        props=properties_from_metadata(fields.objects("props")),
        require_auth=fields.flag("requireAuth") is not False,
        sample_data=fields.json("sampleData"),
        handshake_configuration=presentation.handshake(handshake) if handshake else None,
        renew_configuration=presentation.renewal(renewal) if renewal else None,
        **_common(name, fields),
    )
    simulated = fields.one_of("testStrategy", TriggerTestStrategy) is TriggerTestStrategy.SIMULATION
    for hook in trigger.hooks.values():
        if not (simulated and hook is trigger.test):
            hook(no_code)
    trigger.overlay = Overlay.between(trigger.metadata(), document)
    return trigger


def _common(name: str, fields: Fields) -> PartOptions:
    ai_metadata, schema = fields.fields("aiMetadata"), fields.fields("outputSchema")
    groups = map(presentation.property_group, fields.rows("propertyGroups"))
    return {
        "name": name,
        "display_name": fields.text("displayName") or "",
        "description": fields.text("description") or "",
        "ai_metadata": presentation.ai_metadata(ai_metadata) if ai_metadata else None,
        "classification": fields.one_of("classification", Classification),
        "output_schema": presentation.output_schema(schema) if schema else None,
        "property_groups": [group for group in groups if group],
    }

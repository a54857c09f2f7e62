"""The trigger New Flavor Created: the service reports each new flavor by itself."""

from __future__ import annotations

from pieces_common import HttpError
from pieces_framework import (
    JsonValue,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_trigger,
)

from piece_gelato.api import GELATO_SIGNATURE, GelatoProps, delete_webhook, register_webhook
from piece_gelato.auth import gelato_auth

WEBHOOK_ID = "webhook_id"


@create_trigger(
    name="new_flavor_created",
    display_name="New Flavor Created",
    description="Triggers as soon as an ice-cream flavor is created",
    strategy=TriggerStrategy.WEBHOOK,
    auth=gelato_auth,
    props=GelatoProps,
    sample_data={"name": "Pistachio", "created_at": "2026-01-01T00:00:00.000Z"},
)
async def new_flavor_created(context: WebhookRunContext[str, GelatoProps]) -> list[JsonValue]:
    """Start one run with the flavor that the service sent.

    Raises:
        WebhookSignatureError: if it was not the service that sent it.
    """
    GELATO_SIGNATURE.require(context.payload, context.auth)
    return [context.payload.body]


@new_flavor_created.on_enable
async def register(context: WebhookContext[str, GelatoProps]) -> None:
    """Have the service call the flow's URL, and remember under which id."""
    webhook_id = await register_webhook(
        context.props_value.api_url, context.auth, context.webhook_url
    )
    await context.store.put(WEBHOOK_ID, webhook_id)


@new_flavor_created.on_disable
async def unregister(context: WebhookContext[str, GelatoProps]) -> None:
    """Undo `register`; a webhook that the service has forgotten is no error."""
    webhook_id = await context.store.get(WEBHOOK_ID, str)
    if webhook_id is None:
        return
    try:
        await delete_webhook(context.props_value.api_url, context.auth, webhook_id)
    except HttpError as error:
        if error.status != 404:
            raise
    await context.store.delete(WEBHOOK_ID)

"""The trigger `{{ cookiecutter.name }}`, a webhook."""

from __future__ import annotations

{% if cookiecutter.auth_is_mapping %}
from collections.abc import Mapping
from typing import Any

{% endif %}
from pieces_framework import (
{% if cookiecutter.framework_type == "BasicAuthValue" %}
    BasicAuthValue,
{% endif %}
    JsonValue,
{% if cookiecutter.framework_type == "OAuth2Value" %}
    OAuth2Value,
{% endif %}
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_trigger,
)

{% if cookiecutter.auth %}
{{ cookiecutter.import_auth }}

{% endif %}

@create_trigger(
    name="{{ cookiecutter.name }}",
    display_name={{ cookiecutter.display_name }},
    description={{ cookiecutter.description }},
    strategy=TriggerStrategy.WEBHOOK,
{% if cookiecutter.auth %}
    auth={{ cookiecutter.auth }},
{% endif %}
    sample_data={"id": 1},
)
async def {{ cookiecutter.function }}(
    context: WebhookRunContext[{{ cookiecutter.auth_type }}],
) -> list[JsonValue]:
    """Start one run of the flow with the body of the request.

    Where the service signs its requests, check that first: `pieces_common.webhooks` has the means.
    """
    return [context.payload.body]


@{{ cookiecutter.function }}.on_enable
async def subscribe(
    context: WebhookContext[{{ cookiecutter.auth_type }}],
) -> None:
    """Ask the service to send its requests to `context.webhook_url`; keep the id it answers."""
    await context.store.put("subscription", "sample-id")


@{{ cookiecutter.function }}.on_disable
async def unsubscribe(
    context: WebhookContext[{{ cookiecutter.auth_type }}],
) -> None:
    """Tell the service to stop, and forget the id."""
    await context.store.delete("subscription")

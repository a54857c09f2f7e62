"""The trigger `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework import WebhookPayload
from pieces_framework.testing import make_context

{{ cookiecutter.import_part }}


async def test_hands_the_body_of_a_request_to_the_flow() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
        payload=WebhookPayload(body={"id": 1}),
    )

    items = await {{ cookiecutter.function }}.run(context)

    assert items == [{"id": 1}]


async def test_keeps_the_subscription_while_it_is_enabled() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
    )

    await {{ cookiecutter.function }}.on_enable.run(context)

    assert await context.store.get("subscription", str) == "sample-id"


async def test_forgets_the_subscription_when_it_is_disabled() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
    )
    await {{ cookiecutter.function }}.on_enable.run(context)

    await {{ cookiecutter.function }}.on_disable.run(context)

    assert await context.store.get("subscription", str) is None

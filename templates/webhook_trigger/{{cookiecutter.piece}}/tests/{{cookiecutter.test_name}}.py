"""The trigger `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework.testing import MemoryStore, WebhookDriver

{{ cookiecutter.import_part }}


async def test_delivers_requests_and_keeps_the_subscription_while_it_is_enabled() -> None:
    store = MemoryStore()
    driver = WebhookDriver(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
        store=store,
    )

    await driver.enable()
    subscribed = store.values()
    items = await driver.deliver(body={"id": 1})
    await driver.disable()

    assert subscribed == {"subscription": "sample-id"}
    assert items == [{"id": 1}]
    assert store.values() == {}

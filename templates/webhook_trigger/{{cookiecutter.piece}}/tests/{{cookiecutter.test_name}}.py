"""The trigger `{{ cookiecutter.name }}`."""

from __future__ import annotations

{% if cookiecutter.auth_is_mapping %}
from collections.abc import Mapping
from typing import Any

{% endif %}
{% if cookiecutter.fill_in %}
import pytest
{% endif %}
{% if cookiecutter.import_framework %}
{{ cookiecutter.import_framework }}
{% endif %}
from pieces_framework.testing import MemoryStore, WebhookDriver

{{ cookiecutter.import_part }}
{% if cookiecutter.connection %}


{{ cookiecutter.connection }}
{% endif %}


{% if cookiecutter.fill_in %}
@pytest.mark.skip(reason="fill in the connection first")
{% endif %}
async def test_delivers_requests_and_keeps_the_subscription_while_it_is_enabled() -> None:
    store = MemoryStore()
    driver = WebhookDriver(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth={{ cookiecutter.auth_argument }},
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

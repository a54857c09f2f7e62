"""The trigger `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework.testing import PollingDriver

{{ cookiecutter.import_part }}


async def test_delivers_once_what_is_newer_than_the_moment_it_was_enabled() -> None:
    driver = PollingDriver(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
    )
    await driver.enable()

    polls = await driver.ticks(2)

    assert polls == [[{"id": 2, "created": "2100-01-01T00:00:00Z"}], []]

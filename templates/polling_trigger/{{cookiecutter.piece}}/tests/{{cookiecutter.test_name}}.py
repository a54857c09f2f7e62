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
from pieces_framework.testing import PollingDriver

{{ cookiecutter.import_part }}
{% if cookiecutter.connection %}


{{ cookiecutter.connection }}
{% endif %}


{% if cookiecutter.fill_in %}
@pytest.mark.skip(reason="fill in the connection first")
{% endif %}
async def test_delivers_once_what_is_newer_than_the_moment_it_was_enabled() -> None:
    driver = PollingDriver(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth={{ cookiecutter.auth_argument }},
{% endif %}
    )
    await driver.enable()

    polls = await driver.ticks(2)

    assert polls == [[{"id": 2, "created": "2100-01-01T00:00:00Z"}], []]

"""The action `{{ cookiecutter.name }}`."""

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
from pieces_framework.testing import make_context

{{ cookiecutter.import_part }}
{% if cookiecutter.connection %}


{{ cookiecutter.connection }}
{% endif %}


{% if cookiecutter.fill_in %}
@pytest.mark.skip(reason="fill in the connection first")
{% endif %}
async def test_counts_the_words() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth={{ cookiecutter.auth_argument }},
{% endif %}
        props={"text": "one two three"},
    )

    result = await {{ cookiecutter.function }}.run(context)

    assert result == {"words": 3}

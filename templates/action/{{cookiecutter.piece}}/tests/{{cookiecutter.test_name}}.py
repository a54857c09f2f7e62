"""The action `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework.testing import make_context

{{ cookiecutter.import_part }}


async def test_counts_the_words() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
        props={"text": "one two three"},
    )

    result = await {{ cookiecutter.function }}.run(context)

    assert result == {"words": 3}

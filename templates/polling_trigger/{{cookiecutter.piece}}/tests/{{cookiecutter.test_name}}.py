"""The trigger `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework.testing import make_context

{{ cookiecutter.import_part }}


async def test_delivers_only_what_is_newer_than_the_moment_it_was_enabled() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
    )
    await {{ cookiecutter.function }}.on_enable.run(context)

    items = await {{ cookiecutter.function }}.run(context)

    assert items == [{"id": 2, "created": "2100-01-01T00:00:00Z"}]


async def test_delivers_nothing_twice() -> None:
    context = make_context(
        {{ cookiecutter.function }},
{% if cookiecutter.auth %}
        auth="test-key",
{% endif %}
    )
    await {{ cookiecutter.function }}.on_enable.run(context)
    await {{ cookiecutter.function }}.run(context)

    items = await {{ cookiecutter.function }}.run(context)

    assert items == []

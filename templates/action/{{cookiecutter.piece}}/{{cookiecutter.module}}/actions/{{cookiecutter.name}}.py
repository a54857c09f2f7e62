"""The action `{{ cookiecutter.name }}`."""

from __future__ import annotations

{% if cookiecutter.auth_is_mapping %}
from collections.abc import Mapping
from typing import Any

{% endif %}
from pieces_framework import ActionContext, {{ cookiecutter.framework_type + ", " if cookiecutter.framework_type }}Property, Props, create_action

{% if cookiecutter.auth %}
{{ cookiecutter.import_auth }}

{% endif %}

class {{ cookiecutter.props_class }}(Props):
    """What the user fills in."""

    text = Property.ShortText(
        display_name="Text",
        description="The words to count",
        required=True,
    )


@create_action(
    name="{{ cookiecutter.name }}",
    display_name={{ cookiecutter.display_name }},
    description={{ cookiecutter.description }},
{% if cookiecutter.auth %}
    auth={{ cookiecutter.auth }},
{% endif %}
    props={{ cookiecutter.props_class }},
)
async def {{ cookiecutter.function }}(
{% if (cookiecutter.auth_type + cookiecutter.props_class)|length <= 69 %}
    context: ActionContext[{{ cookiecutter.auth_type }}, {{ cookiecutter.props_class }}],
{% else %}
    context: ActionContext[
        {{ cookiecutter.auth_type }},
        {{ cookiecutter.props_class }},
    ],
{% endif %}
) -> dict[str, int]:
    """Count the words of a text; call the service here instead."""
    return {"words": len(context.props_value.text.split())}

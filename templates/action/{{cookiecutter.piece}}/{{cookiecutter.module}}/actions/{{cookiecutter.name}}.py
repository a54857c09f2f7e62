"""The action `{{ cookiecutter.name }}`."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action

{% if cookiecutter.auth %}
{{ cookiecutter.import_auth }}

{% endif %}

class {{ cookiecutter.class_name }}Props(Props):
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
    props={{ cookiecutter.class_name }}Props,
)
async def {{ cookiecutter.function }}(
    context: ActionContext[{{ "str" if cookiecutter.auth else "None" }}, {{ cookiecutter.class_name }}Props],
) -> dict[str, int]:
    """Count the words of a text; call the service here instead."""
    return {"words": len(context.props_value.text.split())}

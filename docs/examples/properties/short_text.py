"""Writes a name on a cup."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class CupProps(Props):
    """What stands on the cup."""

    name = Property.ShortText(
        display_name="Name on the cup",
        description="As it will be called out",
        required=True,
        placeholder="Ada",
        max_length=12,
    )


@create_action(
    name="label_cup",
    display_name="Label Cup",
    description="Writes a name on a cup",
    props=CupProps,
)
async def label_cup(context: ActionContext[None, CupProps]) -> str:
    """Return the text of the label."""
    return f"For {context.props_value.name.strip()}"

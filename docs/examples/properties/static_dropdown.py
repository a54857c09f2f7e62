"""Serves ice-cream in a cone or a cup."""

from __future__ import annotations

from pieces_framework import ActionContext, DropdownOption, Property, Props, create_action


class ServingProps(Props):
    """What it is served in; the values are numbers, and so is the run value."""

    holder = Property.StaticDropdown(
        display_name="Cone or cup",
        required=True,
        options=[DropdownOption("Cone", 1), DropdownOption("Cup", 2)],
    )


@create_action(
    name="serve",
    display_name="Serve",
    description="Serves in a cone or a cup",
    props=ServingProps,
)
async def serve(context: ActionContext[None, ServingProps]) -> int:
    """Return the number of the shelf to reach for."""
    return context.props_value.holder + 100

"""Adds toppings."""

from __future__ import annotations

from pieces_framework import ActionContext, DropdownOption, Property, Props, create_action


class ToppingProps(Props):
    """Any number of them."""

    toppings = Property.StaticMultiSelectDropdown(
        display_name="Toppings",
        options=[
            DropdownOption("Hazelnuts", "nuts"),
            DropdownOption("Chocolate sauce", "sauce"),
            DropdownOption("Sprinkles", "sprinkles"),
        ],
        default_value=["sprinkles"],
    )


@create_action(
    name="add_toppings",
    display_name="Add Toppings",
    description="Adds toppings to an order",
    props=ToppingProps,
)
async def add_toppings(context: ActionContext[None, ToppingProps]) -> str:
    """Return the line on the bill."""
    return " + ".join(context.props_value.toppings)

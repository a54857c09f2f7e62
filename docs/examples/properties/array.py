"""Takes the order of a whole table."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class Guest(Props):
    """One row: what one guest orders."""

    name = Property.ShortText(display_name="Guest", required=True)
    scoops = Property.Number(display_name="Scoops", default_value=2, le=5)


class TableOrderProps(Props):
    """Rows of properties, and a plain list of texts."""

    guests = Property.Array(display_name="Guests", required=True, properties=Guest)
    wishes = Property.Array(display_name="Wishes", default_value=["quickly"])


@create_action(
    name="order_for_table",
    display_name="Order for a Table",
    description="Takes the order of all guests of a table",
    props=TableOrderProps,
)
async def order_for_table(context: ActionContext[None, TableOrderProps]) -> list[str]:
    """Return the order; each row has the types its properties say."""
    values = context.props_value
    return [*(f"{guest.name}: {guest.scoops}" for guest in values.guests), *values.wishes]

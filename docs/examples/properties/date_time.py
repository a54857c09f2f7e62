"""Reserves a table."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class TableProps(Props):
    """When the guests come."""

    arrival = Property.DateTime(
        display_name="Arrival", description="With a time zone, or in UTC", required=True
    )


@create_action(
    name="reserve_table",
    display_name="Reserve Table",
    description="Reserves a table from a time on",
    props=TableProps,
)
async def reserve_table(context: ActionContext[None, TableProps]) -> dict[str, str]:
    """Return the reservation; the value is a `datetime` in UTC."""
    arrival = context.props_value.arrival
    return {"day": f"{arrival:%A}", "hour": f"{arrival:%H:%M}"}

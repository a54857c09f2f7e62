"""Closes some of the tables of a room."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    DropdownOption,
    DropdownState,
    Property,
    PropertyContext,
    Props,
    create_action,
)

TABLES = {"garden": ["g1", "g2"], "hall": ["h1", "h2", "h3"]}


def tables(context: PropertyContext[None]) -> DropdownState[str]:
    """Load the tables of the room that is typed in beside."""
    room = context.props_value.get("room")
    if not isinstance(room, str) or room not in TABLES:
        return DropdownState(disabled=True, placeholder="Name the room: garden or hall")
    return DropdownState([DropdownOption(f"Table {name}", name) for name in TABLES[room]])


class ClosingProps(Props):
    """Which tables of which room."""

    room = Property.ShortText(display_name="Room", default_value="garden")
    tables = Property.MultiSelectDropdown(
        display_name="Tables", required=True, refreshers=["room"], options=tables
    )


@create_action(
    name="close_tables",
    display_name="Close Tables",
    description="Closes tables of a room for the day",
    props=ClosingProps,
)
async def close_tables(context: ActionContext[None, ClosingProps]) -> int:
    """Return how many tables are closed."""
    return len(context.props_value.tables)

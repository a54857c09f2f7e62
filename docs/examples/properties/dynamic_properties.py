"""Books a party, which asks for other things than a picnic does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pieces_framework import (
    ActionContext,
    DropdownOption,
    Property,
    PropertyBase,
    PropertyContext,
    Props,
    create_action,
)


async def details(context: PropertyContext[None]) -> Mapping[str, PropertyBase[Any]]:
    """Load what has to be filled in for the kind of event chosen so far."""
    guests = Property.Number(display_name="Guests", required=True, ge=1)
    if context.props_value.get("kind") == "picnic":
        return {"guests": guests}
    return {"guests": guests, "music": Property.ShortText(display_name="Music")}


class EventProps(Props):
    """The kind of event, and what belongs to it."""

    kind = Property.StaticDropdown(
        display_name="Kind",
        options=[DropdownOption("Party", "party"), DropdownOption("Picnic", "picnic")],
        default_value="party",
    )
    details = Property.DynamicProperties(
        display_name="Details", required=True, refreshers=["kind"], props=details
    )


@create_action(
    name="book_event",
    display_name="Book Event",
    description="Books a party or a picnic",
    props=EventProps,
)
async def book_event(context: ActionContext[None, EventProps]) -> str:
    """Return the booking; the values have the kinds of the loaded properties."""
    values = context.props_value.details
    return f"{values['guests'] + 1} chairs, {values.get('music') or 'no music'}"

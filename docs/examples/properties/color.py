"""Prints the menu in a color."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class MenuProps(Props):
    """How the menu looks."""

    ink = Property.Color(display_name="Ink", default_value="#4B2E2A", width="half")


@create_action(
    name="print_menu",
    display_name="Print Menu",
    description="Prints today's menu",
    props=MenuProps,
)
async def print_menu(context: ActionContext[None, MenuProps]) -> str:
    """Return the style of the page."""
    return f"color: {context.props_value.ink}"

"""Orders a flavor that the shop has today."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    DropdownOption,
    DropdownState,
    PieceAuth,
    Property,
    PropertyContext,
    Props,
    create_action,
)

shop_auth = PieceAuth.SecretText(display_name="API Key")
MENU = {"Lemon": 11, "Lime": 12, "Mango": 13}


async def flavors(context: PropertyContext[str]) -> DropdownState[int]:
    """Load the flavors whose name holds what the user searches for."""
    if context.auth is None:
        return DropdownState(disabled=True, placeholder="Choose a connection to see the flavors")
    wanted = (context.search_value or "").lower()
    return DropdownState(
        [DropdownOption(name, number) for name, number in MENU.items() if wanted in name.lower()]
    )


class FlavorProps(Props):
    """Which flavor."""

    flavor = Property.Dropdown(
        display_name="Flavor",
        required=True,
        auth=shop_auth,
        refreshers=["auth"],
        refresh_on_search=True,
        options=flavors,
    )


@create_action(
    name="order_flavor",
    display_name="Order Flavor",
    description="Orders a flavor of today's menu",
    auth=shop_auth,
    props=FlavorProps,
)
async def order_flavor(context: ActionContext[str, FlavorProps]) -> dict[str, int]:
    """Return the order; the loader promises that the value is a number."""
    return {"flavor": context.props_value.flavor}

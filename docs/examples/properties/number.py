"""Prices an order by its scoops."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class ScoopProps(Props):
    """How much is ordered."""

    scoops = Property.Number(display_name="Scoops", required=True, ge=1, le=5)


@create_action(
    name="price_order",
    display_name="Price Order",
    description="Says what an order costs",
    props=ScoopProps,
)
async def price_order(context: ActionContext[None, ScoopProps]) -> float:
    """Return the price in euros."""
    return context.props_value.scoops * 1.5

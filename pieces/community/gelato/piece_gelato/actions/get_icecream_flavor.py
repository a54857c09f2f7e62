"""The action Get Icecream Flavor."""

from __future__ import annotations

from pieces_framework import ActionContext, create_action

from piece_gelato.api import Flavor, GelatoProps, random_flavor
from piece_gelato.auth import gelato_auth


@create_action(
    name="get_icecream_flavor",  # stored in flows: never change it
    display_name="Get Icecream Flavor",
    description="Fetches a random ice-cream flavor",
    auth=gelato_auth,
    props=GelatoProps,
)
async def get_icecream_flavor(context: ActionContext[str, GelatoProps]) -> Flavor:
    """Fetch a random flavor."""
    return await random_flavor(context.props_value.api_url, context.auth)

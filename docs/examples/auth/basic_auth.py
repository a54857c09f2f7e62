"""A cash register that asks for a name and a password."""

from __future__ import annotations

from pieces_framework import ActionContext, AuthField, BasicAuthValue, PieceAuth, create_action

register_auth = PieceAuth.BasicAuth(
    display_name="Cash register",
    description="The account of a *waiter*",
    username=AuthField(display_name="Waiter", description="As on the badge"),
    password=AuthField(display_name="PIN"),
)


@create_action(
    name="open_drawer",
    display_name="Open Drawer",
    description="Opens the drawer of the cash register",
    auth=register_auth,
)
async def open_drawer(context: ActionContext[BasicAuthValue]) -> str:
    """Return who opened it."""
    return f"opened by {context.auth.username}"

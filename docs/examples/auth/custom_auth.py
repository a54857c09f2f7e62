"""A shop of one's own address, opened by a token."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    AuthValidation,
    AuthValidationContext,
    PieceAuth,
    Property,
    Props,
    create_action,
)


class ShopConnection(Props):
    """What the user fills in to connect."""

    base_url = Property.ShortText(display_name="Address", required=True, pattern="^https://")
    token = Property.SecretText(display_name="Token", required=True)


async def check_connection(context: AuthValidationContext[ShopConnection]) -> AuthValidation:
    """Refuse a token that no shop gave out."""
    if context.auth.token.isalnum():
        return AuthValidation(valid=True)
    return AuthValidation(valid=False, error="a token has only letters and digits")


shop_auth = PieceAuth.CustomAuth(
    display_name="Own shop", props=ShopConnection, validate=check_connection
)


@create_action(
    name="find_shop", display_name="Find Shop", description="Says where it is", auth=shop_auth
)
async def find_shop(context: ActionContext[ShopConnection]) -> str:
    """Return the address of the shop's menu."""
    return f"{context.auth.base_url}/menu"

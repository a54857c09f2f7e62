"""A shop that is opened by an API key."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    AuthValidation,
    AuthValidationContext,
    PieceAuth,
    create_action,
)


async def check_key(context: AuthValidationContext[str]) -> AuthValidation:
    """Refuse what cannot be a key of this shop."""
    if context.auth.startswith("shop_"):
        return AuthValidation(valid=True)
    return AuthValidation(valid=False, error="keys of this shop begin with shop_")


shop_auth = PieceAuth.SecretText(
    display_name="API Key", description="Find it under **Settings**", validate=check_key
)


@create_action(
    name="show_header", display_name="Show Header", description="Signs a request", auth=shop_auth
)
async def show_header(context: ActionContext[str]) -> int:
    """Return how long the header is that signs a request."""
    return len(f"Bearer {context.auth}")

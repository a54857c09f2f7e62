"""How Gelato knows its users."""

from __future__ import annotations

from pieces_framework import AuthValidation, AuthValidationContext, PieceAuth


def _validate(context: AuthValidationContext[str]) -> AuthValidation:
    if any(character.isspace() for character in context.auth):
        return AuthValidation(valid=False, error="an API key has no spaces or line breaks")
    return AuthValidation(valid=True)


gelato_auth = PieceAuth.SecretText(
    display_name="API Key",
    description="Use **test-key**",
    required=True,
    validate=_validate,
)

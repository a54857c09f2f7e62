"""Secrets of webhooks, and comparing with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pieces_framework.errors import FatalError
from pieces_framework.wire import JsonValue

Secret: TypeAlias = "str | bytes | Mapping[str, JsonValue] | None"  # noqa: S105 -- a type
"""Text or bytes; also what the host or a store may hand over instead, which is refused."""


def same_secret(given: str | None, secret: Secret) -> bool:
    """Whether `given` is the secret, in a time that does not depend on where they differ.

    For services that send the secret itself, in a header or a parameter.

    Raises:
        FatalError: if there is no secret: it is neither text nor bytes, or empty.
    """
    return is_equal(given or "", secret_bytes(secret))


def secret_bytes(secret: Secret) -> bytes:
    """Return the secret as bytes.

    Raises:
        FatalError: if it is neither text nor bytes, or empty.
    """
    if not isinstance(secret, str | bytes) or not secret:
        got = f"`{type(secret).__name__}`" if secret else "nothing"
        raise FatalError(
            f"the secret of a webhook must be text or bytes, got {got}",
            hint="give the one value that the service signs with, and see that it is configured",
        )
    return as_bytes(secret) if isinstance(secret, str) else secret


def as_bytes(text: str) -> bytes:
    """Return `text` in UTF-8; half characters, which a header may hold, are no error."""
    return text.encode("utf-8", "surrogatepass")


def is_equal(given: str, expected: bytes) -> bool:
    """Whether the two are the same, in a time that does not depend on where they differ."""
    import hmac

    return hmac.compare_digest(as_bytes(given), expected)

"""The token of a connection, for functions that may be called without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pieces_framework.errors import ConnectionRejectedError

if TYPE_CHECKING:
    from pieces_framework.auth import OAuth2Value


def get_access_token_or_throw(
    auth: OAuth2Value[Any] | Mapping[str, object] | None,  # whatever its own properties are
) -> str:
    """Return the access token of an OAuth2 connection.

    Args:
        auth: `context.auth`; `None` in a loader of options before an account is chosen. A mapping
            has the token under `access_token`.

    Raises:
        ConnectionRejectedError: if there is none, or it is no text, or empty. Its message,
            `Invalid bearer token`, is the documented one, which callers may look for.
    """
    if isinstance(auth, Mapping):
        token = auth.get("access_token")
    else:
        token = getattr(auth, "access_token", None)  # another kind of connection has none
    if not isinstance(token, str) or not token:
        raise ConnectionRejectedError("Invalid bearer token", hint="connect the account again")
    return token

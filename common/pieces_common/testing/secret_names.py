"""Which names say that their value is a secret."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_ENDS: Final = (
    "accesskey",
    "apikey",
    "assertion",
    "auth",
    "authkey",
    "authorization",
    "bearer",
    "codeverifier",
    "cookie",
    "credential",
    "jwt",
    "licensekey",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "securitycode",
    "sessionid",
    "sharedkey",
    "signature",
    "signingkey",
    "subscriptionkey",
    "token",
)
_BEGINNINGS: Final = ("password", "passphrase", "clientsecret")
_WHOLE: Final = frozenset({"pass", "pin", "secretaccesskey", "sessid", "sid"})
_WHOLE_IN_QUERIES: Final = frozenset({"code", "key", "sig"})
"""What JSON calls many things, and a query hardly anything else."""


class SecretNames:
    """Knows names of secrets in headers, queries, forms and JSON; how they are spelt is no matter.

    Args:
        others: names of a service's own, taken as secret too.
    """

    def __init__(self, others: Collection[str] = ()) -> None:
        self._others: Final = frozenset(map(_squeezed, others))

    def in_query(self, name: str) -> bool:
        """Whether the value of `name` in a query, or of a header called so, is a secret."""
        return _squeezed(name) in _WHOLE_IN_QUERIES or self.anywhere(name)

    def anywhere(self, name: str) -> bool:
        """Whether the value of `name` is a secret wherever it stands.

        >>> names = SecretNames()
        >>> [names.anywhere(name) for name in ("X-Api-Key", "refreshToken", "token_type", "key")]
        [True, True, False, False]
        """
        word = _squeezed(name)
        return (
            word in self._others
            or word in _WHOLE
            or word.removesuffix("s").endswith(_ENDS)
            or word.startswith(_BEGINNINGS)
        )

    def is_counter(self, name: str) -> bool:
        """Whether a number called so counts something: `max_tokens` of a language model."""
        return _squeezed(name).endswith("tokens")


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

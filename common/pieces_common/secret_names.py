"""Which names say that their value is a secret."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

_ENDS: Final = (
    "accesscode",
    "accesskey",
    "accountkey",
    "apikey",
    "apisig",
    "assertion",
    "auth",
    "authcode",
    "authkey",
    "authorization",
    "authorizationcode",
    "backupcode",
    "bearer",
    "connectionstring",
    "cookie",
    "credential",
    "cvc",
    "cvv",
    "dbpass",
    "decryptionkey",
    "devicecode",
    "encryptionkey",
    "hmac",
    "hmackey",
    "hmacsha",
    "jwt",
    "licensekey",
    "masterkey",
    "mfacode",
    "otp",
    "otpcode",
    "passcode",
    "passkey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "recoverycode",
    "samlresponse",
    "secret",
    "secretkey",
    "securitycode",
    "sessid",
    "sessionid",
    "sharedkey",
    "signature",
    "signedrequest",
    "signingkey",
    "smtppass",
    "sshkey",
    "subscriptionkey",
    "token",
    "userpass",
    "verificationcode",
    "verifier",
)
_BEGINNINGS: Final = ("password", "passphrase", "clientsecret")
_WHOLE: Final = frozenset({"connectsid", "pass", "pin", "secretaccesskey", "sid", "sig"})
_WHOLE_IN_QUERIES: Final = frozenset({"code", "key", "session"})
"""What JSON calls many things, and a query hardly anything else."""
_LAST_IN_HEADERS: Final = frozenset({"key", "session"})
_DIGITS: Final = "0123456789"
_MAX_LENGTH: Final = 200
"""A longer name is data, not a name: of its own it does not say that its value is a secret."""
_FILLER: Final = re.compile(r"(?:value|text|string)$")


class SecretNames:
    """Knows names of secrets in headers, queries, forms and JSON; how they are spelt is no matter.

    Args:
        others: names of a service's own, taken as secret too.
    """

    def __init__(self, others: Collection[str] = ()) -> None:
        self._others: Final = frozenset(map(_squeezed, others))

    def in_query(self, name: str) -> bool:
        """Whether the value of `name` in a query or a form is a secret."""
        return _squeezed(name) in _WHOLE_IN_QUERIES or self.anywhere(name)

    def in_header(self, name: str) -> bool:
        """Whether the value of the header `name` is a secret: `X-Shop-Session` has one.

        >>> names = SecretNames()
        >>> [names.in_header(name) for name in ("X-Code", "X-Shop-Key", "X-Monkey")]
        [True, True, False]
        """
        own = name.lower().removeprefix("x-")
        is_named = self.in_query(name) or self.in_query(own)
        return is_named or own.rpartition("-")[2] in _LAST_IN_HEADERS

    def anywhere(self, name: str) -> bool:
        """Whether the value of `name` is a secret wherever it stands.

        >>> names = SecretNames()
        >>> [names.anywhere(name) for name in ("X-Api-Key", "apiTokenV2", "token_type", "key")]
        [True, True, False, False]
        """
        is_other = _squeezed(name) in self._others
        return is_other or (len(name) <= _MAX_LENGTH and _is_known(name))

    def is_counter(self, name: str) -> bool:
        """Whether a number called so counts something: `max_tokens` of a language model."""
        return _squeezed(name).endswith("tokens")


@lru_cache(maxsize=4096)
def _is_known(name: str) -> bool:
    word = _squeezed(name)
    unnumbered = word.rstrip(_DIGITS)
    stems = {word, unnumbered}
    if unnumbered != word:  # `api_key_v2`; but of `cvv2` the `v` stays as well
        stems.add(unnumbered.removesuffix("v"))
    stems |= {_FILLER.sub("", stem) for stem in stems}
    return any(
        stem in _WHOLE
        or stem.endswith(_ENDS)
        or stem.removesuffix("s").endswith(_ENDS)
        or stem.startswith(_BEGINNINGS)
        for stem in stems
    )


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

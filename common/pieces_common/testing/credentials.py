"""What is secret in the value of a header that holds credentials: a service may repeat a part."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

_PARAMETER: Final = re.compile(
    r"""(?:^|[\s,;])([\w.\-]{1,60})\s?=\s?(?:"([^"]*)"|([^\s,;"=][^\s,;"]*))"""
)
_OPEN: Final = frozenset(
    {
        *("algorithm", "charset", "created", "expires", "headers", "nc", "qop", "realm"),
        *("signedheaders", "uri", "userhash", "username"),
        *("oauth_callback", "oauth_signature_method", "oauth_timestamp", "oauth_version"),
        *("domain", "max-age", "path", "samesite"),
    }
)
"""Parameters of Digest, OAuth 1, signatures and cookies that are no secrets, but stand in URLs."""


def secrets_in_cookies(value: str) -> Iterator[str]:
    """Yield the values in `Cookie` or `Set-Cookie`."""
    for crumb in value.split(";"):
        name, _, secret = crumb.partition("=")
        if name.strip().lower() not in _OPEN:
            yield from _as_written(secret.strip().strip('"'))


def secrets_in_credentials(value: str) -> Iterator[str]:
    """Yield the value, what follows its scheme, and the parts of that."""
    yield value
    scheme, _, rest = value.strip().partition(" ")
    words = rest.split() or [scheme]
    yield rest
    for word in words:
        if "=" not in word.rstrip("="):
            yield word.strip(",")
            yield word.rpartition(":")[2]
    for name, quoted, bare in _PARAMETER.findall(value):
        if name.lower() not in _OPEN:
            yield from _as_written(quoted or bare)
    if scheme.lower() == "basic":
        yield from _basic(words[-1])


def _basic(credentials: str) -> Iterator[str]:
    """Yield user and password; RFC 7617 leaves their coding open."""
    try:
        data = b64decode(credentials + "=" * (-len(credentials) % 4), validate=True)
    except ValueError:
        return
    try:
        pair = data.decode()
    except UnicodeDecodeError:
        pair = data.decode("latin-1")
    user, _, password = pair.partition(":")
    yield from (pair, user, password)


def _as_written(secret: str) -> Iterator[str]:
    yield from (secret, unquote(secret))

"""Credentials of a request: where each kind puts them, and what of them is secret."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, TypeAlias

from pieces_framework import AuthorCodeError, FatalError

_HALF_CHARACTER: Final = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class BearerToken:
    """Sends `Authorization: Bearer TOKEN`."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class BasicAuth:
    """Sends `Authorization: Basic ...`, made of the UTF-8 of name and password."""

    username: str = field(repr=False)
    """Hidden as well: many services put their API key here and leave the password empty."""
    password: str = field(repr=False)


@dataclass(frozen=True)
class ApiKeyHeader:
    """Sends the header `name: KEY`."""

    name: str
    """Such as `HttpHeader.API_KEY`."""
    key: str = field(repr=False)


@dataclass(frozen=True)
class ApiKeyQuery:
    """Adds `name=KEY` to the end of the query."""

    name: str
    key: str = field(repr=False)


Authentication: TypeAlias = BearerToken | BasicAuth | ApiKeyHeader | ApiKeyQuery


def authentication_headers(
    authentication: Authentication | None, request_name: str
) -> Mapping[str, str]:
    """Return the header that `authentication` asks for; perhaps none.

    Raises:
        AuthorCodeError: if it, or what it holds, is of another type; it is not repeated.
        FatalError: if it cannot be written as UTF-8; it is not repeated.
    """
    _check_texts(authentication, request_name)
    if isinstance(authentication, BearerToken):
        return {"Authorization": f"Bearer {authentication.token}"}
    if isinstance(authentication, BasicAuth):
        return {"Authorization": basic(authentication.username, authentication.password)}
    if isinstance(authentication, ApiKeyHeader):
        return {authentication.name: authentication.key}
    # Without types a plain text passes for credentials, and the request would go out without any.
    if authentication is None or isinstance(authentication, ApiKeyQuery):  # pyright: ignore[reportUnnecessaryIsInstance]
        return {}
    raise AuthorCodeError(
        f"the `authentication` of `{request_name}` is {type(authentication).__name__}, which says"
        " not where it goes",
        hint="wrap it, such as `BearerToken(token)`",
    )


def _check_texts(authentication: object, request_name: str) -> None:
    if not isinstance(authentication, Authentication):
        return
    kind = type(authentication).__name__
    for each in fields(authentication):
        text: object = getattr(authentication, each.name)
        if not isinstance(text, str):
            raise AuthorCodeError(
                f"`{each.name}` of the `{kind}` of `{request_name}` is {type(text).__name__}, not"
                " text",
                hint="pass the text that the connection holds",
            )
        # Asked, not tried: the error of `encode` holds all that it was to encode.
        if _HALF_CHARACTER.search(text):
            raise FatalError(
                f"`{each.name}` of the `{kind}` of `{request_name}` cannot be sent: it has half a"
                " character",
                hint="paste it into the connection anew",
            )


def basic(username: str, password: str) -> str:
    """Return the value of the header `Authorization` for a name and a password.

    >>> basic("ada", "pw")
    'Basic YWRhOnB3'
    """
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def authentication_secrets(authentication: Authentication | None) -> tuple[str, ...]:
    """Return what of `authentication` no message may hold."""
    if isinstance(authentication, BearerToken):
        return (authentication.token,)
    if isinstance(authentication, BasicAuth):
        return (authentication.username, authentication.password)
    return () if authentication is None else (authentication.key,)

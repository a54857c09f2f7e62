"""Who may read, publish and administer: the dependencies that routes name."""

import base64
import binascii
from typing import Annotated, Final

from fastapi import Depends, Request

from pieces_server.audit import Actor
from pieces_server.errors import AuthenticationError, AuthorizationError
from pieces_server.instance import instance_of

from .keys import ApiKey, Scope

_BEARER: Final = "Bearer"
_BASIC: Final = 'Basic realm="Piecekit", charset="UTF-8"'


def may_read(request: Request) -> ApiKey | None:
    """Let a request through that bears a key of any scope, or any if reading is public.

    Raises:
        AuthenticationError: if it bears none, or one that is not in use.
    """
    return _reader(request, _bearer_key(request), _BEARER)


def may_install(request: Request) -> ApiKey | None:
    """As `may_read`, for installers: they send the key as the password of `__token__`."""
    return _reader(request, _bearer_key(request) or _basic_key(request), _BASIC)


def may_publish(request: Request) -> Actor:
    """Let a request through that bears a key with the scope `publish`.

    Raises:
        AuthenticationError: if it bears none, or one that is not in use.
        AuthorizationError: if its scope is less.
    """
    return _actor(request, _bearer_key(request), _BEARER, Scope.PUBLISH)


def may_upload(request: Request) -> Actor:
    """As `may_publish`, for tools that send the key as the password of `__token__`."""
    key = _bearer_key(request) or _basic_key(request)
    return _actor(request, key, _BASIC, Scope.PUBLISH)


def may_administer(request: Request) -> Actor:
    """As `may_publish`, with the scope `admin`."""
    return _actor(request, _bearer_key(request), _BEARER, Scope.ADMIN)


Publisher = Annotated[Actor, Depends(may_publish)]
Uploader = Annotated[Actor, Depends(may_upload)]
Administrator = Annotated[Actor, Depends(may_administer)]


def _reader(request: Request, key: str, scheme: str) -> ApiKey | None:
    if instance_of(request).settings.public_read:
        return None
    return _known(request, key, scheme)


def _actor(request: Request, key: str, scheme: str, needed: Scope) -> Actor:
    known = _known(request, key, scheme)
    if not known.scope.includes(needed):
        raise AuthorizationError(needed.value)
    request_id: str = request.state.request_id
    return Actor(name=known.name, key_id=known.id, request_id=request_id)


def _known(request: Request, key: str, scheme: str) -> ApiKey:
    if not key:
        raise AuthenticationError("missing api key", scheme=scheme)
    known = instance_of(request).keys.find(key)
    if known is None:
        raise AuthenticationError("invalid api key", scheme=scheme)
    return known


def _bearer_key(request: Request) -> str:
    return _credentials(request, "bearer")


def _basic_key(request: Request) -> str:
    try:
        text = base64.b64decode(_credentials(request, "basic"), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    user, _, key = text.partition(":")
    return key if user == "__token__" else ""


def _credentials(request: Request, scheme: str) -> str:
    name, _, credentials = request.headers.get("authorization", "").partition(" ")
    return credentials.strip() if name.lower() == scheme else ""

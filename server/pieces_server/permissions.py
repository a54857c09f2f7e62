"""Who may read, publish and administer: the dependencies that routes name."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Request

from pieces_server.audit import Actor
from pieces_server.errors import AuthenticationError, AuthorizationError, TooManyKeysError
from pieces_server.instance import instance_of

from .access.errors import RefusedKeyError
from .access.keys import ApiKey, digest
from .access.scopes import Scope

_BEARER: Final = "Bearer"
_USER: Final = "__token__"
"""The user name of who has only a key, as package indexes have it."""
_BASIC: Final = 'Basic realm="Piecekit", charset="UTF-8"'


def may_read(request: Request) -> ApiKey | None:
    """Let a request through that bears a key of any scope, or any if reading is public.

    Raises:
        AuthenticationError: if it bears none, or one that is not in use.
        TooManyKeysError: if its sender has tried many.
    """
    return _reader(request, _bearer_key, _BEARER)


def may_install(request: Request) -> ApiKey | None:
    """As `may_read`, for installers: they send the key as the password of `__token__`."""
    return _reader(request, _installer_key, _BASIC)


def may_publish(request: Request) -> Actor:
    """Let a request through that bears a key with the scope `publish`.

    Raises:
        AuthenticationError: if it bears none, or one that is not in use.
        AuthorizationError: if its scope is less.
    """
    return actor_of(request, _with_scope(request, _bearer_key(request), _BEARER, Scope.PUBLISH))


def may_upload(request: Request) -> ApiKey:
    """As `may_publish`, for tools that send the key as the password of `__token__`."""
    return _with_scope(request, _installer_key(request), _BASIC, Scope.PUBLISH)


def may_administer(request: Request) -> Actor:
    """As `may_publish`, with the scope `admin`."""
    return actor_of(request, _with_scope(request, _bearer_key(request), _BEARER, Scope.ADMIN))


Publisher = Annotated[Actor, Depends(may_publish)]
Uploader = Annotated[ApiKey, Depends(may_upload)]
Administrator = Annotated[Actor, Depends(may_administer)]


def actor_of(request: Request, key: ApiKey) -> Actor:
    """Return who is answerable for what a request with that key changes."""
    request_id: str = request.state.request_id
    return Actor(name=key.name, key_id=key.id, request_id=request_id)


def _reader(request: Request, find_key: Callable[[Request], str], scheme: str) -> ApiKey | None:
    if instance_of(request).settings.public_read:
        return None
    return _known(request, find_key(request), scheme)


def _with_scope(request: Request, key: str, scheme: str, needed: Scope) -> ApiKey:
    known = _known(request, key, scheme)
    if not known.scope.includes(needed):
        raise AuthorizationError(needed.value)
    return known


def _known(request: Request, key: str, scheme: str) -> ApiKey:
    instance = instance_of(request)
    address = request.client.host if request.client else ""
    wait_s = instance.bad_keys.wait_s(address)
    if wait_s:
        raise TooManyKeysError(wait_s)
    if not key:
        raise AuthenticationError("missing api key", scheme=scheme)
    try:
        known = instance.keys.find(key)
    except RefusedKeyError as error:
        if not error.known:
            instance.bad_keys.note(address, digest(key))
        raise AuthenticationError(error.message, scheme=scheme) from None
    request.state.key_id = known.id  # for the log
    return known


def _bearer_key(request: Request) -> str:
    return _credentials(request, "bearer")


def _installer_key(request: Request) -> str:
    return _bearer_key(request) or _basic_key(request)


def _basic_key(request: Request) -> str:
    try:
        text = base64.b64decode(_credentials(request, "basic"), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    user, _, key = text.partition(":")
    if text and user != _USER:
        raise AuthenticationError(f"the user name must be `{_USER}`", scheme=_BASIC)
    return key


def _credentials(request: Request, scheme: str) -> str:
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:  # what stands before us may have looked at the other
        raise AuthenticationError("more than one header `Authorization`", scheme=_BEARER)
    name, _, credentials = "".join(headers).partition(" ")
    return credentials.strip() if name.lower() == scheme else ""

"""Who may read and who may write: the dependencies that routes name."""

import base64
import binascii

from fastapi import Request

from .dependencies import engine_of, settings_of
from .errors import AuthenticationError
from .keys import is_known


def may_write(request: Request) -> None:
    """Let a request through that bears an API key.

    Raises:
        AuthenticationError: if it bears none, or an unknown one.
    """
    _check(request, _bearer_key(request), scheme="Bearer")


def may_read(request: Request) -> None:
    """As `may_write`, unless the instance may be read without a key."""
    if not settings_of(request).public_read:
        may_write(request)


def may_install(request: Request) -> None:
    """As `may_read`, for installers: they send the key as the password of `__token__`."""
    if not settings_of(request).public_read:
        key = _bearer_key(request) or _basic_key(request)
        _check(request, key, scheme='Basic realm="Piecekit", charset="UTF-8"')


def _check(request: Request, key: str, *, scheme: str) -> None:
    if not key:
        raise AuthenticationError("missing api key", scheme=scheme)
    if not is_known(engine_of(request), key):
        raise AuthenticationError("invalid api key", scheme=scheme)


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

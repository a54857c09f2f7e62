"""How a piece asks for credentials, each kind a class of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pieces_framework.wire import JsonValue

from .custom import OIDC, AuthRefresh, CustomAuth, GeneratedToken
from .declaration import (
    AnyAuth,
    AuthBase,
    Auths,
    AuthT,
    AuthT2,
    AuthT3,
    AuthT4,
    AuthT5,
    AuthT_co,
    AuthT_contra,
    AuthValidation,
    AuthValidationContext,
    SeveralAuths,
    auth_for,
    auths_of,
)
from .oauth2 import OAuth2, OAuth2AuthorizationMethod, OAuth2GrantType, OAuth2Value, filled_in
from .simple import AuthField, BasicAuth, BasicAuthValue, SecretTextAuth

__all__ = [
    "OIDC",
    "AnyAuth",
    "AuthBase",
    "AuthField",
    "AuthRefresh",
    "AuthT",
    "AuthT2",
    "AuthT3",
    "AuthT4",
    "AuthT5",
    "AuthT_co",
    "AuthT_contra",
    "AuthValidation",
    "AuthValidationContext",
    "Auths",
    "BasicAuth",
    "BasicAuthValue",
    "ConnectionValue",
    "CustomAuth",
    "GeneratedToken",
    "OAuth2",
    "OAuth2AuthorizationMethod",
    "OAuth2GrantType",
    "OAuth2Value",
    "PieceAuth",
    "SecretTextAuth",
    "SeveralAuths",
    "auth_for",
    "auths_of",
    "filled_in",
]

ConnectionValue: TypeAlias = str | BasicAuthValue | OAuth2Value[Any] | Mapping[str, JsonValue]
"""A connection looked up by its name, as `context.auth` would hold it."""


class PieceAuth:
    """The auth classes under their documented names. A piece without accounts has `auth=None`."""

    SecretText = SecretTextAuth
    BasicAuth = BasicAuth
    CustomAuth = CustomAuth
    OAuth2 = OAuth2
    OIDC = OIDC

"""Auths from their wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from typing_extensions import override

from pieces_framework.auth import (
    AuthBase,
    AuthField,
    AuthRefresh,
    OAuth2AuthorizationMethod,
    OAuth2GrantType,
    PieceAuth,
)
from pieces_framework.property import PropertyBase
from pieces_framework.wire import JsonValue, Overlay

from .fields import Fields, NoCode

_PROMPTS: Final = frozenset({"none", "consent", "login", "omit"})
_PKCE_METHODS: Final = frozenset({"plain", "S256"})


class UnknownAuth(AuthBase[JsonValue]):
    """An auth of a kind we do not have. The stored connection is its value as it is."""

    def __init__(self, fields: Fields) -> None:
        super().__init__(display_name=_name(fields), description=fields.text("description"))
        self.kind = fields.text("type") or ""

    @override
    def parse(self, raw: JsonValue) -> JsonValue:
        return raw


def auth_from_metadata(document: Mapping[str, JsonValue]) -> AuthBase[Any]:
    """Build the auth that `document`, its wire form, describes; any connection is valid to it.

    A kind we do not have becomes an `UnknownAuth`. Its `metadata()` is `document` again.
    """
    fields = Fields(document)
    load = _LOADERS.get(fields.text("type") or "", UnknownAuth)
    loaded = load(fields)
    loaded.overlay = Overlay.between(loaded.metadata(), document)
    return loaded


def _secret_text(fields: Fields) -> AuthBase[Any]:
    return PieceAuth.SecretText(
        **_common(fields),
    )


def _basic(fields: Fields) -> AuthBase[Any]:
    return PieceAuth.BasicAuth(
        **_common(fields),
        username=_input(fields, "username"),
        password=_input(fields, "password"),
    )


def _custom(fields: Fields) -> AuthBase[Any]:
    return PieceAuth.CustomAuth(
        **_common(fields),
        props=_props(fields) or {},
        refresh=_refresh(fields),
    )


def _oidc(fields: Fields) -> AuthBase[Any]:
    return PieceAuth.OIDC(
        **_common(fields),
        props=_props(fields) or {},
    )


def _oauth2(fields: Fields) -> AuthBase[Any]:
    make = cast("Callable[..., AuthBase[Any]]", PieceAuth.OAuth2)  # no overload takes it all
    extra = fields.fields("extra")
    return make(
        **_common(fields),
        auth_url=fields.text("authUrl") or "",
        token_url=fields.text("tokenUrl") or "",
        scope=fields.texts("scope"),
        props=_props(fields),
        grant_type=fields.one_of("grantType", OAuth2GrantType),
        prompt=_one_of(fields.text("prompt"), _PROMPTS),
        pkce=fields.flag("pkce"),
        pkce_method=_one_of(fields.text("pkceMethod"), _PKCE_METHODS),
        authorization_method=fields.one_of("authorizationMethod", OAuth2AuthorizationMethod),
        extra=extra.text_values() if extra else None,
    )


def _common(fields: Fields) -> dict[str, Any]:
    identified = fields.flag("hasConnectionIdentifier")
    return {
        "display_name": _name(fields),
        "description": fields.text("description"),
        "required": fields.flag("required") is not False,
        "get_connection_identifier": NoCode("the connection's identifier") if identified else None,
    }


def _refresh(fields: Fields) -> AuthRefresh | None:
    refresh = fields.fields("refresh")
    if refresh is None:
        return None
    default_s = refresh.number("defaultExpiresIn")
    generate = NoCode("the token's refresh")
    if default_s is None:
        return AuthRefresh(generate=generate)
    return AuthRefresh(generate=generate, default_expires_in_s=default_s)


def _name(fields: Fields) -> str:
    return fields.text("displayName") or ""


def _input(fields: Fields, key: str) -> AuthField:
    labels = fields.fields(key) or Fields({})
    return AuthField(display_name=_name(labels), description=labels.text("description"))


def _props(fields: Fields) -> Mapping[str, PropertyBase[Any]] | None:
    from .properties import properties_from_metadata  # which needs this module

    return properties_from_metadata(fields.objects("props")) if fields.fields("props") else None


def _one_of(text: str | None, known: frozenset[str]) -> str | None:
    return text if text in known else None


_LOADERS: Final[Mapping[str, Callable[[Fields], AuthBase[Any]]]] = {
    PieceAuth.SecretText.kind: _secret_text,
    PieceAuth.BasicAuth.kind: _basic,
    PieceAuth.CustomAuth.kind: _custom,
    PieceAuth.OAuth2.kind: _oauth2,
    PieceAuth.OIDC.kind: _oidc,
}
AUTH_KINDS: Final = frozenset(_LOADERS)
"""The wire `type` of each kind of auth."""

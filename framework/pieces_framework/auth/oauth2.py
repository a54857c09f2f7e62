"""OAuth2: the user signs in at the service, and the instance keeps the tokens fresh."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Generic, Literal, overload

from typing_extensions import TypeVar, override

from pieces_framework.javascript import is_finite, js_text
from pieces_framework.property import (
    NoProps,
    PropertyBase,
    Props,
    PropsDeclaration,
    properties_of,
    props_problems,
)
from pieces_framework.wire import JsonValue, document

from .custom import props_value
from .declaration import AuthBase, Identify, Validate

PropsClassT = TypeVar("PropsClassT", bound=Props)
PropsT_co = TypeVar("PropsT_co", covariant=True, default=NoProps)
ValueT_co = TypeVar("ValueT_co", covariant=True)
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class OAuth2GrantType(Enum):
    """Who the token stands for."""

    AUTHORIZATION_CODE = "authorization_code"
    """A user, who signs in at the service."""
    CLIENT_CREDENTIALS = "client_credentials"
    """The application itself; nobody signs in."""
    BOTH = "both_client_credentials_and_authorization_code"
    """The user chooses between the two."""


class OAuth2AuthorizationMethod(Enum):
    """How the client's id and secret reach the token URL."""

    HEADER = "HEADER"
    BODY = "BODY"


@dataclass(frozen=True, kw_only=True)
class OAuth2Value(Generic[PropsT_co]):
    """The connection of a `PieceAuth.OAuth2`, with a token that is still good."""

    access_token: str = field(repr=False)
    props: PropsT_co = field(repr=False)
    """What the user filled in besides; an empty `NoProps` where the auth declares none."""
    refresh_token: str | None = field(default=None, repr=False)
    token_type: str = "Bearer"  # noqa: S105 -- a kind, no secret
    scope: str = ""
    """The scopes that were granted, with spaces between."""
    claimed_at: int | None = None
    """When the token was issued: epoch seconds."""
    expires_in_s: int | None = None
    """Seconds it is good for from `claimed_at`; `None` where the service did not say."""
    client_id: str = ""
    token_url: str = ""
    data: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue], repr=False)
    """The whole answer of the token URL."""


class OAuth2(AuthBase[ValueT_co]):
    """Sign-in by OAuth2. `context.auth` is an `OAuth2Value`, whose `access_token` is fresh.

    `{name}` in `auth_url`, `token_url` and a scope stands for the value of that property.

    Args:
        auth_url: where the user signs in.
        token_url: where the instance gets and refreshes tokens.
        scope: the scopes to ask for; they are joined by spaces.
        display_name: the label of the connection.
        description: Markdown: how to register the application, say.
        required: whether a connection must be chosen.
        props: what the user fills in before signing in: text, secret text, a static dropdown.
        grant_type: who the token stands for; a user by default.
        prompt: what the service shows; `consent` by default, `omit` sends no such parameter.
        pkce: whether to prove the exchange by a code challenge.
        pkce_method: how the challenge is made; `plain` by default, which some services refuse.
        authorization_method: how the client's id and secret are sent; in the body by default.
        extra: parameters added to the sign-in URL; they may override `access_type=offline`.
        validate: called when the user connects; see `PieceAuth.SecretText`.
        get_connection_identifier: says whose account it is; see there too.
    """

    kind = "OAUTH2"

    @overload
    def __init__(
        self: OAuth2[OAuth2Value],
        *,
        auth_url: str,
        token_url: str,
        scope: Sequence[str],
        props: None = None,
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        grant_type: OAuth2GrantType | None = None,
        prompt: Literal["none", "consent", "login", "omit"] | None = None,
        pkce: bool | None = None,
        pkce_method: Literal["plain", "S256"] | None = None,
        authorization_method: OAuth2AuthorizationMethod | None = None,
        extra: Mapping[str, str] | None = None,
        validate: Validate[OAuth2Value] | None = None,
        get_connection_identifier: Identify[OAuth2Value] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: OAuth2[OAuth2Value[PropsClassT]],
        *,
        auth_url: str,
        token_url: str,
        scope: Sequence[str],
        props: type[PropsClassT],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        grant_type: OAuth2GrantType | None = None,
        prompt: Literal["none", "consent", "login", "omit"] | None = None,
        pkce: bool | None = None,
        pkce_method: Literal["plain", "S256"] | None = None,
        authorization_method: OAuth2AuthorizationMethod | None = None,
        extra: Mapping[str, str] | None = None,
        validate: Validate[OAuth2Value[PropsClassT]] | None = None,
        get_connection_identifier: Identify[OAuth2Value[PropsClassT]] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: OAuth2[OAuth2Value[Mapping[str, Any]]],
        *,
        auth_url: str,
        token_url: str,
        scope: Sequence[str],
        props: Mapping[str, PropertyBase[Any]],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        grant_type: OAuth2GrantType | None = None,
        prompt: Literal["none", "consent", "login", "omit"] | None = None,
        pkce: bool | None = None,
        pkce_method: Literal["plain", "S256"] | None = None,
        authorization_method: OAuth2AuthorizationMethod | None = None,
        extra: Mapping[str, str] | None = None,
        validate: Validate[OAuth2Value[Mapping[str, Any]]] | None = None,
        get_connection_identifier: Identify[OAuth2Value[Mapping[str, Any]]] | None = None,
    ) -> None: ...
    def __init__(
        self,
        *,
        auth_url: str,
        token_url: str,
        scope: Sequence[str],
        props: PropsDeclaration | None = None,
        display_name: str = "Connection",
        grant_type: OAuth2GrantType | None = None,
        prompt: Literal["none", "consent", "login", "omit"] | None = None,
        pkce: bool | None = None,
        pkce_method: Literal["plain", "S256"] | None = None,
        authorization_method: OAuth2AuthorizationMethod | None = None,
        extra: Mapping[str, str] | None = None,
        **declared: Any,  # the overloads say what
    ) -> None:
        super().__init__(display_name=display_name, **declared)
        self.auth_url: Final = auth_url
        self.token_url: Final = token_url
        self.scope: Final = tuple(scope)
        self.props: Final = props
        self.grant_type: Final = grant_type
        self.prompt: Final = prompt
        self.pkce: Final = pkce
        self.pkce_method: Final = pkce_method
        self.authorization_method: Final = authorization_method
        self.extra: Final = extra

    @override
    def parse(self, raw: JsonValue) -> Any:
        fields = self.connection_fields(raw)
        token, data = fields.get("access_token"), fields.get("data")
        if not isinstance(token, str) or not token:
            raise self.misshapen("`access_token` is needed")
        given = fields.get("props")
        props = props_value(
            self, self.props or NoProps, given if isinstance(given, Mapping) else {}
        )
        refresh_token = fields.get("refresh_token")
        return OAuth2Value[Any](
            access_token=token,
            props=props,
            refresh_token=refresh_token if isinstance(refresh_token, str) else None,
            claimed_at=_seconds(fields.get("claimed_at")),
            expires_in_s=_seconds(fields.get("expires_in")),
            data=data if isinstance(data, Mapping) else {},
            **_texts(fields, "token_type", "scope", "client_id", "token_url"),
        )

    @override
    def takes(self, kind: JsonValue) -> bool:
        return kind in (
            "OAUTH2",
            "CLOUD_OAUTH2",
            "PLATFORM_OAUTH2",
        )  # a set refuses what has no hash

    @override
    def problems(self) -> list[str]:
        props = self.props or NoProps
        known = properties_of(props)
        written = (self.auth_url, self.token_url, *self.scope)
        unknown = {
            name for text in written for name in _PLACEHOLDER.findall(text) if name not in known
        }
        spelled = [
            f"its scope lists the single letter {each!r}; give a list: `scope=[...]`"
            for each in self.scope[:1]
            if len(each) == 1 and len(self.scope) > 1
        ]
        return [
            *spelled,
            *(f"its {problem}" for problem in props_problems(props)),
            *(f"`{{{name}}}` stands for no property of its props" for name in sorted(unknown)),
        ]

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        props = None
        if self.props is not None:
            children = properties_of(self.props).items()
            props = {name: child.metadata() for name, child in children}
        method = self.authorization_method
        own = document(
            auth_url=self.auth_url,
            token_url=self.token_url,
            scope=list(self.scope),
            props=props,
            grant_type=self.grant_type.value if self.grant_type else None,
            prompt=self.prompt,
            pkce=self.pkce,
            pkce_method=self.pkce_method,
            authorization_method=method.value if method else None,
            extra=self.extra,
        )
        return {**super().wire_fields(), **own}


def filled_in(template: str, values: Mapping[str, object]) -> str:
    """Return a URL or scope with `{name}` replaced by that property's value.

    As in the original, of each name only the first occurrence is replaced. A value is never
    searched for names in its turn; `None` becomes nothing.

    >>> filled_in("https://{shop}.example.com/{shop}", {"shop": "gelato"})
    'https://gelato.example.com/{shop}'
    """
    left = dict(values)

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in left:
            return found[0]
        value = left.pop(found[1])
        return "" if value is None else js_text(value)

    return _PLACEHOLDER.sub(value_of, template)


def _seconds(value: JsonValue) -> int | None:
    return int(value) if isinstance(value, int | float) and is_finite(value) else None


def _texts(fields: Mapping[str, JsonValue], *names: str) -> dict[str, str]:
    return {name: text for name in names if isinstance(text := fields.get(name), str)}

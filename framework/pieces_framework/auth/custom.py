"""The kinds of auth whose inputs the author declares as properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, overload

from typing_extensions import override

from pieces_framework.calling import Function
from pieces_framework.errors import PropsError
from pieces_framework.property import (
    PropertyBase,
    Props,
    PropsDeclaration,
    parse_props,
    parse_values,
    properties_of,
    props_problems,
)
from pieces_framework.wire import JsonValue, document

from .declaration import AuthBase, AuthValidationContext, Identify, Validate

PropsClassT = TypeVar("PropsClassT", bound=Props)
ValueT = TypeVar("ValueT")
ValueT_co = TypeVar("ValueT_co", covariant=True)

DEFAULT_EXPIRES_IN_S: Final = 3300


@dataclass(frozen=True, kw_only=True)
class GeneratedToken:
    """What `AuthRefresh.generate` returns: a token made from the credentials."""

    access_token: str = field(repr=False)
    expires_in_s: float | None = None
    """Seconds it is good for; `None` leaves it to `AuthRefresh.default_expires_in_s`."""


@dataclass(frozen=True, kw_only=True)
class AuthRefresh:
    """How a host makes, and makes anew, a short-lived token from the stored credentials."""

    generate: Function[AuthValidationContext[Any], GeneratedToken]
    """Called with the credentials when there is no token, or the last one has expired."""
    default_expires_in_s: float = DEFAULT_EXPIRES_IN_S
    """Seconds a token is good for where `generate` does not say; 0 is for ever."""


class _PropsAuth(AuthBase[ValueT_co]):
    """What the kinds declared by properties share."""

    def __init__(
        self,
        *,
        display_name: str,
        props: PropsDeclaration,
        description: str | None = None,
        required: bool = True,
        validate: Validate[Any] | None = None,
        get_connection_identifier: Identify[Any] | None = None,
        refresh: AuthRefresh | None = None,
    ) -> None:
        super().__init__(
            display_name=display_name,
            description=description,
            required=required,
            validate=validate,
            get_connection_identifier=get_connection_identifier,
        )
        self.props: Final = props
        self.refresh: Final = refresh

    @override
    def parse(self, raw: JsonValue) -> Any:
        given = self.connection_fields(raw).get("props")
        if not isinstance(given, Mapping):
            raise self.misshapen("`props` with a value for each property are needed")
        return props_value(self, self.props, given)

    @override
    def problems(self) -> list[str]:
        return [f"its {problem}" for problem in props_problems(self.props)]

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        children = properties_of(self.props).items()
        props = {name: child.metadata() for name, child in children}
        refresh = None
        if self.refresh:
            refresh = document(default_expires_in=self.refresh.default_expires_in_s)
        return {**super().wire_fields(), **document(props=props, refresh=refresh)}


class CustomAuth(_PropsAuth[ValueT_co]):
    """Credentials of the author's own shape. `context.auth` is an instance of the `Props` class.

    Args:
        props: what the user fills in: text, `Property.SecretText`, a number, a checkbox, a
            static dropdown, Markdown. With a dict of properties, `context.auth` is a mapping.
        display_name: the label of the group of inputs.
        description: Markdown: where to find the credentials.
        required: whether a connection must be chosen.
        validate: called when the user connects; see `PieceAuth.SecretText`.
        get_connection_identifier: says whose account it is; see there too.
        refresh: how to make a short-lived token from the credentials.
    """

    kind = "CUSTOM_AUTH"

    @overload
    def __init__(
        self: CustomAuth[PropsClassT],
        *,
        props: type[PropsClassT],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        validate: Validate[PropsClassT] | None = None,
        get_connection_identifier: Identify[PropsClassT] | None = None,
        refresh: AuthRefresh | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: CustomAuth[Mapping[str, Any]],
        *,
        props: Mapping[str, PropertyBase[Any]],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        validate: Validate[Mapping[str, Any]] | None = None,
        get_connection_identifier: Identify[Mapping[str, Any]] | None = None,
        refresh: AuthRefresh | None = None,
    ) -> None: ...
    def __init__(
        self, *, display_name: str = "Connection", **declared: Any
    ) -> None:  # the overloads say what
        super().__init__(display_name=display_name, **declared)


class OIDC(_PropsAuth[ValueT_co]):
    """Trust by OpenID Connect: the instance proves who it is, and no secret is stored.

    `context.auth` is an instance of the `Props` class: what names the account and the role.

    Args:
        props: what the user fills in, as for `PieceAuth.CustomAuth`.
        display_name: the label of the group of inputs.
        description: Markdown: how to let the service trust the instance.
        required: whether a connection must be chosen.
        validate: called when the user connects; see `PieceAuth.SecretText`.
        get_connection_identifier: says whose account it is; see there too.
    """

    kind = "OIDC"

    @overload
    def __init__(
        self: OIDC[PropsClassT],
        *,
        props: type[PropsClassT],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        validate: Validate[PropsClassT] | None = None,
        get_connection_identifier: Identify[PropsClassT] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: OIDC[Mapping[str, Any]],
        *,
        props: Mapping[str, PropertyBase[Any]],
        display_name: str = "Connection",
        description: str | None = None,
        required: bool = True,
        validate: Validate[Mapping[str, Any]] | None = None,
        get_connection_identifier: Identify[Mapping[str, Any]] | None = None,
    ) -> None: ...
    def __init__(
        self, *, display_name: str = "Connection", **declared: Any
    ) -> None:  # the overloads say what
        super().__init__(display_name=display_name, **declared)


def props_value(
    auth: AuthBase[Any], props: PropsDeclaration, given: Mapping[str, JsonValue]
) -> object:
    """Return the value of a connection's properties.

    Raises:
        ConnectionRejectedError: if one of them is missing or refused; values are not repeated.
    """
    try:
        if isinstance(props, Mapping):
            return _Credentials(parse_values(props, given))
        return parse_props(props, given)
    except PropsError as error:
        raise auth.misshapen("; ".join(_without_values(error))) from None


class _Credentials(dict[str, object]):
    """The values of properties in a dict; they are not shown."""

    def __repr__(self) -> str:
        return f"<credentials with {', '.join(self)}>"


def _without_values(error: PropsError) -> Iterator[str]:
    for message in error.messages:
        yield message.partition(", received:")[0]

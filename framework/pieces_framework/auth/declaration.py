"""What all kinds of auth share: `AuthBase`, and how a connection is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, Never, TypeAlias

from typing_extensions import TypeVar

from pieces_framework.calling import Function, call
from pieces_framework.errors import ConnectionRejectedError, DefinitionError
from pieces_framework.wire import JsonValue, Overlay, document

if TYPE_CHECKING:
    from pieces_framework.protocols import Server

AuthT = TypeVar("AuthT", default=None)
AuthT2 = TypeVar("AuthT2", default=Never)
AuthT3 = TypeVar("AuthT3", default=Never)
AuthT4 = TypeVar("AuthT4", default=Never)
AuthT5 = TypeVar("AuthT5", default=Never)
AuthT_co = TypeVar("AuthT_co", covariant=True, default=None)
AuthT_contra = TypeVar("AuthT_contra", contravariant=True, default=None)


@dataclass(frozen=True, kw_only=True)
class AuthValidationContext(Generic[AuthT_co]):
    """What an auth's functions receive: `validate` when a user connects an account."""

    auth: AuthT_co = field(repr=False)
    """The credentials as `context.auth` will hold them."""
    server: Server | None = None
    """Where the instance is; `None` where there is none, as in a local run."""


@dataclass(frozen=True, kw_only=True)
class AuthValidation:
    """The answer of `validate`: whether the credentials work, and if not, why."""

    valid: bool
    error: str | None = None
    """Shown to the user; never repeat the secret in it."""


Validate: TypeAlias = Function[AuthValidationContext[AuthT], AuthValidation]
Identify: TypeAlias = Function[AuthValidationContext[AuthT], str]


class AuthBase(Generic[AuthT_co]):
    """Base of the kinds of auth. `AuthT_co` is the type of `context.auth`."""

    kind: str
    """The `type` in the wire form, and of the connections that fit."""

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None = None,
        required: bool = True,
        validate: Validate[AuthT_co] | None = None,
        get_connection_identifier: Identify[AuthT_co] | None = None,
    ) -> None:
        self.display_name: Final = display_name
        self.description: Final = description
        self.required: Final = required
        self.validate: Final = validate
        self.get_connection_identifier: Final = get_connection_identifier
        """Says whose account a connection is: an address or a team, never a secret."""
        self.overlay: Overlay | None = None
        """What the document it was loaded from says otherwise."""

    def parse(self, raw: JsonValue) -> AuthT_co:
        """Turn a stored connection into the value of `context.auth`.

        Raises:
            ConnectionRejectedError: if it is of another type or has the wrong shape.
        """
        raise NotImplementedError

    async def check(self, raw: JsonValue, *, server: Server | None = None) -> None:
        """Parse `raw` and ask the author's `validate`, if there is one.

        Raises:
            ConnectionRejectedError: if the credentials have the wrong shape or are refused.
        """
        auth = self.parse(raw)
        if self.validate is None:
            return
        answer = await call(self.validate, AuthValidationContext(auth=auth, server=server))
        if not answer.valid:
            raise ConnectionRejectedError(
                f"`{self.display_name}` was refused: {answer.error or 'no reason given'}",
                hint="check the value and connect the account again",
            )

    def problems(self) -> list[str]:
        """What is wrong with the declaration itself."""
        return []

    def connection_fields(self, raw: JsonValue) -> Mapping[str, JsonValue]:
        """Return the fields of a stored connection of this kind.

        Raises:
            ConnectionRejectedError: if it is no connection, or one of another type.
        """
        if not isinstance(raw, Mapping):
            raise self.misshapen()
        kind = raw.get("type", self.kind)
        if not self.takes(kind):
            raise ConnectionRejectedError(
                f"the connection is of another type than `{self.kind}`, which the piece asks for",
                hint="connect the account again",
            )
        return raw

    def takes(self, kind: JsonValue) -> bool:
        """Whether connections of the type `kind` fit."""
        return kind == self.kind

    def misshapen(self, detail: str = "") -> ConnectionRejectedError:
        """The error for a connection that lacks what this kind needs; it names no value."""
        return ConnectionRejectedError(
            f"the connection does not hold `{self.display_name}`{detail and ': '}{detail}",
            hint=f'connect the account again; as JSON it is {{"type": "{self.kind}", ...}}',
        )

    def wire_fields(self) -> dict[str, JsonValue]:
        """Return what `metadata` says of the declaration; kinds add their own fields."""
        return document(
            type=self.kind,
            display_name=self.display_name,
            description=self.description,
            required=self.required,
            has_connection_identifier=True if self.get_connection_identifier else None,
        )

    def metadata(self) -> dict[str, JsonValue]:
        """Return the auth's wire form."""
        fields = self.wire_fields()
        return self.overlay.apply(fields) if self.overlay else fields


SeveralAuths: TypeAlias = (
    tuple[AuthBase[AuthT], AuthBase[AuthT2]]
    | tuple[AuthBase[AuthT], AuthBase[AuthT2], AuthBase[AuthT3]]
    | tuple[AuthBase[AuthT], AuthBase[AuthT2], AuthBase[AuthT3], AuthBase[AuthT4]]
    | tuple[AuthBase[AuthT], AuthBase[AuthT2], AuthBase[AuthT3], AuthBase[AuthT4], AuthBase[AuthT5]]
)
"""A tuple of auths, each of another kind; `context.auth` is the union of them."""

Auths: TypeAlias = AuthBase[AuthT] | SeveralAuths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5]
"""One auth, or several."""

AnyAuth: TypeAlias = AuthBase[Any] | tuple[AuthBase[Any], ...]
"""An auth, or several, whatever their values are."""


def auths_of(auth: AnyAuth | None) -> tuple[AuthBase[Any], ...]:
    """Return the auths of a declaration as a tuple, empty for none.

    Raises:
        DefinitionError: if it is neither an auth nor a tuple of them.
    """
    auths = () if auth is None else auth if isinstance(auth, tuple) else (auth,)
    if strangers := [type(each).__name__ for each in auths if not _is_auth(each)]:
        raise DefinitionError(
            [f"`auth=` is given a {', '.join(strangers)}"],
            hint="pass what `PieceAuth.*` made, or a tuple of several: `auth=(key_auth, oauth)`",
        )
    return auths


def auth_for(auths: tuple[AuthBase[Any], ...], raw: JsonValue) -> AuthBase[Any]:
    """Return the auth that a connection is for, by its type.

    Raises:
        ConnectionRejectedError: if there are several, and none is of the connection's type.
    """
    if len(auths) == 1:
        return auths[0]
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    for auth in auths:
        if auth.takes(kind):
            return auth
    known = ", ".join(f"`{auth.kind}`" for auth in auths)
    raise ConnectionRejectedError(
        f"the connection is of none of the types the piece takes {known}",
        hint="give the connection as an object whose `type` is one of them",
    )


def _is_auth(value: object) -> bool:
    return isinstance(value, AuthBase)

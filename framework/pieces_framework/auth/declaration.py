"""How a piece asks for credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final, Generic, TypeAlias

from typing_extensions import TypeVar, override

from .calling import Function, call
from .errors import ConnectionRejectedError
from .wire import JsonValue, document

AuthT = TypeVar("AuthT", default=None)
AuthT_co = TypeVar("AuthT_co", covariant=True, default=None)


@dataclass(frozen=True, kw_only=True)
class AuthValidationContext(Generic[AuthT_co]):
    """What `validate` receives when a user connects an account."""

    auth: AuthT_co = field(repr=False)
    """The credentials as `context.auth` will hold them."""


@dataclass(frozen=True, kw_only=True)
class AuthValidation:
    """The answer of `validate`: whether the credentials work, and if not, why."""

    valid: bool
    error: str | None = None
    """Shown to the user; never repeat the secret in it."""


Validate: TypeAlias = Function[AuthValidationContext[AuthT], AuthValidation]


class AuthBase(Generic[AuthT_co]):
    """Base of the kinds of auth. `AuthT_co` is the type of `context.auth`."""

    kind: ClassVar[str]
    """The `type` in the wire form."""

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None,
        required: bool,
        validate: Validate[AuthT_co] | None,
    ) -> None:
        self.display_name: Final = display_name
        self.description: Final = description
        self.required: Final = required
        self.validate: Final = validate

    def parse(self, raw: JsonValue) -> AuthT_co:
        """Turn the stored credentials into the value of `context.auth`.

        Raises:
            ConnectionRejectedError: if they have the wrong shape.
        """
        raise NotImplementedError

    async def check(self, raw: JsonValue) -> None:
        """Parse `raw` and ask the author's `validate`, if there is one.

        Raises:
            ConnectionRejectedError: if the credentials have the wrong shape or are refused.
        """
        auth = self.parse(raw)
        if self.validate is None:
            return
        answer = await call(self.validate, AuthValidationContext(auth=auth))
        if not answer.valid:
            raise ConnectionRejectedError(
                f"`{self.display_name}` was refused: {answer.error or 'no reason given'}",
                hint="check the value and connect the account again",
            )

    def metadata(self) -> dict[str, JsonValue]:
        """Return the auth's wire form."""
        return document(
            type=self.kind,
            display_name=self.display_name,
            description=self.description,
            required=self.required,
        )


class SecretTextAuth(AuthBase[str]):
    """One secret, such as an API key (`SECRET_TEXT`). `context.auth` is the plain `str`.

    Args:
        display_name: the label of the input.
        description: Markdown: where to find the secret.
        required: whether a connection must be chosen.
        validate: called when the user connects. Raising counts as the service failing, not as
            a refusal: answer `AuthValidation(valid=False, error=...)` to refuse.
    """

    kind = "SECRET_TEXT"

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None = None,
        required: bool = True,
        validate: Validate[str] | None = None,
    ) -> None:
        super().__init__(
            display_name=display_name,
            description=description,
            required=required,
            validate=validate,
        )

    @override
    def parse(self, raw: JsonValue) -> str:
        if not isinstance(raw, str) or not raw:
            raise ConnectionRejectedError(
                f"the connection must hold the text of `{self.display_name}`",
                hint="connect the account again",
            )
        return raw


class PieceAuth:
    """The auth classes under their documented names. No auth is plain `auth=None`."""

    SecretText = SecretTextAuth

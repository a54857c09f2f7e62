"""The kinds of auth that are a secret, or a name and a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from typing_extensions import override

from pieces_framework.wire import JsonValue, document

from .declaration import AuthBase, Identify, Validate


class SecretTextAuth(AuthBase[str]):
    """A single secret text: an API key, a token. `context.auth` is the plain `str`.

    Args:
        display_name: the label of the input.
        description: Markdown: where to find the secret.
        required: whether a connection must be chosen.
        validate: called when the user connects. Raising counts as the service failing, not as
            a refusal: answer `AuthValidation(valid=False, error=...)` to refuse.
        get_connection_identifier: says whose account it is, to tell connections apart.
    """

    kind = "SECRET_TEXT"

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None = None,
        required: bool = True,
        validate: Validate[str] | None = None,
        get_connection_identifier: Identify[str] | None = None,
    ) -> None:
        super().__init__(
            display_name=display_name,
            description=description,
            required=required,
            validate=validate,
            get_connection_identifier=get_connection_identifier,
        )

    @override
    def parse(self, raw: JsonValue) -> str:
        secret = self.connection_fields(raw).get("secret_text") if _is_object(raw) else raw
        if not isinstance(secret, str) or not secret:
            raise self.misshapen("a text is needed")
        return secret


@dataclass(frozen=True, kw_only=True)
class AuthField:
    """The label of one input of a `PieceAuth.BasicAuth`, and what is said below it."""

    display_name: str
    description: str | None = None

    def metadata(self) -> dict[str, JsonValue]:
        """Return the input's wire form."""
        return document(display_name=self.display_name, description=self.description)


@dataclass(frozen=True, kw_only=True)
class BasicAuthValue:
    """The credentials of a `PieceAuth.BasicAuth`."""

    username: str = field(repr=False)  # with some services it is the key
    password: str = field(repr=False)


class BasicAuth(AuthBase[BasicAuthValue]):
    """Name and password, asked for apart. `context.auth` is a `BasicAuthValue`.

    Args:
        display_name: the label of the group of both inputs.
        description: Markdown: where to find them.
        username: the label of the name's input.
        password: the label of the password's input, which is masked.
        required: whether a connection must be chosen.
        validate: called when the user connects; see `PieceAuth.SecretText`.
        get_connection_identifier: says whose account it is; see there too.
    """

    kind = "BASIC_AUTH"

    def __init__(
        self,
        *,
        display_name: str,
        username: AuthField,
        password: AuthField,
        description: str | None = None,
        required: bool = True,
        validate: Validate[BasicAuthValue] | None = None,
        get_connection_identifier: Identify[BasicAuthValue] | None = None,
    ) -> None:
        super().__init__(
            display_name=display_name,
            description=description,
            required=required,
            validate=validate,
            get_connection_identifier=get_connection_identifier,
        )
        self.username: Final = username
        self.password: Final = password

    @override
    def parse(self, raw: JsonValue) -> BasicAuthValue:
        fields = self.connection_fields(raw)
        username, password = fields.get("username"), fields.get("password")
        if not isinstance(username, str) or not isinstance(password, str):
            raise self.misshapen("`username` and `password` are needed")
        return BasicAuthValue(username=username, password=password)

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        labels = document(username=self.username.metadata(), password=self.password.metadata())
        return {**super().wire_fields(), **labels}


def _is_object(raw: JsonValue) -> bool:
    return isinstance(raw, Mapping)

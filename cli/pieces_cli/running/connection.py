"""Credentials of the command line, as the connection that the engine takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pieces_framework import JsonValue
    from pieces_framework.auth import AuthBase

    from .local_run import LocalPiece

_SHORTEST_SECRET: Final = 4
"""Characters; what is shorter would be taken out of every word, and a cassette refuses it."""


# The auths are of any kinds.
def connection_of(auths: Sequence[AuthBase[Any]], given: str | None) -> JsonValue:
    """Return the credentials as a connection: a JSON object is read, but not where text is wanted.

    Args:
        auths: what the connection is for.
        given: what the variable or the file holds.
    """
    from pieces_framework.wire import parse_json

    if given is None or all(auth.kind == "SECRET_TEXT" for auth in auths):
        return given
    try:
        return parse_json(given)
    except ValueError:
        return given


def secrets_of(auths: Sequence[AuthBase[Any]], connection: JsonValue) -> Iterator[str]:
    """Yield the secrets in a connection: text is one, in an object what is declared or called so.

    Not every text of the object, as an error's message is masked by: a scope such as `read` would
    go out of every answer.
    """
    from pieces_engine.credentials import declared_secrets

    if isinstance(connection, str):
        yield connection
        return
    for text in (*declared_secrets(auths, connection), *_by_name(connection)):
        if len(text) >= _SHORTEST_SECRET:
            yield text


def _by_name(value: JsonValue) -> Iterator[str]:
    from pieces_common.secret_names import SecretNames

    names = SecretNames()
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and names.in_query(name):
                yield item
            else:
                yield from _by_name(item)
    elif isinstance(value, list):
        for item in value:
            yield from _by_name(item)


async def check_connection(local: LocalPiece, given: str | None) -> JsonValue:
    """Let the piece say whether the credentials work.

    Returns:
        `{"valid": true, "checked": C}`: C is false if the piece has no way to find out.

    Raises:
        PieceError: as `pieces_engine.check_auth` does.
    """
    from pieces_engine import check_auth

    from .run_errors import explained

    with explained(local.name):
        checked = await check_auth(local.piece, auth=connection_of(local.piece.auths, given))
    return {"valid": True, "checked": checked}

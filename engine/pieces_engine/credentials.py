"""Connections: what in them is secret, the value `context.auth` gets, and whether they work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pieces_framework.action import Action
from pieces_framework.auth import AuthBase, auth_for
from pieces_framework.errors import ConnectionRejectedError
from pieces_framework.piece import Piece
from pieces_framework.property import NO_SCHEMAS, InputValue, PropsDeclaration, Schemas
from pieces_framework.trigger import Trigger
from pieces_framework.wire import JsonValue

from .boundary import Masker, author_code
from .secret_values import secret_values

AnyPart: TypeAlias = "Action[Any, Any, Any] | Trigger[Any, Any, Any, Any]"


def part_masker(
    declared: AnyPart, auth: JsonValue, props: Mapping[str, InputValue], schemas: Schemas
) -> Masker:
    """Return what masks the connection, and the secrets among the values of a part's run."""
    return connection_masker(declared.auths, auth, *secret_values(declared.props, props, schemas))


def connection_masker(auths: Sequence[AuthBase[Any]], auth: JsonValue, *others: str) -> Masker:
    """Return what masks a connection for one of `auths`, and `others`."""
    return Masker(auth, *declared_secrets(auths, auth), *others)


def auth_value(declared: AnyPart, raw: JsonValue) -> object:
    """Return the value of `context.auth` for the raw value of a connection.

    Raises:
        ConnectionRejectedError: if none was given and one is needed, or it does not fit.
    """
    if not declared.auths:
        return None
    if raw is None:
        if not declared.require_auth or not all(auth.required for auth in declared.auths):
            return None
        raise no_connection(declared.name, declared.auths)
    value: object = auth_for(declared.auths, raw).parse(raw)
    return value


async def check_auth(piece: Piece[Any], *, auth: JsonValue) -> bool:
    """Ask the piece whether the credentials work.

    Args:
        piece: a piece that has at least one auth.
        auth: the connection's raw value; `None` for none.

    Returns:
        Whether it was asked: `False` if the auth has no `validate`. The connection has the right
        shape then, and nothing more is known.

    Raises:
        ConnectionRejectedError: if they do not work, are none, or have the wrong shape.
        PieceError: as for `run_action`.
    """
    if auth is None:
        raise no_connection(piece.display_name, piece.auths)
    with author_code("validate", connection_masker(piece.auths, auth)):
        declared = auth_for(piece.auths, auth)
        await declared.check(auth)
        return declared.validate is not None


def no_connection(name: str, auths: Sequence[AuthBase[Any]]) -> ConnectionRejectedError:
    """Return the error for a connection that `name` needs and was not given."""
    wanted = " or ".join(f"`{auth.display_name}`" for auth in auths)
    return ConnectionRejectedError(
        f"`{name}` needs {wanted}, and no connection was given",
        hint="with `pieces run`, pass `--auth-env VARIABLE` or `--auth-file FILE`",
    )


def declared_secrets(auths: Sequence[AuthBase[Any]], raw: JsonValue) -> Iterator[str]:
    """Yield the secret properties of a connection, as texts: a number may be given for one."""
    given = raw.get("props") if isinstance(raw, Mapping) else None
    if not isinstance(given, Mapping):
        return
    for auth in auths:
        props: PropsDeclaration | None = getattr(auth, "props", None)
        if props is not None:
            yield from secret_values(props, given, NO_SCHEMAS)

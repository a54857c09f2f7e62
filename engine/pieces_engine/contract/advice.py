"""What to do about a broken promise, by the way in which it is broken."""

from __future__ import annotations

from typing import Final

from pieces_framework.errors import (
    AuthorCodeError,
    ConnectionRejectedError,
    PieceError,
    PropsError,
)

_DECLARE_ONLY: Final = "importing a piece must only declare it"
_MEND: Final = (
    "mend that line; where the service or the values are to blame, raise `RetryableError`,"
    " `FatalError` or another `PieceError`"
)
_LIVE_RULES: Final = ("run-against-service", "life-against-service")

BAD_VALUE: Final = "return text, numbers, lists, dicts, dataclasses or pydantic models"
DROP_CAUSE: Final = "leave credentials out of messages; `raise … from None` drops what led to it"
BAD_SCHEMA: Final = "return what the schema says, or correct the schema"
NEVER_STARTED: Final = "see that `pieces-engine[contract]` is installed as a whole where pytest is"
NOT_THE_SERVICE: Final = "let `contract_service` say where its fake is, by `props` or `auth`"
ENDED: Final = "raise an error instead of ending the process"
STRANGE_WRITING: Final = "write to no descriptor that the piece has not opened"
STRANGE_DECLARATION: Final = "see what is declared there; a type checker shows what must not be"


def of_import(error: BaseException, module: str, folder: str) -> str:
    """Return what to do about what an import of `module` raised.

    Args:
        error: what `import_piece` raised.
        module: the module of the entry point.
        folder: the piece's folder; empty for an installed piece.
    """
    cause = error.__cause__ or error
    if isinstance(cause, ModuleNotFoundError) and cause.name and not _share(cause.name, module):
        after = f"; then `pip install -e {folder}`" if folder else ""
        return (
            f"`pip install` the package that brings `{cause.name}`, or name it in the"
            f" `dependencies` of the piece's pyproject.toml{after}"
        )
    if isinstance(cause, SyntaxError):
        return "correct the syntax of that line"
    if isinstance(error, PieceError) and error.__cause__ is None:
        return error.hint or "correct the declaration"
    if isinstance(cause, ModuleNotFoundError) and isinstance(error, PieceError):
        return error.hint
    if isinstance(cause, ArithmeticError | AttributeError | ImportError | NameError | TypeError):
        return f"correct that line; try it alone by `python -c 'import {module}'`"
    return f"{_DECLARE_ONLY}; try it alone by `python -c 'import {module}'`"


def of_hang(rule: str) -> str:
    """Return what to do about code that did not end in time while `rule` was looked at."""
    if rule == "imports":
        return f"{_DECLARE_ONLY}; what waits belongs into `run`, a hook or a loader"
    if rule in _LIVE_RULES:
        return "`--contract-deadline SECONDS` allows more, if the service is slow"
    return (
        "give each request a time limit, as `pieces_common.http_client` does;"
        " `--contract-deadline SECONDS` allows more"
    )


def of_untyped(error: BaseException | None, *, asked_network: bool) -> str:
    """Return what to do about an error that is none of the tree; empty for the usual advice."""
    return "" if asked_network or isinstance(error, OSError) else _MEND


def of_live(error: PieceError, part: str) -> str:
    """Return what to do about what an action or trigger raised against a service."""
    if isinstance(error, PropsError):
        names = ", ".join(f"`{name}`" for name in error.problems)
        return f"give good values of {names} for `{part}` in `part_props` of `contract_service`"
    if isinstance(error, ConnectionRejectedError) or _status(error) in {401, 403}:
        return "give a connection that the service takes in `auth` of `contract_service`"
    if isinstance(error, AuthorCodeError):
        return error.hint or _MEND
    return error.hint


def _status(error: PieceError) -> object:
    """The status of an `HttpError`, whose distribution a piece may do without."""
    return getattr(error, "status", None)


def _share(name: str, other: str) -> bool:
    return name.partition(".")[0] == other.partition(".")[0]

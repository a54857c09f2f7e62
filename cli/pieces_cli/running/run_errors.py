"""Errors of a run, with what a reader at the command line needs beside them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

    from pieces_common.http.errors import HttpError
    from pieces_framework import PieceError
    from pieces_framework.errors import AuthorCodeError

_MAX_CHARACTERS: Final = 300
_REFUSED: Final = frozenset({401, 403})


@contextmanager
def explained(name: str) -> Generator[None]:
    """Say with refused values how to give others, and what a service answered that refused.

    Args:
        name: the action or trigger that runs in the block.

    Raises:
        PieceError: in the place of the one that the block raised.
    """
    from pieces_framework import PieceError

    try:
        yield
    except PieceError as error:
        from pieces_common.http.errors import HttpError
        from pieces_framework import PropsError
        from pieces_framework.errors import AuthorCodeError

        if isinstance(error, AuthorCodeError):
            raise _placed(error) from None
        if isinstance(error, PropsError):
            hint = f"for `{name}` pass --prop NAME=VALUE or --input FILE"
            raise PropsError(error.problems, hint=error.hint or hint) from error
        if isinstance(error, HttpError):
            raise _answered(error) from error
        raise


def _placed(error: AuthorCodeError) -> AuthorCodeError:
    """Return the error with a path from the workspace on, if it lies in one."""
    from pathlib import Path

    from pieces_engine.workspace.folders import find_workspace
    from pieces_framework.errors import AuthorCodeError

    workspace = find_workspace()
    path = Path(error.path)
    if workspace is None or not path.is_relative_to(workspace.root):
        return error
    return AuthorCodeError(
        error.message,
        hint=error.hint,
        traceback=error.traceback,
        path=workspace.place(path).as_posix(),
        line=error.line,
    )


def _answered(error: HttpError) -> PieceError:
    """Return an error with the answer in its message, which tells who must act."""
    from pieces_framework import ConnectionRejectedError, RetryableError, RunError

    answer = _answer(error)
    message = f"{error.message}: {answer}" if answer else error.message
    if error.status in _REFUSED:
        return ConnectionRejectedError(message, hint=error.hint)
    if isinstance(error, RetryableError):
        wait_s = error.retry_after_s
        hint = error.hint if wait_s is None else f"the service asks to wait {wait_s:g} s"
        return RetryableError(message, retry_after_s=wait_s, hint=hint)
    return RunError(message, hint="" if answer else error.hint)


def _answer(error: HttpError) -> str:
    """Return the beginning of what the service said, on one line, without the run's secrets."""
    import json

    # The whole document is what masks the secrets of the request.
    response = error.error_message()["response"]
    body = response.get("body") if isinstance(response, dict) else None
    if body is None or body == "":
        return ""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"

"""What each error is answered with, whoever raised it."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pieces_framework.errors import ArtifactError, PieceError, PieceNotFoundError
from pieces_framework.versions import VersionError
from pieces_framework.wire import JsonValue, document
from pieces_server.database import DatabaseUnavailableError
from pieces_server.errors import ApiError, FormError, InsufficientStorageError

from .allowed_methods import allowed_methods

if TYPE_CHECKING:
    from fastapi import FastAPI

_RETRY_AFTER_S: Final = 5
"""When to ask again that found no database: soon, as most such times are restarts."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_NO_SNIFFING: Final = {"X-Content-Type-Options": "nosniff"}
_MAX_PATH_CHARACTERS: Final = 200
_PLACES: Final = "the package index is at `/simple/`; `/openapi.json` describes the API"
_logger = logging.getLogger(__name__)


def error_answer(
    status: int,
    code: str,
    params: Mapping[str, JsonValue],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an error's answer in the form of all of them; it can be sent without FastAPI too."""
    body = {"code": code, "params": params}
    return JSONResponse(body, status, {**_NO_SNIFFING, **(headers or {})})


def install_error_answers(app: FastAPI) -> None:
    """Make the application answer every error in the API's form."""
    # All of them are `async`: others would wait for a thread, and all may be in use.
    for expected in (PieceError, RequestValidationError):
        app.add_exception_handler(expected, _answer_refusal)
    app.add_exception_handler(OSError, _answer_system)
    app.add_exception_handler(HTTPException, _answer_framework)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_exception_handler(Exception, _answer_fault)


async def _answer_refusal(_: Request, error: Exception) -> Response:
    match error:
        case ApiError():
            return error_answer(error.status, error.code, error.params(), error.headers)
        case DatabaseUnavailableError():
            _logger.warning("%s", error.message)
            params = document(message="the instance's database does not answer")
            return error_answer(503, error.code, params, {"Retry-After": str(_RETRY_AFTER_S)})
        case PieceNotFoundError():
            return error_answer(404, error.code, {"message": error.message})
        case ArtifactError():
            params = document(message=error.message, hint=error.hint or None, rule=error.rule)
            return error_answer(400, error.code, params)
        case VersionError():
            params = document(message=error.message, hint=error.hint or None)
            return error_answer(400, error.code, params)
        case RequestValidationError():
            refused = FormError.of(error.errors(), skipped=1)
            return error_answer(refused.status, refused.code, refused.params())
        case _:
            raise error


async def _answer_system(_: Request, error: Exception) -> Response:
    """Answer what is no fault of ours, though nobody but the administrator can mend it."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        raise error
    _logger.error("the data folder takes nothing: %s", error.strerror)
    full = InsufficientStorageError()
    return error_answer(full.status, full.code, full.params())


async def _answer_framework(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: a route, a method, a broken form."""
    path: str = request.scope["path"][:_MAX_PATH_CHARACTERS]
    match error:
        case HTTPException(status_code=HTTPStatus.NOT_FOUND):
            params = document(message=f"there is nothing at {path!r}", hint=_PLACES)
            return error_answer(404, "ENTITY_NOT_FOUND", params)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            params = document(message=f"{path!r} does not take {request.method}")
            headers = {"Allow": allowed_methods(request)}
            return error_answer(405, "METHOD_NOT_ALLOWED", params, headers)
        case HTTPException():
            params = document(message=error.detail)
            return error_answer(error.status_code, "VALIDATION", params, error.headers)
        case _:
            raise error


async def _answer_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


async def _answer_fault(request: Request, _: Exception) -> Response:
    """Answer a fault of our own. The traceback is logged by the server below, after this."""
    request_id: str = request.state.request_id
    _logger.error("request %s failed", request_id)
    answer = error_answer(500, "INTERNAL_ERROR", {"message": "internal error"})
    answer.headers["x-request-id"] = request_id
    return answer

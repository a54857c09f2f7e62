"""The form in which the API reports errors: `{"code": ..., "params": {...}}`.

The tree is the framework's; each error the instance can answer has its HTTP status here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pieces_framework.errors import ArtifactError, PieceError, PieceNotFoundError
from pieces_framework.versions import VersionError
from pieces_framework.wire import JsonValue, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

_HTTP_CODES: Final = {404: "ENTITY_NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
_logger = logging.getLogger(__name__)


class ErrorParams(BaseModel):
    """What an error's answer says besides its code; each code may have more of it."""

    model_config = ConfigDict(extra="allow")

    message: str


class ErrorAnswer(BaseModel):
    """The form of each answer without success, for the description of the API."""

    code: str
    params: ErrorParams


def refused_with(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI describes these answers of a route by."""
    return {
        status.value: {"model": ErrorAnswer, "description": status.phrase} for status in statuses
    }


class ApiError(PieceError):
    """A request that is refused, with all that its answer says."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}

    def params(self) -> dict[str, JsonValue]:
        """Return the answer's `params`."""
        return document(message=self.message, hint=self.hint or None)


class AuthenticationError(ApiError):
    """The request has no API key, or one that is unknown.

    Args:
        message: which of the two.
        scheme: the `WWW-Authenticate` challenge.
    """

    status = 401
    code = "AUTHENTICATION"

    def __init__(self, message: str, *, scheme: str) -> None:
        super().__init__(message, hint="send the header `Authorization: Bearer sk-...`")
        self.headers = {"WWW-Authenticate": scheme}


class AuthorizationError(ApiError):
    """The request's API key does not let its bearer do this.

    Args:
        needed: the scope that does.
    """

    status = 403
    code = "AUTHORIZATION"

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"the api key has not the scope `{needed}`",
            hint="ask an administrator of the instance for a key that has it",
        )


class FormError(ApiError):
    """The fields of a form or of a query are not what the route takes."""

    code = "VALIDATION"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("; ".join(f"{each['field']}: {each['message']}" for each in errors))
        self.errors: Final = errors

    def params(self) -> dict[str, JsonValue]:
        """Return the message, and under `errors` each field with its own."""
        return document(message=self.message, errors=self.errors)


class FileTooLargeError(ApiError):
    """The body of a request is larger than the instance takes."""

    status = 413
    code = "FILE_TOO_LARGE"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"the file is larger than {max_bytes // 1024 // 1024} MB",
            hint="leave out what the piece does not need, or raise `AP_MAX_FILE_SIZE_MB`",
        )


class AlreadyPublishedError(ApiError):
    """The version is there already, with the same bytes or with others.

    Args:
        name: the piece.
        version: the version.
        sha256: the stored wheel's hash: the same bytes are already published if it is theirs.
        source_digest: the stored piece's; empty for a wheel that is no piece.
    """

    status = 409
    code = "VALIDATION"

    def __init__(self, name: str, version: str, *, sha256: str, source_digest: str) -> None:
        # The text is the documented one, to the letter: other clients look for it.
        super().__init__(
            f"piece_metadata_already_exists name={name} version={version} projectId=undefined"
        )
        self._stored = document(sha256=sha256, source_digest=source_digest)

    def params(self) -> dict[str, JsonValue]:
        """Return the message and what is stored."""
        return {"message": self.message, **self._stored}


def install_error_answers(app: FastAPI) -> None:
    """Make the application answer every error in the API's form."""
    for expected in (PieceError, RequestValidationError, HTTPException):
        app.add_exception_handler(expected, _answer_refusal)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_exception_handler(Exception, _answer_fault)


def _answer_refusal(_: Request, error: Exception) -> Response:
    match error:
        case ApiError():
            return _answer(error.status, error.code, error.params(), error.headers)
        case PieceNotFoundError():
            return _answer(404, error.code, {"message": error.message})
        case ArtifactError():
            params = document(message=error.message, hint=error.hint or None, rule=error.rule)
            return _answer(400, error.code, params)
        case VersionError():
            params = document(message=error.message, hint=error.hint or None)
            return _answer(400, error.code, params)
        case RequestValidationError():
            refused = FormError([_field_error(each) for each in error.errors()])
            return _answer(refused.status, refused.code, refused.params())
        case HTTPException():  # what the framework refuses: a route, a method, a broken form
            code = _HTTP_CODES.get(error.status_code, "VALIDATION")
            return _answer(error.status_code, code, {"message": error.detail}, error.headers)
        case _:
            raise error


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    return {"field": ".".join(map(str, error["loc"][1:])), "message": str(error["msg"])}


def _answer_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


def _answer_fault(request: Request, _: Exception) -> Response:
    """Answer a fault of our own. The traceback is logged by the server below, after this."""
    request_id: str = request.state.request_id
    _logger.error("request %s failed", request_id)
    answer = _answer(500, "INTERNAL_ERROR", {"message": "internal error"})
    answer.headers["x-request-id"] = request_id
    return answer


def _answer(
    status: int,
    code: str,
    params: Mapping[str, JsonValue],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    return JSONResponse({"code": code, "params": params}, status, headers)

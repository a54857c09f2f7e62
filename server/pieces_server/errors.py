"""The errors that the instance answers, and the form: `{"code": ..., "params": {...}}`.

The tree is the framework's. An `ApiError` has its HTTP status; those of the errors that other parts
raise are in `web/error_answers.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict

from pieces_framework.errors import PieceError
from pieces_framework.wire import JsonValue, document

if TYPE_CHECKING:
    from collections.abc import Sequence


_SUBJECT: Final = re.compile("^(Value error, |(Input|String|List|Value) (?=should ))")
"""How pydantic begins what the name of a field then stands before."""
_MAX_FIELD_ERRORS: Final = 20
"""A body may have thousands that are alike."""


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
        bearer = scheme == "Bearer"
        super().__init__(
            message,
            hint="send the header `Authorization: Bearer sk-...`"
            if bearer
            else "send an api key as the password of the user `__token__`",
        )
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
            f"the api key lacks the scope `{needed}`",
            hint="ask an administrator of the instance for a key that has it",
        )


class CrossSiteError(ApiError):
    """A browser sends what a page of another site asks for."""

    status = 403
    code = "AUTHORIZATION"

    def __init__(self) -> None:
        super().__init__("a page of another site may not change anything here")


class TooManyKeysError(ApiError):
    """Somebody at the client's address has tried many keys that do not exist.

    Args:
        wait_s: seconds until the instance looks at a key from there again.
    """

    status = 429
    code = "TOO_MANY_REQUESTS"

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            "too many unknown api keys from this address",
            hint="wait as long as the header `Retry-After` says, and send a key of this instance",
        )
        self.headers = {"Retry-After": str(math.ceil(wait_s))}


class ConflictError(ApiError):
    """A request that does not go together with what the instance has."""

    status = 409
    code = "VALIDATION"


class NoPieceError(ApiError):
    """A wheel that is no piece was uploaded with a key that is for pieces only.

    Args:
        label: how messages call the wheel.
    """

    status = 403
    code = "AUTHORIZATION"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"`{label}` holds no piece, and the api key lacks the scope `admin`",
            hint="build the wheel of a piece with `build-piece`; others need an admin's key",
        )


class FormError(ApiError):
    """The fields of a form or of a query are not what the route takes."""

    code = "VALIDATION"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        self.errors: Final = errors[:_MAX_FIELD_ERRORS]
        texts = [f"{each['field']}: {each['message']}" for each in self.errors]
        more = len(errors) - len(texts)
        super().__init__("; ".join([*texts, f"and {more} more"] if more else texts))

    @classmethod
    def of(cls, found: Sequence[Mapping[str, Any]], *, skipped: int = 0) -> FormError:
        """Return what pydantic's errors are to a client.

        Args:
            found: as pydantic's `errors()` has them.
            skipped: names at the beginning of each place that the client did not write.
        """
        return cls(
            [
                {
                    "field": ".".join(map(str, each["loc"][skipped:])) or "body",
                    "message": "is required"
                    if each["type"] == "missing"
                    else _SUBJECT.sub("", str(each["msg"])),
                }
                for each in found
            ]
        )

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


class BodyTooLargeError(ApiError):
    """The body of a request that bears no file is larger than any such body."""

    status = 413
    code = "FILE_TOO_LARGE"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the body is larger than {max_bytes // 1024 // 1024} MB")


class BodyTooSlowError(ApiError):
    """The body of a request stopped coming in, or came too slowly."""

    status = 408
    code = "REQUEST_TIMEOUT"

    def __init__(self, waited_s: float) -> None:
        super().__init__(
            f"the body came in too slowly for {waited_s:g} s",
            hint="send it again, and all that `Content-Length` announces",
        )


class ChecksFailedError(ApiError):
    """A piece breaks a rule whose findings are errors, or cannot be checked.

    Args:
        message: which piece, and the first error.
        findings: all of them, as `Finding.document` has them.
    """

    code = "PIECE_CHECKS_FAILED"

    def __init__(self, message: str, *, findings: Sequence[Mapping[str, JsonValue]]) -> None:
        super().__init__(message, hint="run `pieces check` and mend what it finds")
        self._findings = findings

    def params(self) -> dict[str, JsonValue]:
        """Return the message, and each finding with rule, severity, path, line and hint."""
        return {**super().params(), "findings": list(self._findings)}


class EngineOperationError(ApiError):
    """What a request needs was refused by something else: a piece's code, or another index."""

    code = "ENGINE_OPERATION_FAILURE"


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
        self.sha256: Final = sha256
        self._stored = document(sha256=sha256, source_digest=source_digest)

    def params(self) -> dict[str, JsonValue]:
        """Return the message and what is stored."""
        return {"message": self.message, **self._stored}


class NotReadyError(ApiError):
    """A part that requests need cannot be used now.

    Args:
        states: of each part by its name, `ok` or `failed`.
    """

    status = 503
    code = "SERVICE_UNAVAILABLE"

    def __init__(self, states: Mapping[str, str]) -> None:
        failed = ", ".join(part for part, state in states.items() if state != "ok")
        super().__init__(f"the instance is not ready: {failed}")
        self._states: Final = states

    def params(self) -> dict[str, JsonValue]:
        """Return the message and the states."""
        return document(message=self.message, **self._states)


class InsufficientStorageError(ApiError):
    """The disk of the instance is full, or fails."""

    status = 507
    code = "INSUFFICIENT_STORAGE"

    def __init__(self) -> None:
        super().__init__(
            "the instance's disk is full, or fails",
            hint="send it again when an administrator has seen to the disk",
        )

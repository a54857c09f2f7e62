"""What an instance answers: errors of the tree made of its refusals. No message holds the key."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from pieces_framework.errors import ConnectionRejectedError, PieceError
from pieces_framework.secret_forms import MASK

if TYPE_CHECKING:
    import httpx

_MAX_SHOWN: Final = 500
_BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class UnreachableError(PieceError):
    """The instance did not answer."""

    exit_code = 69  # EX_UNAVAILABLE


class InstanceApiError(PieceError):
    """The instance answered with an error.

    Args:
        message: as for every error of the tree.
        status: of the answer.
        answer_code: what the instance calls the error, such as `VALIDATION`; empty if nothing.
        hint: as for every error of the tree.
    """

    def __init__(self, message: str, *, status: int, answer_code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status: Final = status
        self.answer_code: Final = answer_code


class InstanceBusyError(InstanceApiError):
    """The instance, or a proxy before it, could not answer now."""

    exit_code = 75  # EX_TEMPFAIL


def refusal(response: httpx.Response, *, what_failed: str, address: str, key: str) -> PieceError:
    """Return the error that an answer without success is.

    Args:
        response: the answer.
        what_failed: the beginning of the message, such as "`piece-gelato` was not published".
        address: how messages call the instance.
        key: what must not be shown.
    """
    status = response.status_code
    said = _message(response, key)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ConnectionRejectedError(
            f"`{address}` refused the API key ({status}): {said}",
            hint="check AP_API_KEY; where the instance runs,"
            " `python -m pieces_server keys create` makes a key",
        )
    error = InstanceBusyError if status in _BUSY else InstanceApiError
    return error(
        f"{what_failed} ({status}): {said}",
        status=status,
        answer_code=answer_code(response),
        hint=_advice(response, key),
    )


def is_busy(response: httpx.Response) -> bool:
    """Whether the same request may succeed in a moment."""
    return response.status_code in _BUSY


def answer_code(response: httpx.Response) -> str:
    """Return what the instance calls an error, such as `VALIDATION`; empty if nothing."""
    code = json_object(_body(response)).get("code")
    return code if isinstance(code, str) else ""


def answer_params(response: httpx.Response) -> dict[str, object]:
    """Return what an error's answer says besides its code; empty if nothing."""
    return json_object(json_object(_body(response)).get("params"))


def json_object(value: object) -> dict[str, object]:
    """Return a JSON object as it is, and an empty one for anything else."""
    # The keys of a JSON object are text.
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _advice(response: httpx.Response, key: str) -> str:
    if response.has_redirect_location:
        location = _masked(response.headers["location"], key)
        return f"it points to {location}: use that as the API URL"
    if response.status_code == HTTPStatus.NOT_FOUND:
        return "is this the instance's address (with or without /api)?"
    return "try again later" if is_busy(response) else ""


def _message(response: httpx.Response, key: str) -> str:
    """What the answer says, on one line, without the key."""
    body = json_object(_body(response))
    params = json_object(body.get("params"))
    said = params.get("message") or body.get("message") or body.get("detail")
    text = said if isinstance(said, str) else response.text or response.reason_phrase
    return _masked(" ".join(text.split()), key)[:_MAX_SHOWN]


def _masked(text: str, key: str) -> str:
    return text.replace(key, MASK) if key else text


def _body(response: httpx.Response) -> object:
    try:
        # Anything JSON; looked at by `json_object` only.
        return cast("object", response.json())
    except ValueError:
        return None

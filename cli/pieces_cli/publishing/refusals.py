"""What an instance refuses: errors of the tree made of its answers. No message holds the key."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from pieces_framework.errors import ConnectionRejectedError, PieceError
from pieces_framework.secret_forms import MASK, secret_pattern

if TYPE_CHECKING:
    import httpx

_MAX_SHOWN: Final = 500
_MIN_KEY_PART: Final = 8
_BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class UnreachableError(PieceError):
    """An instance, or a package index, cannot be reached or does not answer in time."""

    exit_code = 69  # EX_UNAVAILABLE
    code = "UNREACHABLE"


class InstanceApiError(PieceError):
    """The instance answered with an error, or with what no instance answers."""

    code = "INSTANCE"


class InstanceBusyError(InstanceApiError):
    """The instance, or a proxy before it, could not answer now."""

    exit_code = 75  # EX_TEMPFAIL
    code = "BUSY"


class VersionTakenError(InstanceApiError):
    """The instance has the version, with other content."""


def refusal(response: httpx.Response, *, what_failed: str, address: str, key: str) -> PieceError:
    """Return the error that an answer without success is.

    Args:
        response: the answer.
        what_failed: the beginning of the message, such as "`piece-gelato` was not published".
        address: the root of the API, as the request's address begins.
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
    error = InstanceBusyError if is_busy(response) else InstanceApiError
    hint = without_key(_advice(response, address), key)
    return error(f"{what_failed} ({status}): {said}", hint=hint)


def is_busy(response: httpx.Response) -> bool:
    """Whether the same request may succeed in a moment."""
    return response.status_code in _BUSY


def without_key(text: str, key: str) -> str:
    """Return a text with a mask for the key, however it is written, and for its beginning."""
    beginnings = [key[:end] for end in range(_MIN_KEY_PART, len(key))]
    return secret_pattern([key], plainly=beginnings).sub(MASK, text)


def answer_params(response: httpx.Response) -> dict[str, object]:
    """Return what an error's answer says besides its code; empty if nothing."""
    return json_object(json_object(_body(response)).get("params"))


def json_object(value: object) -> dict[str, object]:
    """Return a JSON object as it is, and an empty one for anything else."""
    # The keys of a JSON object are text.
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _advice(response: httpx.Response, address: str) -> str:
    if response.has_redirect_location:
        return _way_on(response, address)
    match response.status_code:
        case HTTPStatus.NOT_FOUND:
            return "is this the instance's address (with or without /api)?"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return "the instance may be older than this command: bring it to the same version"
        case _:
            return "try again later" if is_busy(response) else ""


def _way_on(response: httpx.Response, address: str) -> str:
    """Say which address a redirect means; it names that of one request."""
    path = str(response.url).removeprefix(address)
    target = str(response.url.join(response.headers["location"]))
    if target.endswith(path):
        return f"it points to {target.removesuffix(path)}: use that as the API URL"
    return f"it points to {target}: is this the instance's address?"


def _message(response: httpx.Response, key: str) -> str:
    """What the answer says, on one line, without the key."""
    body = json_object(_body(response))
    params = json_object(body.get("params"))
    said = params.get("message") or body.get("message") or body.get("detail")
    text = said if isinstance(said, str) else response.text or response.reason_phrase
    # Cut before it is searched, too: a page may have a million characters.
    shown = " ".join(text[: 4 * _MAX_SHOWN].split())
    return without_key(shown, key)[:_MAX_SHOWN]


def _body(response: httpx.Response) -> object:
    try:
        # Anything JSON; looked at by `json_object` only.
        return cast("object", response.json())
    except (RecursionError, ValueError):
        return None

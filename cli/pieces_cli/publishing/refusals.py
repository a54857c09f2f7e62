"""What an instance refuses: errors of the tree made of its answers. No message holds the key."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Final, cast

from typing_extensions import override

from pieces_framework.errors import ConnectionRejectedError, PieceError
from pieces_framework.secret_forms import MASK, secret_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

_MAX_SHOWN: Final = 500
_MAX_FINDINGS: Final = 50
_MIN_KEY_PART: Final = 8
_CHECK_KEY: Final = (
    "check AP_API_KEY; where the instance runs, `python -m pieces_server keys create` makes a key"
)
_BUSY: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
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


class PieceChecksError(InstanceApiError):
    """The instance's own rules find errors in the piece.

    Args:
        message: see `PieceError`.
        hint: see `PieceError`.
        findings: each of them, with its place.
    """

    exit_code = 65  # EX_DATAERR
    code = "PIECE_CHECKS_FAILED"

    def __init__(self, message: str, *, hint: str, findings: Sequence[str]) -> None:
        super().__init__(message, hint=hint)
        self._findings: Final = tuple(findings)

    @property
    @override
    def messages(self) -> tuple[str, ...]:
        """What was not published, then one message for each finding."""
        return self.message, *self._findings


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
    message = f"{what_failed} ({status}): {said}"
    hint = without_key(_said_hint(response) or _advice(response, address), key)[:_MAX_SHOWN]
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        # A key that is known and may not do this needs another scope, not another spelling.
        is_known = status == HTTPStatus.FORBIDDEN and hint
        return ConnectionRejectedError(
            f"`{address}` refused the API key ({status}): {said}",
            hint=hint if is_known else _CHECK_KEY,
        )
    if is_busy(response):
        return InstanceBusyError(message, hint=_when(response))
    if json_object(_body(response)).get("code") == PieceChecksError.code:
        findings = [without_key(each, key) for each in _findings(response)]
        return PieceChecksError(message, hint=hint, findings=findings)
    return InstanceApiError(message, hint=hint)


def is_busy(response: httpx.Response) -> bool:
    """Whether the same request may succeed in a moment."""
    return response.status_code in _BUSY


def retry_after_s(response: httpx.Response) -> float:
    """Return what `Retry-After` asks for, in seconds or as a date. Source: RFC 9110, 10.2.3."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (OverflowError, ValueError):
        return 0.0
    # A date without a zone is in UTC, as all dates of HTTP are.
    return (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


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
            return ""


def _when(response: httpx.Response) -> str:
    asked_s = ceil(retry_after_s(response))
    return f"try again in {asked_s} s" if asked_s > 0 else "try again later"


def _said_hint(response: httpx.Response) -> str:
    hint = answer_params(response).get("hint")
    return " ".join(hint[:_MAX_SHOWN].split()) if isinstance(hint, str) else ""


def _findings(response: httpx.Response) -> list[str]:
    """Return the findings of an answer, each as a line such as a terminal shows it."""
    given = answer_params(response).get("findings")
    findings = cast("list[object]", given) if isinstance(given, list) else []
    shown: list[str] = []
    for each in findings[:_MAX_FINDINGS]:
        finding = json_object(each)
        line = finding.get("line")
        place = f"{finding.get('path')}:{line}" if line is not None else finding.get("path")
        text = f"{place}: {finding.get('message')} [{finding.get('rule')}]"
        shown.append(" ".join(text.split())[:_MAX_SHOWN])
    return shown


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

"""How a request fails. No message repeats a secret of the request, nor the service's answer.

RunError
└─ HttpError                    answered with a status of 400 or more
   └─ RetryableHttpError        429, 5xx, or no answer at all; also a RetryableError
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NotRequired, Required, TypedDict, Unpack

from typing_extensions import override

from pieces_framework import JsonValue, RetryableError, RunError

from .message import HttpMethod

if TYPE_CHECKING:
    from .request import Request

NO_ANSWER: Final = 0
"""The `status` of an error where the service gave none: it was not reached, or took too long."""

_SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class _Origin(TypedDict):
    method: HttpMethod
    url: str
    request: NotRequired[Request | None]


class _Details(_Origin, total=False):
    status: Required[int]
    headers: Mapping[str, str] | None
    body: JsonValue
    hint: str


class HttpError(RunError):
    """A service refused a request.

    The body may repeat what was sent, secrets included: it is in `body`, never in the message.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        method: HttpMethod,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: JsonValue = None,
        hint: str = "",
        request: Request | None = None,
    ) -> None:
        RunError.__init__(self, message, hint=hint)  # of RetryableHttpError both bases are set up
        self.status: Final = status
        self.method: Final = method
        self.url: Final = url
        """Without user, password, query and fragment."""
        self.headers: Final[Mapping[str, str]] = headers or {}
        """The answer's, names in lower case."""
        self.body: Final = body
        """The answer's, as the service said it: JSON, else text, `None` if there was none."""
        self._request: Final = request
        self._document: Final[dict[str, JsonValue] | None] = None

    @override
    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy without the request: it holds credentials, and perhaps a stream."""
        state = {**vars(self), "_request": None, "_document": self.error_message()}
        return _without_init, (type(self), self.message), state

    def error_message(self) -> dict[str, JsonValue]:
        """Return the documented error document, `***` standing for each secret of the request.

        `{"response": {"status": S, "body": B}, "request": {"body": R}}`. B is the answer's body,
        `None` if there was none. R is the request's body as the author gave it; `None` for bytes,
        streams and multipart bodies.
        """
        from .masking import masked_by, secrets_pattern

        if self._document is not None:
            return self._document
        if self._request is None:
            return error_document(self.status, self.body, None)
        pattern = secrets_pattern(self._request)
        sent = self._request.content.document
        return error_document(self.status, masked_by(self.body, pattern), masked_by(sent, pattern))

    @property
    def json_text(self) -> str:
        """`error_message()` as JSON text without spaces."""
        import json

        text = json.dumps(self.error_message(), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace").decode()  # half characters as JSON has them


class RetryableHttpError(HttpError, RetryableError):
    """A request failed for a passing reason: 429, 5xx, or no answer (`status` is then 0)."""

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, **details: Unpack[_Details]
    ) -> None:
        RetryableError.__init__(self, message, retry_after_s=retry_after_s)
        HttpError.__init__(self, message, **details)  # also the hint, which becomes a note once


def _without_init(kind: type[HttpError], message: str) -> HttpError:
    return kind.__new__(kind, message)


def error_document(status: int, body: JsonValue, request_body: JsonValue) -> dict[str, JsonValue]:
    """Return the documented shape of an error, both bodies as they are given."""
    return {"response": {"status": status, "body": body}, "request": {"body": request_body}}


def error_for(
    request: Request, status: int, headers: Mapping[str, str], body: JsonValue
) -> HttpError:
    """Return the error that an answer with `status` of 400 or more stands for."""
    from http import HTTPStatus

    known = {each.value: each.phrase for each in HTTPStatus}
    message = f"`{request.name}` answered {status} {known.get(status, '')}".rstrip()
    if status == 429 or status >= 500:
        return RetryableHttpError(
            message,
            status=status,
            headers=headers,
            body=body,
            hint="try again later",
            retry_after_s=retry_after_s(headers.get("retry-after", "")),
            **_origin(request),
        )
    hint = "the error's `body` holds what the service said"
    if status == 401:
        hint = "the service does not accept the credentials: connect the account again"
    elif status == 403:
        hint = "the credentials lack a permission: check what the account may do"
    return refused(request, message, status=status, headers=headers, body=body, hint=hint)


def refused(
    request: Request,
    message: str,
    *,
    status: int = NO_ANSWER,
    headers: Mapping[str, str] | None = None,
    body: JsonValue = None,
    hint: str = "",
) -> HttpError:
    """Return the error of a request that it is no use to repeat."""
    return HttpError(
        message, status=status, headers=headers, body=body, hint=hint, **_origin(request)
    )


def no_answer(request: Request, what: str, hint: str = "try again later") -> RetryableHttpError:
    """Return the error of a request that got no whole answer; `what` it did follows its name."""
    return RetryableHttpError(
        f"`{request.name}` {what}", status=NO_ANSWER, hint=hint, **_origin(request)
    )


def _origin(request: Request) -> _Origin:
    return {"method": request.method, "url": request.shown_url, "request": request}


def too_slow(request: Request) -> RetryableHttpError:
    """Return the error of a request that took longer than its `timeout_s`."""
    what = f"took longer than {request.timeout_s or 0:g} s"
    return no_answer(request, what, "try again, or pass a longer `timeout_s`")


def retry_after_s(text: str) -> float | None:
    """Return the seconds a `Retry-After` header asks for, or `None` if it says neither form.

    A date in the past is 0. Source: RFC 9110, section 10.2.3.

    >>> retry_after_s("120"), retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT"), retry_after_s("soon")
    (120.0, 0.0, None)
    """
    import time
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    text = text.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # email's way of saying that the text names no zone
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - time.time())

"""The body of a request: what an author may pass, and the bytes it becomes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from pieces_framework import FatalError, JsonValue
from pieces_framework.javascript import js_text

from .header_parameters import parameters
from .multipart import MultipartBody, MultipartStream
from .query import encode_pairs
from .sent_body import closing

Body: TypeAlias = "JsonValue | bytes | AsyncIterable[bytes] | MultipartBody"
"""JSON, text, bytes, a stream of bytes that is sent in chunks, or a form with files.

An object is a form if the headers say `application/x-www-form-urlencoded`.
"""

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_MULTIPART: Final = "multipart/form-data"
_OCTETS: Final = "application/octet-stream"
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
"""Source: RFC 2046, section 5.1.1. A blank in it is left out, which few services would read."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A body that is ready to be sent."""

    data: bytes | AsyncIterable[bytes] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """What describes it, names in lower case."""
    document: JsonValue = field(default=None, repr=False)
    """As the caller gave it, where that was JSON or text."""
    is_one_time: bool = False
    """Whether it can be sent only once."""


_NOTHING: Final = Content()


def encode_body(body: Body, content_type: str, request_name: str) -> Content:
    """Return what is sent for `body`, and the headers that describe it.

    Args:
        body: text goes as it is, `None`, `""` and `b""` are no body.
        content_type: the one that the caller asks for, or `""`; it wins, but a multipart body adds
            its boundary.
        request_name: what messages call the request.

    Raises:
        FatalError: if the body holds what JSON cannot say, such as NaN.
        AuthorCodeError: if a part of a multipart body is neither text nor a file.
    """
    if body is None or body in ("", b""):
        return _NOTHING
    if isinstance(body, MultipartBody):
        return _multipart(body, content_type, request_name)
    if isinstance(body, bytes | bytearray):
        headers = {"content-type": content_type or _OCTETS}
        return Content(data=bytes(body), headers=headers)
    if isinstance(body, AsyncIterable):
        headers = {"content-type": content_type or _OCTETS}
        return Content(data=body, headers=headers, is_one_time=True)
    headers = {"content-type": content_type or _JSON}
    data = _written(body, content_type, request_name)
    return Content(data=data, headers=headers, document=body)


def checked_length(content: Content, length: str, request_name: str) -> Content:
    """Return `content`, which is refused if it is not as long as the caller said.

    Raises:
        FatalError: if that is so; of a stream while it is sent.
    """
    if isinstance(content.data, AsyncIterable):
        measured = _measured(content.data, length, request_name)
        return replace(content, data=measured, is_one_time=True)
    if str(len(content.data or b"")) != length:
        raise _other_length(request_name)
    return content


async def _measured(
    data: AsyncIterable[bytes], length: str, request_name: str
) -> AsyncIterator[bytes]:
    size = 0
    async with closing(data) as pieces:
        async for piece in pieces:
            size += len(piece)
            if length.isdecimal() and size > int(length):
                raise _other_length(request_name)
            yield piece
    if str(size) != length:
        raise _other_length(request_name)


def _other_length(request_name: str) -> FatalError:
    return FatalError(
        f"the body of `{request_name}` is not as long as the header `Content-Length` says",
        hint="leave the header out, unless the body is a stream whose length is known",
    )


def _written(body: JsonValue, content_type: str, request_name: str) -> bytes:
    try:
        return _body_text(body, content_type.lower(), request_name).encode()
    except (TypeError, ValueError, RecursionError):
        problem = FatalError(
            f"the body of `{request_name}` is neither text nor JSON",
            hint="send text, bytes, numbers that are finite, lists and objects of them",
        )
    raise problem  # outside the handler: the cause may repeat a part of the body


def _body_text(body: JsonValue, content_type: str, request_name: str) -> str:
    import json

    if isinstance(body, str):
        return body
    if isinstance(body, Mapping) and content_type.startswith(_FORM):
        return encode_form(body, f"form in `{request_name}`")
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode_form(fields: Mapping[str, JsonValue], where: str) -> str:
    """Return `fields` as a form; a list repeats its name, and `None` is left out.

    Messages name it by `where`.

    >>> encode_form({"grant": "a b", "scope": ["x", "y"], "deep": True, "none": None}, "form")
    'grant=a+b&scope=x&scope=y&deep=true'

    Raises:
        FatalError: if a value is an object, which a form cannot say.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        each = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        if any(isinstance(one, Mapping) for one in each):
            raise FatalError(
                f"`{name}` of the {where} is an object",
                hint=f"write its fields one by one, as the service names them: `{name}[...]`",
            )
        pairs += [(name, js_text(one)) for one in each if one is not None]
    return encode_pairs(pairs, where)


def _multipart(body: MultipartBody, content_type: str, request_name: str) -> Content:
    import secrets

    boundary = parameters(content_type).get("boundary")
    if boundary is None:
        boundary = secrets.token_hex(16)
        content_type = f"{content_type.rstrip('; ') or _MULTIPART}; boundary={boundary}"
    elif _BOUNDARY.fullmatch(boundary) is None:
        raise FatalError(
            f"the header `Content-Type` of `{request_name}` has a boundary that cannot be used",
            hint="leave the boundary out: it is made for each request",
        )
    stream = MultipartStream(body, boundary, request_name)
    headers = {"content-type": content_type}
    if stream.size_bytes is not None:
        headers["content-length"] = str(stream.size_bytes)
    return Content(data=stream, headers=headers, is_one_time=stream.is_one_time)

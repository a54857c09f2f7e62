"""A request and its answer: as they were on the wire, and as a cassette holds them."""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from pieces_framework import JsonValue
from pieces_framework.wire import parse_json

from .cassette_error import CassetteError
from .scrubbing import Scrubber, json_text

RawHeaders: TypeAlias = Sequence[tuple[str, str]]
_ResultT = TypeVar("_ResultT")
BodyDocument: TypeAlias = Mapping[str, JsonValue] | None
"""`{"json": value}`, `{"form": [[name, value]]}`, `{"text": ...}`, `{"base64": ...}` or none."""

REQUEST_HEADERS: Final = frozenset({"accept", "content-type"})
ANSWER_HEADERS: Final = frozenset(
    {
        "allow",
        "content-disposition",
        "content-language",
        "content-range",
        "content-type",
        "link",
        "location",
        "retry-after",
        "total-count",
        "www-authenticate",
        "x-next-page",
        "x-page",
        "x-per-page",
        "x-prev-page",
        "x-total",
        "x-total-count",
        "x-total-pages",
    }
)
"""What pieces act on, and stays the same from run to run; the rest is not written."""

_BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class RawRequest:
    """A request as a library sends it."""

    method: str
    url: str = field(repr=False)
    headers: RawHeaders = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RawAnswer:
    """An answer as a service sent it, its body perhaps compressed."""

    status: int
    headers: RawHeaders = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request without secrets; `headers` are for the reader of a cassette only."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: BodyDocument


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer without secrets. A repeated header has several values."""

    status: int
    headers: Mapping[str, Sequence[str]]
    body: BodyDocument

    def content(self) -> bytes:
        """Return the body as bytes; JSON is written anew, so its spaces may differ."""
        match self.body:
            case {"json": value}:
                return json_text(value).encode()
            case {"base64": str(text)}:
                return b64decode(text)
            case {"text": str(text)}:
                return text.encode()
            case _:
                return b""


def scrubbed_request(raw: RawRequest, scrubber: Scrubber) -> Request:
    """Return what a cassette holds of a request; `scrubber` remembers the secrets in it.

    Raises:
        CassetteError: if a secret in it could not be seen.
    """
    return _unless_too_deep(lambda: _request(raw, scrubber))


def _request(raw: RawRequest, scrubber: Scrubber) -> Request:
    headers, kind = _first(raw.headers), _content_type(raw.headers)
    content, boundary = raw.body, _BOUNDARY.search(kind)
    if boundary is not None:  # the client makes one up for each request
        content = content.replace(boundary[1].encode("latin-1", "replace"), b"boundary")
        headers["content-type"] = _BOUNDARY.sub("boundary=boundary", kind)
    scrubbed = {name: scrubber.header(name, value) for name, value in headers.items()}
    return Request(
        method=scrubber.literal(raw.method),
        url=scrubber.url(raw.url),
        headers={name: scrubbed[name] for name in sorted(REQUEST_HEADERS & scrubbed.keys())},
        body=_body(content, raw.headers, scrubber, is_form=_is_form(kind)),
    )


def scrubbed_answer(raw: RawAnswer, scrubber: Scrubber, kept: Iterable[str] = ()) -> Answer:
    """Return what a cassette holds of an answer; `scrubber` remembers the secrets in it.

    Args:
        raw: the answer.
        scrubber: what knows the secrets.
        kept: names of headers to hold besides `ANSWER_HEADERS`.

    Raises:
        CassetteError: if a secret in it could not be seen.
    """
    return _unless_too_deep(lambda: _answer(raw, scrubber, kept))


def _answer(raw: RawAnswer, scrubber: Scrubber, kept: Iterable[str]) -> Answer:
    names = ANSWER_HEADERS | {name.lower() for name in kept}
    headers: dict[str, list[str]] = {}
    for name, value in raw.headers:
        scrubbed = scrubber.header(name, value)
        if name.lower() in names:
            headers.setdefault(scrubber.literal(name.lower()), []).append(scrubbed)
    return Answer(
        status=raw.status,
        headers=dict(sorted(headers.items())),
        body=_body(raw.body, raw.headers, scrubber, is_form=False),
    )


def _body(
    content: bytes, headers: RawHeaders, scrubber: Scrubber, *, is_form: bool
) -> BodyDocument:
    content = _decompressed(content, headers)
    if not content:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        # JSON in it may come back with characters beyond Latin-1: escaped, as JSON has them.
        kept = scrubber.multipart(content.decode("latin-1")).encode("latin-1", "backslashreplace")
        return {"base64": b64encode(kept).decode()}
    if is_form:
        pairs = parse_qsl(scrubber.query(text), keep_blank_values=True)
        return {"form": [[name, value] for name, value in pairs]}
    try:
        value = parse_json(text.removeprefix("\ufeff"))
    except ValueError:
        return {"text": scrubber.multipart(text)}
    if isinstance(value, str | int | float) or value is None:
        return {"text": scrubber.text_or_json(text.removeprefix("\ufeff"))}
    return {"json": scrubber.json(value)}


def _unless_too_deep(scrubbed: Callable[[], _ResultT]) -> _ResultT:
    try:
        return scrubbed()
    except RecursionError:
        problem = CassetteError(
            "JSON nests too deeply to look for secrets in it",
            hint="record a smaller answer of the service",
        )
    # Outside the handler: the RecursionError would bring its frames along, which hold the body.
    raise problem


def _decompressed(content: bytes, headers: RawHeaders) -> bytes:
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    for coding in reversed([part.strip().lower() for part in named.split(",")]):
        if content and coding not in {"", "identity"}:
            content = _without_coding(content, coding)
    return content


def _without_coding(content: bytes, coding: str) -> bytes:
    for decode in _DECODERS.get(coding, ()):
        try:
            return decode(content)
        except (OSError, EOFError, zlib.error):
            continue
    if content.isascii():  # a library that undoes the coding itself, and leaves the header
        return content
    raise CassetteError(
        f"a body is in the coding {coding!r}, which cannot be undone to look for secrets in it",
        hint="let the request ask for another one: `accept-encoding: gzip`",
    )


def _deflated_bare(content: bytes) -> bytes:
    return zlib.decompress(content, -zlib.MAX_WBITS)


_DECODERS: Final[Mapping[str, Sequence[Callable[[bytes], bytes]]]] = {
    "gzip": (gzip.decompress,),
    "x-gzip": (gzip.decompress,),
    "deflate": (zlib.decompress, _deflated_bare),  # RFC 9110 says the first, some send the second
}


def _first(headers: RawHeaders) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found


def _content_type(headers: RawHeaders) -> str:
    return _first(headers).get("content-type", "")


def _is_form(content_type: str) -> bool:
    return content_type.lower().startswith("application/x-www-form-urlencoded")

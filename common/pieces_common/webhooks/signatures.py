"""How a service signs its requests, declared; and the check that a request is signed so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from time import time
from typing import Final, Literal, TypeAlias, get_args

from pieces_framework.context import WebhookPayload
from pieces_framework.errors import DefinitionError, FatalError

from .secret import Secret, as_bytes, is_equal, secret_bytes

Algorithm: TypeAlias = Literal["sha1", "sha256", "sha384", "sha512"]
Encoding: TypeAlias = Literal["hex", "base64"]

DEFAULT_TOLERANCE_S: Final = 300.0
"""How far a request's time may be from ours: what Slack and Stripe advise."""

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Of a header. Source: RFC 9110, section 5.1."""
_FIRST_MS_STAMP: Final = 100_000_000_000
"""As seconds, the year 5138; as milliseconds, 1973: no timestamp can mean both."""


class WebhookSignatureError(FatalError):
    """A request is not signed as its service would: it is somebody else's, or the secret is wrong.

    The message says what is missing or wrong, and repeats neither the signature nor the secret.
    """


@dataclass(frozen=True, kw_only=True)
class HmacSignature:
    """How a service signs: an HMAC of its request in one of its headers.

    >>> shop = HmacSignature(header="X-Shop-Hmac-Sha256", encoding="base64")
    >>> payload = WebhookPayload(raw_body=b"{}", headers={"x-shop-hmac-sha256": "bm8="})
    >>> shop.matches(payload, "the secret")
    False

    Raises:
        DefinitionError: if what is signed leaves out the body or the timestamp, or a keyword has
            a value with which no request can be checked.
    """

    header: str
    """Where the signature is; in any case."""
    algorithm: Algorithm = "sha256"
    encoding: Encoding = "hex"
    """How the digest is written; `hex` in lower case, `base64` with its padding."""
    prefix: str = ""
    """Stands before the digest, such as `sha256=`."""
    separator: str = ""
    """Between several signatures in the header, one of which must fit; empty where there is one."""
    signed: str = "{body}"
    """What the HMAC is of: text in which `{body}`, `{timestamp}`, `{url}`, `{method}` and the names
    of other headers stand for those of the request."""
    timestamp_header: str = ""
    """Where the time of the request is, as epoch seconds or milliseconds; empty where nowhere."""
    timestamp_prefix: str = ""
    """Stands before the time, where it is one of the parts of the header."""
    tolerance_s: float = DEFAULT_TOLERANCE_S
    """How many seconds the time may be from ours, in the past or the future."""

    def __post_init__(self) -> None:
        if problems := [*self._problems()]:
            raise DefinitionError(problems)

    def matches(
        self, payload: WebhookPayload, secret: Secret, *, url: str = "", now_s: float | None = None
    ) -> bool:
        """Whether the request is signed with the secret, and lately; see `require`.

        Raises:
            FatalError: if there is no secret: it is neither text nor bytes, or empty.
        """
        try:
            self.require(payload, secret, url=url, now_s=now_s)
        except WebhookSignatureError:
            return False
        return True

    def require(
        self, payload: WebhookPayload, secret: Secret, *, url: str = "", now_s: float | None = None
    ) -> None:
        """Raise unless the request is signed with the secret, and lately.

        Args:
            payload: the request; its `raw_body` counts.
            secret: what the service signs with.
            url: where the request arrived, for services that sign that too.
            now_s: what counts as now: epoch seconds. The clock's time where it is not given.

        Raises:
            WebhookSignatureError: if the signature is missing or wrong, or the request too old.
            FatalError: if there is no secret: it is neither text nor bytes, or empty.
        """
        key = secret_bytes(secret)
        if self._is_ambiguous(payload.raw_body):
            raise WebhookSignatureError(
                "the body has a digit where the time is signed next to it: which is which?",
                hint="only a JSON object or list can be taken from this service",
            )
        found = [
            part.removeprefix(self.prefix)
            for part in self._parts(_header(payload, self.header))
            if part.startswith(self.prefix)
        ]
        if not found:
            raise WebhookSignatureError(
                f"the header `{self.header}` holds no signature that begins with `{self.prefix}`",
                hint="does the service sign in the way that is declared?",
            )
        timestamp = self._timestamp(payload) if self.timestamp_header else ""
        expected = self._digest(self._signed(payload, timestamp, url), key).encode()
        if not any(is_equal(each, expected) for each in found):
            raise WebhookSignatureError(
                f"the signature in the header `{self.header}` is not that of the request",
                hint="is the secret the one that the service signs with?",
            )
        if timestamp:
            self._check_age(timestamp, time() if now_s is None else now_s)

    def sign(
        self, payload: WebhookPayload, secret: Secret, *, url: str = "", now_s: float | None = None
    ) -> dict[str, str]:
        """Return the headers that the service would add to the request: for tests.

        Raises:
            WebhookSignatureError: if the request lacks another header that is signed.
            FatalError: if there is no secret: it is neither text nor bytes, or empty.
        """
        timestamp = str(int(time() if now_s is None else now_s)) if self.timestamp_header else ""
        digest = self._digest(self._signed(payload, timestamp, url), secret_bytes(secret))
        signature = f"{self.prefix}{digest}"
        if not timestamp:
            return {self.header: signature}
        timed = f"{self.timestamp_prefix}{timestamp}"
        if self.timestamp_header.lower() == self.header.lower():
            return {self.header: f"{timed}{self.separator}{signature}"}
        return {self.timestamp_header: timed, self.header: signature}

    def signed_payload(
        self, payload: WebhookPayload, secret: Secret, *, url: str = "", now_s: float | None = None
    ) -> WebhookPayload:
        """Return the request as it arrives, with the headers of `sign`: for tests.

        Raises:
            WebhookSignatureError: if the request lacks another header that is signed.
            FatalError: if there is no secret: it is neither text nor bytes, or empty.
        """
        added = self.sign(payload, secret, url=url, now_s=now_s)
        headers = {name.lower(): value for name, value in added.items()}
        return replace(payload, headers={**payload.headers, **headers})

    def _problems(self) -> Iterator[str]:
        places = _PLACE.findall(self.signed)
        if "body" not in places:
            yield "`signed` must hold `{body}`: what is not signed, anybody could change"
        if ("timestamp" in places) is not bool(self.timestamp_header):
            yield "`{timestamp}` in `signed` and `timestamp_header` need each other"
        named = [self.header, *places, *([self.timestamp_header] if self.timestamp_header else [])]
        for name in named:
            if not _NAME.fullmatch(name):
                yield f"{name!r} is no name of a header"
        if self.algorithm not in get_args(Algorithm):
            yield f"`algorithm` is {self.algorithm!r}; the known ones are {_listed(Algorithm)}"
        if self.encoding not in get_args(Encoding):
            yield f"`encoding` is {self.encoding!r}; the known ones are {_listed(Encoding)}"
        if not 0 <= self.tolerance_s < inf:
            yield f"`tolerance_s` is {self.tolerance_s}; give a number of seconds"

    def _is_ambiguous(self, body: bytes) -> bool:
        """Whether a digit of the body could be one of the time, and the signature be the same."""
        before, after = "{timestamp}{body}" in self.signed, "{body}{timestamp}" in self.signed
        return (before and body[:1].isdigit()) or (after and body[-1:].isdigit())

    def _parts(self, text: str) -> list[str]:
        parts = text.split(self.separator) if self.separator else [text]
        return [part.strip() for part in parts]

    def _timestamp(self, payload: WebhookPayload) -> str:
        found = [
            part.removeprefix(self.timestamp_prefix)
            for part in self._parts(_header(payload, self.timestamp_header))
            if part.startswith(self.timestamp_prefix)
        ]
        if len(found) != 1 or not re.fullmatch(r"[0-9]{1,15}", found[0]):
            raise WebhookSignatureError(
                f"the header `{self.timestamp_header}` holds no time in epoch seconds",
                hint="does the service say its time in the way that is declared?",
            )
        return found[0]

    def _signed(self, payload: WebhookPayload, timestamp: str, url: str) -> bytes:
        known = {"timestamp": timestamp, "url": url, "method": payload.method}
        made = b""
        for index, text in enumerate(_PLACE.split(self.signed)):  # texts and names in turn
            if index % 2 == 0:
                made += text.encode()
            elif text == "body":
                made += payload.raw_body
            else:
                made += as_bytes(known[text] if text in known else _header(payload, text))
        return made

    def _digest(self, signed: bytes, key: bytes) -> str:
        import hmac
        from base64 import b64encode

        digest = hmac.new(key, signed, self.algorithm).digest()
        return digest.hex() if self.encoding == "hex" else b64encode(digest).decode()

    def _check_age(self, timestamp: str, now_s: float) -> None:
        sent_s = int(timestamp) / (1000 if int(timestamp) >= _FIRST_MS_STAMP else 1)
        if abs(now_s - sent_s) > self.tolerance_s:
            raise WebhookSignatureError(
                f"the request was sent {abs(now_s - sent_s):.0f} seconds"
                f" {'ago' if now_s > sent_s else 'ahead of our clock'};"
                f" {self.tolerance_s:.0f} are taken",
                hint="is the clock of this machine right? else somebody sent an old request again",
            )


def _listed(literal: object) -> str:
    return ", ".join(map("`{}`".format, get_args(literal)))


def _header(payload: WebhookPayload, name: str) -> str:
    value = payload.headers.get(name.lower())
    if not value:
        raise WebhookSignatureError(
            f"the request has no header `{name}`",
            hint="does the service know the secret? without one, some do not sign",
        )
    return value

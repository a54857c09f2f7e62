"""How a service signs its requests, declared; and the check that a request is signed so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import time
from typing import Final, Literal, TypeAlias

from pieces_framework.context import WebhookPayload
from pieces_framework.errors import DefinitionError, FatalError
from pieces_framework.wire import JsonValue

Secret: TypeAlias = "JsonValue | bytes"  # noqa: S105 -- a type
"""Text or bytes; so wide that what the host or a store hands over can be given as it comes."""

DEFAULT_TOLERANCE_S: Final = 300.0
"""How far a request's time may be from ours: what Slack and Stripe advise."""

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_LEAST_MS: Final = 100_000_000_000
"""As seconds, the year 5138; as milliseconds, 1973: no timestamp can mean both."""


class WebhookSignatureError(FatalError):
    """A request is not signed as its service would: it is somebody else's, or the secret is wrong.

    The message says what is missing or wrong, and repeats neither the signature nor the secret.
    """


def same_secret(given: str | None, secret: Secret) -> bool:
    """Whether `given` is the secret, in a time that does not depend on where they differ.

    For services that send the secret itself, in a header or a parameter.

    Raises:
        FatalError: if there is no secret: it is neither text nor bytes, or empty.
    """
    return _is_equal(given or "", _key(secret))


@dataclass(frozen=True, kw_only=True)
class HmacSignature:
    """How a service signs: an HMAC of its request in one of its headers.

    >>> shop = HmacSignature(header="X-Shop-Hmac-Sha256", encoding="base64")
    >>> payload = WebhookPayload(raw_body=b"{}", headers={"x-shop-hmac-sha256": "bm8="})
    >>> shop.matches(payload, "the secret")
    False

    Raises:
        DefinitionError: if what is signed leaves out the body or the timestamp.
    """

    header: str
    """Where the signature is; in any case."""
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
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
        places = set(_PLACE.findall(self.signed))
        problems = [] if "body" in places else ["`signed` must hold `{body}`"]
        if ("timestamp" in places) is not bool(self.timestamp_header):
            problems.append("`{timestamp}` in `signed` and `timestamp_header` need each other")
        if problems:
            raise DefinitionError(problems, hint="what is not signed, anybody could change")

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
        key = _key(secret)
        found = [
            part.removeprefix(self.prefix)
            for part in self._parts(_header(payload, self.header))
            if part.startswith(self.prefix)
        ]
        if not found:
            raise WebhookSignatureError(
                f"the header `{self.header}` holds no signature that begins with `{self.prefix}`"
            )
        timestamp = self._timestamp(payload) if self.timestamp_header else ""
        expected = self._digest(self._signed(payload, timestamp, url), key).encode()
        if not any(_is_equal(each, expected) for each in found):
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
        digest = self._digest(self._signed(payload, timestamp, url), _key(secret))
        signature = f"{self.prefix}{digest}"
        if not timestamp:
            return {self.header: signature}
        timed = f"{self.timestamp_prefix}{timestamp}"
        if self.timestamp_header.lower() == self.header.lower():
            return {self.header: f"{timed}{self.separator}{signature}"}
        return {self.timestamp_header: timed, self.header: signature}

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
                f"the header `{self.timestamp_header}` holds no time in epoch seconds"
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
                made += _bytes(known[text] if text in known else _header(payload, text))
        return made

    def _digest(self, signed: bytes, key: bytes) -> str:
        import hmac
        from base64 import b64encode

        digest = hmac.new(key, signed, self.algorithm).digest()
        return digest.hex() if self.encoding == "hex" else b64encode(digest).decode()

    def _check_age(self, timestamp: str, now_s: float) -> None:
        sent_s = int(timestamp) / (1000 if int(timestamp) >= _LEAST_MS else 1)
        if abs(now_s - sent_s) > self.tolerance_s:
            raise WebhookSignatureError(
                f"the request was sent {abs(now_s - sent_s):.0f} seconds"
                f" {'ago' if now_s > sent_s else 'ahead of our clock'};"
                f" {self.tolerance_s:.0f} are taken"
            )


SLACK_SIGNATURE: Final = HmacSignature(
    header="X-Slack-Signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp_header="X-Slack-Request-Timestamp",
)
"""Of Slack's events and commands; the secret is the app's signing secret."""

GITHUB_SIGNATURE: Final = HmacSignature(header="X-Hub-Signature-256", prefix="sha256=")
"""Of GitHub's webhooks; the secret is the one given when the webhook was made.

Meta's products sign in the same way, with the app secret.
"""

STRIPE_SIGNATURE: Final = HmacSignature(
    header="Stripe-Signature",
    prefix="v1=",
    separator=",",
    signed="{timestamp}.{body}",
    timestamp_header="Stripe-Signature",
    timestamp_prefix="t=",
)
"""Of Stripe's webhooks; the secret is the endpoint's signing secret, which begins with `whsec_`."""


def _header(payload: WebhookPayload, name: str) -> str:
    value = payload.headers.get(name.lower())
    if not value:
        raise WebhookSignatureError(f"the request has no header `{name}`")
    return value


def _key(secret: Secret) -> bytes:
    if not isinstance(secret, str | bytes) or not secret:
        got = f"`{type(secret).__name__}`" if secret else "nothing"
        raise FatalError(
            f"the secret of a webhook must be text or bytes, got {got}",
            hint="where the administrator configures an object, give the one value of it",
        )
    return _bytes(secret) if isinstance(secret, str) else secret


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_equal(given: str, expected: bytes) -> bool:
    import hmac

    return hmac.compare_digest(_bytes(given), expected)

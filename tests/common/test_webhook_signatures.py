"""Signatures of webhooks: the services' own examples, and that nothing else passes."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from typing import Any, Self

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typing_extensions import override

from pieces_common.webhooks import (
    GITHUB_SIGNATURE,
    SLACK_SIGNATURE,
    STRIPE_SIGNATURE,
    HmacSignature,
    WebhookSignatureError,
    same_secret,
    slack_challenge,
)
from pieces_framework import (
    AppEvents,
    AppWebhookContext,
    AppWebhookRunContext,
    DefinitionError,
    FatalError,
    JsonValue,
    ParseContext,
    ParsedEvent,
    PieceError,
    TriggerStrategy,
    VerifyContext,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
    create_trigger,
)
from pieces_framework.testing import WebhookDriver, make_payload

NOW = 1_700_000_000
SVIX = HmacSignature(
    header="svix-signature",
    encoding="base64",
    prefix="v1,",
    separator=" ",
    signed="{Svix-Id}.{timestamp}.{body}",
    timestamp_header="svix-timestamp",
)
TRELLO = HmacSignature(
    header="X-Trello-Webhook", algorithm="sha1", encoding="base64", signed="{body}{url}"
)
SCHEMES = [GITHUB_SIGNATURE, SLACK_SIGNATURE, STRIPE_SIGNATURE, SVIX, TRELLO]
names = [each.header for each in SCHEMES]
each_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=names)


def request(
    scheme: HmacSignature, body: bytes = b'{"a": 1}', secret: str | bytes = "key", now_s: int = NOW
) -> WebhookPayload:
    """A request that the service of the scheme signed."""
    unsigned = WebhookPayload(raw_body=body, headers={"svix-id": "msg_1"}, method="POST")
    return scheme.signed_payload(unsigned, secret, url="https://x.example/1", now_s=now_s)


def is_taken(scheme: HmacSignature, payload: WebhookPayload, secret: str | bytes = "key") -> bool:
    return scheme.matches(payload, secret, url="https://x.example/1", now_s=NOW)


def test_the_example_of_githubs_documentation() -> None:
    payload = WebhookPayload(
        raw_body=b"Hello, World!",
        headers={
            "x-hub-signature-256": "sha256="
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        },
    )

    assert GITHUB_SIGNATURE.matches(payload, "It's a Secret to Everybody")


def test_the_example_of_slacks_documentation() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    payload = WebhookPayload(
        raw_body=body,
        headers={
            "x-slack-request-timestamp": "1531420618",
            "x-slack-signature": "v0="
            "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
    )

    assert SLACK_SIGNATURE.matches(payload, "8f742231b10e8888abcd99yyyzzz85a5", now_s=1531420618)


def test_the_example_of_the_standard_webhooks_specification() -> None:
    payload = WebhookPayload(
        raw_body=b'{"test": 2432232314}',
        headers={
            "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "svix-timestamp": "1614265330",
            "svix-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,BBBB",
        },
    )

    assert SVIX.matches(payload, b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), now_s=1614265330)


def test_stripe_signs_the_time_and_the_body() -> None:
    digest = hmac.new(b"whsec_1", f"{NOW}.{{}}".encode(), hashlib.sha256).hexdigest()
    header = f"t={NOW},v1={'0' * 64},v1={digest},v0={'1' * 64}"
    payload = WebhookPayload(raw_body=b"{}", headers={"stripe-signature": header})

    assert STRIPE_SIGNATURE.matches(payload, "whsec_1", now_s=NOW)


@each_scheme
@pytest.mark.parametrize("secret", ["key", b"key", "kéy\u2028"], ids=["text", "bytes", "unicode"])
def test_what_the_service_signed_is_taken(scheme: HmacSignature, secret: str | bytes) -> None:
    assert is_taken(scheme, request(scheme, secret=secret), secret)


@given(st.sampled_from(SCHEMES), st.data())
def test_a_change_of_one_byte_of_the_body_is_refused(
    scheme: HmacSignature, data: st.DataObject
) -> None:
    payload = request(scheme, data.draw(st.binary(min_size=1)))
    changed = one_change(data, payload.raw_body)

    assert not is_taken(scheme, replace(payload, raw_body=changed))


@given(st.sampled_from(SCHEMES), st.data())
def test_a_change_of_one_character_of_a_header_is_refused(
    scheme: HmacSignature, data: st.DataObject
) -> None:
    payload = request(scheme)
    name = data.draw(st.sampled_from(sorted({*payload.headers} - {"svix-id"})))
    changed = one_change(data, payload.headers[name].encode()).decode("latin-1")
    assume(changed.strip() != payload.headers[name])

    assert not is_taken(scheme, replace(payload, headers={**payload.headers, name: changed}))


@given(st.sampled_from(SCHEMES), st.binary(min_size=1, max_size=64), st.data())
def test_a_change_of_one_byte_of_the_secret_is_refused(
    scheme: HmacSignature, secret: bytes, data: st.DataObject
) -> None:
    other = one_change(data, secret)
    assume(other.rstrip(b"\0") != secret.rstrip(b"\0"))  # HMAC fills keys up with zeros

    assert not is_taken(scheme, request(scheme, secret=secret), other)


def one_change(data: st.DataObject, text: bytes) -> bytes:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    return text[:at] + bytes([other]) + text[at + 1 :]


def test_the_url_and_the_method_may_be_signed_too() -> None:
    scheme = HmacSignature(header="X", signed="{method} {url} {body}")
    payload = request(scheme)
    url = "https://x.example/1"

    assert scheme.matches(payload, "key", url=url)
    assert not scheme.matches(payload, "key", url=f"{url}?a=1")
    assert not scheme.matches(payload, "key")
    assert not scheme.matches(replace(payload, method="PUT"), "key", url=url)


anything = st.text(st.characters(exclude_categories=[]), max_size=90)


@given(st.sampled_from(SCHEMES), st.data(), st.binary())
def test_whatever_the_headers_hold_only_the_documented_error_comes(
    scheme: HmacSignature, data: st.DataObject, body: bytes
) -> None:
    like = st.builds(
        "{}{}{}{}".format, st.sampled_from(["", scheme.prefix, "t=1,"]), anything,
        st.sampled_from(["", scheme.separator, f"t={NOW}"]), anything,
    )  # fmt: skip
    headers = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                name.lower(): st.just(str(NOW)) | like
                for name in (scheme.header, scheme.timestamp_header or "other", "svix-id")
            },
        )
    )
    payload = WebhookPayload(raw_body=body, headers=headers)

    with pytest.raises(WebhookSignatureError):
        scheme.require(payload, "key", now_s=NOW)


@pytest.mark.parametrize(
    "scheme", [SLACK_SIGNATURE, STRIPE_SIGNATURE, SVIX], ids=lambda s: s.header
)
@pytest.mark.parametrize(
    ("age_s", "words"),
    [(301, "301 seconds ago; 300 are taken"), (-301, "301 seconds ahead of our clock")],
)
def test_a_request_of_another_time_is_refused(
    scheme: HmacSignature, age_s: int, words: str
) -> None:
    with pytest.raises(WebhookSignatureError, match=words):
        scheme.require(request(scheme, now_s=NOW - age_s), "key", now_s=NOW)


@pytest.mark.parametrize("age_s", [300, 0, -300])
def test_a_request_of_about_now_is_taken(age_s: int) -> None:
    assert is_taken(SLACK_SIGNATURE, request(SLACK_SIGNATURE, now_s=NOW - age_s))


def test_a_time_may_be_in_milliseconds() -> None:
    scheme = replace(SLACK_SIGNATURE, tolerance_s=0.5)
    payload = request(scheme, now_s=NOW * 1000)

    assert scheme.matches(payload, "key", now_s=NOW + 0.5)
    assert not scheme.matches(payload, "key", now_s=NOW + 0.6)


def test_the_clock_says_what_now_is() -> None:
    signed = SLACK_SIGNATURE.signed_payload(WebhookPayload(raw_body=b"{}"), "key")

    assert SLACK_SIGNATURE.matches(signed, "key")
    assert not SLACK_SIGNATURE.matches(request(SLACK_SIGNATURE), "key")


@pytest.mark.parametrize(
    ("scheme", "headers", "words"),
    [
        (GITHUB_SIGNATURE, {}, "has no header `X-Hub-Signature-256`"),
        (GITHUB_SIGNATURE, {"x-hub-signature-256": "abc"}, "that begins with `sha256=`"),
        (GITHUB_SIGNATURE, {"x-hub-signature-256": "sha256=abc"}, "is not that of the request"),
        (SLACK_SIGNATURE, {"x-slack-signature": "v0=abc"}, "has no header `X-Slack-Request-Time"),
        (STRIPE_SIGNATURE, {"stripe-signature": "v1=abc"}, "holds no time in epoch seconds"),
        (STRIPE_SIGNATURE, {"stripe-signature": "t=1,t=2,v1=abc"}, "holds no time"),
        (STRIPE_SIGNATURE, {"stripe-signature": "t=now,v1=abc"}, "holds no time"),
        (SVIX, {"svix-signature": "v1,a", "svix-timestamp": "1"}, "has no header `Svix-Id`"),
    ],
)
def test_the_error_says_what_is_wrong_and_no_signature(
    scheme: HmacSignature, headers: dict[str, str], words: str
) -> None:
    with pytest.raises(WebhookSignatureError, match=words) as caught:
        scheme.require(WebhookPayload(raw_body=b"{}", headers=headers), "key")

    assert "abc" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("secret", ["", b"", None, {"signing": "key"}, 5, ["key"]], ids=repr)
def test_without_a_secret_nothing_is_compared(secret: Any) -> None:
    payload = request(GITHUB_SIGNATURE)
    uses: list[Callable[[], object]] = [
        lambda: GITHUB_SIGNATURE.matches(payload, secret),
        lambda: GITHUB_SIGNATURE.sign(payload, secret),
        lambda: same_secret("key", secret),
    ]

    for use in uses:
        with pytest.raises(FatalError, match="must be text or bytes") as caught:
            use()
        assert not isinstance(caught.value, WebhookSignatureError)


@pytest.mark.parametrize(
    "given_text", ["kez", "Key", "ke", "keys", "", None, "k\ud800y"], ids=ascii
)
def test_only_the_secret_itself_is_the_secret(given_text: str | None) -> None:
    assert same_secret("key", "key")
    assert same_secret("key", b"key")

    assert not same_secret(given_text, "key")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"signed": "{timestamp}", "timestamp_header": "T"}, "must hold `{body}`"),
        ({"signed": "{body}", "timestamp_header": "T"}, "need each other"),
        ({"signed": "{timestamp}{body}"}, "need each other"),
    ],
)
def test_a_scheme_that_leaves_something_unsigned_is_refused(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        HmacSignature(header="X", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"header": ""}, "'' is no name of a header"),
        ({"header": "X Hub"}, "'X Hub' is no name of a header"),
        ({"signed": "{}{body}"}, "'' is no name of a header"),
        ({"signed": "{timestamp}.{body}", "timestamp_header": "T:"}, "'T:' is no name of a header"),
        ({"algorithm": "nope"}, "`algorithm` is 'nope'; .* `sha256`"),
        ({"encoding": "base32"}, "`encoding` is 'base32'; the known ones are `hex`, `base64`"),
        *(({"tolerance_s": each}, "`tolerance_s` is") for each in (nan, inf, -inf, -1)),
    ],
)
def test_a_scheme_by_which_nothing_can_be_checked_is_refused(
    options: dict[str, Any], words: str
) -> None:
    each: dict[str, Any] = {"header": "X", **options}

    with pytest.raises(DefinitionError, match=words):
        HmacSignature(**each)


def test_all_mistakes_of_a_scheme_are_named_at_once() -> None:
    mistaken: Any = {"header": "", "algorithm": "md4", "signed": "{timestamp}", "tolerance_s": nan}

    with pytest.raises(DefinitionError) as caught:
        HmacSignature(**mistaken)

    assert len(caught.value.problems) == 5


def test_no_digit_can_move_between_the_time_and_the_body() -> None:
    scheme = HmacSignature(header="X", signed="{timestamp}{body}", timestamp_header="T")
    signed = request(scheme, now_s=int(f"{NOW}123"))  # in milliseconds
    moved = replace(
        signed, raw_body=b"123" + signed.raw_body, headers={**signed.headers, "t": str(NOW)}
    )

    assert is_taken(scheme, signed)
    with pytest.raises(WebhookSignatureError, match="has a digit where the time is"):
        scheme.require(moved, "key", now_s=NOW)


def test_a_body_that_ends_in_a_digit_is_refused_before_the_time() -> None:
    scheme = HmacSignature(header="X", signed="{body}{timestamp}", timestamp_header="T")

    assert is_taken(scheme, request(scheme, b"12x"))
    assert not is_taken(scheme, request(scheme, b"x12"))


class Incomparable(bytes):
    """What must be compared in constant time: an ordinary comparison ends at the first byte."""

    @override
    def __hash__(self) -> int:
        raise AssertionError("compared by a set or a dict")

    @override
    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared with `==`")

    @override
    def __ne__(self, other: object) -> bool:
        raise AssertionError("compared with `!=`")


class IncomparableText(str):
    """The value of a header, which stays what it is while it is read."""

    __slots__ = ()

    @override
    def __hash__(self) -> int:
        raise AssertionError("compared by a set or a dict")

    @override
    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared with `==`")

    @override
    def __ne__(self, other: object) -> bool:
        raise AssertionError("compared with `!=`")

    @override
    def strip(self, chars: str | None = None, /) -> Self:
        return self

    @override
    def removeprefix(self, prefix: str, /) -> Self:
        return type(self)(str.removeprefix(self, prefix))

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return Incomparable(str.encode(self, encoding, errors))


@pytest.mark.parametrize(
    "scheme", [GITHUB_SIGNATURE, SLACK_SIGNATURE, SVIX], ids=["hex", "timed", "base64"]
)
def test_signatures_are_compared_in_constant_time(scheme: HmacSignature) -> None:
    payload = request(replace(scheme, separator=""))
    name = scheme.header.lower()
    headers = {**payload.headers, name: IncomparableText(payload.headers[name])}

    assert is_taken(replace(scheme, separator=""), replace(payload, headers=headers))


def test_secrets_are_compared_in_constant_time() -> None:
    assert same_secret("key", Incomparable(b"key"))
    assert same_secret(IncomparableText("key"), "key")
    assert not same_secret(IncomparableText("kez"), Incomparable(b"key"))


async def test_a_webhook_trigger_refuses_what_its_service_did_not_sign() -> None:
    @create_trigger(
        name="new_push", display_name="New Push", description="", strategy=TriggerStrategy.WEBHOOK
    )
    async def new_push(context: WebhookRunContext) -> list[JsonValue]:
        GITHUB_SIGNATURE.require(context.payload, await context.store.get("secret", str))
        return [context.payload.body]

    @new_push.on_enable
    async def subscribe(context: WebhookContext) -> None:
        await context.store.put("secret", "made up here")

    driver = WebhookDriver(new_push)
    await driver.enable()
    payload = make_payload({"ref": "main"})
    signed = GITHUB_SIGNATURE.sign(payload, "made up here")

    assert await driver.deliver(raw_body=payload.raw_body, headers=signed) == [{"ref": "main"}]
    with pytest.raises(WebhookSignatureError, match="is not that of the request"):
        await driver.deliver(raw_body=b'{"ref": "evil"}', headers=signed)


async def test_the_events_of_an_app_are_verified() -> None:
    def parse(context: ParseContext) -> ParsedEvent:
        reply = slack_challenge(context.payload)
        return ParsedEvent(event="message", identifier_value="T1", reply=reply)

    def verify(context: VerifyContext) -> bool:
        return SLACK_SIGNATURE.matches(context.payload, context.webhook_secret)

    @create_trigger(
        name="new_message",
        display_name="New Message",
        description="",
        strategy=TriggerStrategy.APP_WEBHOOK,
    )
    def new_message(context: AppWebhookRunContext) -> list[JsonValue]:
        return [context.payload.body]

    @new_message.on_enable
    def listen(context: AppWebhookContext) -> None:
        context.app.create_listeners(events=["message"], identifier_value="T1")

    events = AppEvents(parse_and_reply=parse, verify=verify)
    driver = WebhookDriver(new_message, events=events, webhook_secret="signing secret")
    await driver.enable()
    payload = make_payload({"text": "hello"})
    signed = SLACK_SIGNATURE.sign(payload, "signing secret")

    asked = await driver.handshake(body={"type": "url_verification", "challenge": "c1"})
    assert asked.body == "c1"
    assert await driver.deliver(raw_body=payload.raw_body, headers=signed) == [{"text": "hello"}]
    with pytest.raises(PieceError, match="`verify` of the piece's events does not say"):
        await driver.deliver(raw_body=b"{}", headers=signed)

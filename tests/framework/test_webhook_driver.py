"""`WebhookDriver`: a webhook led through its life by a service that the test plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pieces_framework import (
    AppEvents,
    AppWebhookContext,
    AppWebhookRunContext,
    AuthorCodeError,
    JsonValue,
    ManualTriggerRunContext,
    ParseContext,
    ParsedEvent,
    PieceAuth,
    PieceError,
    TriggerStrategy,
    VerifyContext,
    WebhookContext,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
    WebhookResponse,
    WebhookRunContext,
    create_trigger,
)
from pieces_framework.testing import Listener, MemoryStore, WebhookDriver

auth = PieceAuth.SecretText(display_name="Key")
URL = "https://instance.example.com/hooks/1"


class Service:
    """What a service remembers of those who subscribed to it."""

    def __init__(self) -> None:
        self.subscribed: dict[str, str] = {}

    def subscribe(self, url: str) -> str:
        made = f"w{len(self.subscribed) + 1}"
        self.subscribed[made] = url
        return made


def subscribing(service: Service) -> Any:
    """A trigger that does all it should."""

    @create_trigger(
        name="new_flavor",
        display_name="",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        auth=auth,
        sample_data={"name": "Fig"},
        renew_configuration=WebhookRenewConfiguration(
            strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
        ),
    )
    def new_flavor(context: WebhookRunContext[str]) -> list[JsonValue]:
        return [context.payload.body, context.auth]

    @new_flavor.on_enable
    async def subscribe(context: WebhookContext[str]) -> None:
        if not context.is_republish:
            await context.store.put("times", 0)
        await context.store.put("id", service.subscribe(context.webhook_url))

    @new_flavor.on_renew
    async def renew(context: WebhookContext[str]) -> None:
        await unsubscribe(context)
        await subscribe(context)
        await context.store.put("renewed", True)

    @new_flavor.on_disable
    async def unsubscribe(context: WebhookContext[str]) -> None:
        del service.subscribed[await context.store.get("id", str) or ""]
        await context.store.delete("id")

    return new_flavor


def webhook(
    run: Callable[[WebhookRunContext], Any],
    handshake: WebhookHandshakeConfiguration | None = None,
    **hooks: Callable[[Any], object],  # each the context of its hook
) -> WebhookDriver:
    """Drive a trigger of these functions."""
    made = create_trigger(
        name="odd",
        display_name="",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        handshake_configuration=handshake,
    )(run)
    for name, hook in hooks.items():
        made.hooks[name](hook)
    return WebhookDriver(made)


def body_of(context: WebhookRunContext) -> list[JsonValue]:
    return [context.payload.body]


async def test_a_request_becomes_the_items_that_run_made_of_it() -> None:
    driver: WebhookDriver[str] = WebhookDriver(subscribing(Service()), auth="key")
    await driver.enable()

    items = await driver.deliver(body={"name": "Fig"})

    assert items == [{"name": "Fig"}, "key"]
    assert driver.items == items


async def test_run_receives_the_request_as_it_was_sent() -> None:
    def whole(context: WebhookRunContext) -> list[object]:
        payload = context.payload
        return [payload.raw_body.decode(), payload.headers, payload.query_params, payload.method]

    driver = webhook(whole)
    await driver.enable()

    items = await driver.deliver(
        body={"a": 1}, headers={"X-Hook": "1"}, query_params={"q": "ä b"}, method="put"
    )

    headers = {"content-type": "application/json", "x-hook": "1"}
    assert items == ['{"a": 1}', headers, {"q": "ä b"}, "PUT"]


async def test_a_body_may_be_given_byte_for_byte() -> None:
    driver = webhook(body_of)
    await driver.enable()

    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert await driver.deliver(raw_body=b"a=1&a=2&b=", headers=form) == [
        {"a": ["1", "2"], "b": ""}
    ]


async def test_the_url_is_subscribed_while_the_trigger_is_enabled() -> None:
    service, store = Service(), MemoryStore()
    driver: WebhookDriver[str] = WebhookDriver(
        subscribing(service), auth="key", webhook_url=URL, store=store
    )

    await driver.enable()
    subscribed = dict(service.subscribed)
    await driver.disable()

    assert subscribed == {"w1": URL}
    assert (service.subscribed, store.values()) == ({}, {"times": 0})


async def test_renewing_calls_the_hook_with_the_same_store() -> None:
    service, store = Service(), MemoryStore()
    driver: WebhookDriver[str] = WebhookDriver(subscribing(service), auth="key", store=store)
    await driver.enable()

    await driver.renew()

    assert store.values() == {"times": 0, "id": "w1", "renewed": True}
    assert len(service.subscribed) == 1


async def test_republishing_unsubscribes_before_it_subscribes() -> None:
    service, store = Service(), MemoryStore()
    driver: WebhookDriver[str] = WebhookDriver(subscribing(service), auth="key", store=store)
    await driver.enable()
    await store.put("times", 7)

    await driver.republish()

    assert store.values() == {"times": 7, "id": "w1"}
    assert await driver.deliver(body=1) == [1, "key"]


async def test_samples_are_the_sample_data_where_there_is_no_test() -> None:
    driver: WebhookDriver[str] = WebhookDriver(subscribing(Service()), auth="key")

    assert await driver.samples() == [{"name": "Fig"}]


async def test_a_restart_forgets_no_subscription() -> None:
    service = Service()
    driver: WebhookDriver[str] = WebhookDriver(subscribing(service), auth="key")
    await driver.enable()

    driver.restart(subscribing(service))
    await driver.disable()

    assert service.subscribed == {}


async def test_a_trigger_that_forgets_to_unsubscribe_is_found() -> None:
    service, store = Service(), MemoryStore()
    trigger = subscribing(service)
    trigger.on_disable.functions.clear()
    driver: WebhookDriver[str] = WebhookDriver(trigger, auth="key", store=store)

    await driver.enable()
    await driver.disable()

    assert service.subscribed.keys() == {"w1"}
    assert "id" in store.values()


HANDSHAKES: dict[str, dict[str, Any]] = {
    "HEADER_PRESENT": {"headers": {"x-Hook-SECRET": ""}},
    "QUERY_PRESENT": {"query_params": {"X-Hook-Secret": ""}},
    "BODY_PARAM_PRESENT": {"body": {"X-Hook-Secret": None}},
}
"""The request that each strategy tells from events."""


def shaking(strategy: str, answer: Any) -> WebhookDriver:
    configuration = WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy(strategy), param_name="X-Hook-Secret"
    )
    return webhook(body_of, configuration, on_handshake=lambda _: answer)


@pytest.mark.parametrize("strategy", HANDSHAKES)
async def test_a_handshake_is_answered_and_starts_nothing(strategy: str) -> None:
    answer = WebhookResponse(status=202, headers={"x-hook-secret": "1"})
    driver = shaking(strategy, answer)
    await driver.enable()

    items = await driver.deliver(**HANDSHAKES[strategy])

    assert (items, driver.items) == ([], [])
    assert driver.responses == [answer]


@pytest.mark.parametrize("strategy", HANDSHAKES)
@pytest.mark.parametrize("other", HANDSHAKES)
async def test_a_request_of_another_strategy_is_an_event(strategy: str, other: str) -> None:
    driver = shaking(strategy, WebhookResponse())
    await driver.enable()

    items = await driver.deliver(**HANDSHAKES[other])

    assert (len(items), len(driver.responses)) == ((0, 1) if strategy == other else (1, 0))


async def test_a_service_may_ask_for_a_handshake_while_it_is_subscribed_to() -> None:
    configuration = WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.QUERY_PRESENT, param_name="challenge"
    )

    async def subscribe(_: object) -> None:
        answers.append(await driver.handshake(query_params={"challenge": "42"}))

    def echo(context: WebhookRunContext) -> WebhookResponse:
        return WebhookResponse(body=context.payload.query_params["challenge"])

    driver = webhook(body_of, configuration, on_enable=subscribe, on_handshake=echo)
    answers: list[WebhookResponse] = []

    await driver.enable()

    assert answers == [WebhookResponse(body="42")]


async def test_an_event_is_no_handshake() -> None:
    driver = shaking("QUERY_PRESENT", WebhookResponse())

    with pytest.raises(PieceError, match="no handshake to trigger `odd`") as caught:
        await driver.handshake(body={"X-Hook-Secret": 1})
    assert "handshake_configuration" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        pytest.param({"status": 200}, "`on_handshake` of trigger `odd` must return a", id="dict"),
        pytest.param(WebhookResponse(body={1: 2}), "has the key 1", id="json"),  # type: ignore[dict-item] # pyright: ignore[reportArgumentType]
    ],
)
async def test_a_handshake_that_gives_no_response_is_an_error(
    answer: object, complaint: str
) -> None:
    driver = shaking("QUERY_PRESENT", answer)

    with pytest.raises(AuthorCodeError, match=complaint):
        await driver.handshake(query_params={"X-Hook-Secret": "1"})
    assert driver.responses == []


async def test_a_test_sees_the_error_of_a_handshake_though_a_host_goes_on() -> None:
    def fail(_: object) -> WebhookResponse:
        raise LookupError("no such hook")

    configuration = WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.QUERY_PRESENT, param_name="challenge"
    )
    driver = webhook(body_of, configuration, on_handshake=fail)
    await driver.enable()

    with pytest.raises(LookupError, match="no such hook"):
        await driver.deliver(query_params={"challenge": "42"})

    assert driver.items == []


@pytest.mark.parametrize("early", ["deliver", "renew", "disable", "republish"])
async def test_nothing_is_called_before_the_trigger_is_enabled(early: str) -> None:
    driver: WebhookDriver[str] = WebhookDriver(subscribing(Service()), auth="key")

    with pytest.raises(PieceError, match=rf"^`{early}` is for .* `new_flavor`.* not enabled"):
        await getattr(driver, early)()


async def test_what_is_never_renewed_cannot_be() -> None:
    driver = webhook(body_of)
    await driver.enable()

    with pytest.raises(PieceError, match=r"`odd`.* is never renewed"):
        await driver.renew()


async def test_a_result_that_is_no_list_is_an_error() -> None:
    driver = webhook(lambda context: context.payload.body)
    await driver.enable()

    with pytest.raises(AuthorCodeError, match="`run` of trigger `odd` must return a list"):
        await driver.deliver(body={"id": 1})


async def test_the_authors_own_error_passes_through() -> None:
    driver = webhook(lambda context: context.payload.headers["x-missing"])
    await driver.enable()

    with pytest.raises(KeyError, match="x-missing"):
        await driver.deliver()


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        pytest.param({"body": {"at": object()}}, "`body.at` is `object`", id="not-json"),
        pytest.param({"body": 1, "raw_body": b"1"}, "a request has one body", id="two-bodies"),
    ],
)
async def test_a_request_that_cannot_be_sent_is_an_error(
    request_: dict[str, Any], complaint: str
) -> None:
    driver = webhook(body_of)
    await driver.enable()

    with pytest.raises(PieceError, match=complaint):
        await driver.deliver(**request_)


def test_it_drives_triggers_only() -> None:
    with pytest.raises(PieceError, match="drives triggers, and not an object of the type `str`"):
        WebhookDriver("new_flavor")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_it_drives_webhooks_only() -> None:
    @create_trigger(name="m", display_name="", description="", strategy=TriggerStrategy.MANUAL)
    def manual(context: ManualTriggerRunContext) -> list[object]:
        return []

    with pytest.raises(PieceError, match=r"cannot drive trigger `m`.*`MANUAL`"):
        WebhookDriver(manual)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


@create_trigger(
    name="mention", display_name="", description="", strategy=TriggerStrategy.APP_WEBHOOK
)
def mention(context: AppWebhookRunContext) -> list[JsonValue]:
    return [context.payload.body]


@mention.on_enable
def listen(context: AppWebhookContext) -> None:
    context.app.create_listeners(events=["mention", "reaction"], identifier_value="team-7")


def parse(context: ParseContext) -> ParsedEvent:
    body: Any = context.payload.body
    if "challenge" in body:
        return ParsedEvent(reply=WebhookResponse(body=body["challenge"]))
    return ParsedEvent(event=body["type"], identifier_value=body["team"])


async def verify(context: VerifyContext) -> bool:
    signed = context.payload.headers.get("x-signature") == context.webhook_secret
    return signed and context.app_webhook_url == URL


def app_driver(parse_and_reply: Any = parse) -> WebhookDriver:
    return WebhookDriver(
        mention,
        events=AppEvents(parse_and_reply=parse_and_reply, verify=verify),
        webhook_secret="s1",
        webhook_url=URL,
    )


EVENT = {"type": "reaction", "team": "team-7"}
SIGNED = {"X-Signature": "s1"}


async def test_an_event_that_is_listened_for_is_delivered() -> None:
    driver = app_driver()
    await driver.enable()

    assert await driver.deliver(body=EVENT, headers=SIGNED) == [EVENT]


@pytest.mark.parametrize("other", [{"team": "team-8"}, {"type": "join"}], ids=["account", "event"])
async def test_an_event_for_others_starts_nothing(other: dict[str, str]) -> None:
    driver = app_driver()
    await driver.enable()

    assert await driver.deliver(body={**EVENT, **other}, headers=SIGNED) == []


async def test_an_event_that_the_app_did_not_sign_is_refused() -> None:
    driver = app_driver()
    await driver.enable()

    with pytest.raises(PieceError, match="`verify` of the piece's events"):
        await driver.deliver(body=EVENT, headers={"X-Signature": "forged"})
    assert driver.items == []


async def test_the_challenge_of_an_app_is_answered_at_once() -> None:
    driver = app_driver()

    assert await driver.handshake(body={"challenge": "42"}) == WebhookResponse(body="42")


async def test_the_event_of_an_app_is_no_handshake() -> None:
    with pytest.raises(PieceError, match="no handshake"):
        await app_driver().handshake(body=EVENT)


async def test_listeners_are_those_of_the_last_time_it_was_enabled() -> None:
    driver = app_driver()
    before = driver.listeners
    await driver.enable()
    await driver.republish()
    asked = driver.listeners
    await driver.disable()

    assert asked == (Listener(events=("mention", "reaction"), identifier_value="team-7"),)
    assert (before, driver.listeners) == ((), ())


async def test_a_parser_that_gives_no_event_is_an_error() -> None:
    def untyped(context: ParseContext) -> dict[str, str]:
        return {"event": "mention"}

    with pytest.raises(AuthorCodeError, match="must return a `ParsedEvent`, got `dict`"):
        await app_driver(untyped).deliver(body={})


def test_an_app_webhook_needs_the_events_of_its_piece() -> None:
    with pytest.raises(PieceError, match=r"trigger `mention`.* needs `events=`"):
        WebhookDriver(mention)


def test_a_webhook_has_no_events() -> None:
    with pytest.raises(PieceError, match=r"`new_flavor`.* has no use for `events=`"):
        WebhookDriver(subscribing(Service()), auth="k", events=AppEvents(parse_and_reply=parse))

"""Running actions and hooks of pieces declared here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pieces_engine import HookName, run_action, run_hook
from pieces_framework import (
    ActionContext,
    AuthField,
    AuthorCodeError,
    AuthValidation,
    AuthValidationContext,
    BasicAuthValue,
    ConnectionRejectedError,
    ExecutionType,
    FatalError,
    JsonValue,
    ManualTriggerRunContext,
    PieceAuth,
    PieceNotFoundError,
    PollingTriggerContext,
    Property,
    Props,
    PropsError,
    StartContext,
    TriggerStrategy,
    WebhookContext,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookPayload,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
    WebhookResponse,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)
from pieces_framework.testing import MemoryHost, MemoryStore, StopRequest

KEY = "test-key-123"


def refuse(context: AuthValidationContext[str]) -> AuthValidation:
    return AuthValidation(valid=False, error=context.auth)


auth = PieceAuth.SecretText(display_name="API Key", validate=refuse)


class LevelProps(Props):
    level = Property.Number(display_name="Level", required=True)
    topping = Property.ShortText(display_name="Topping")


@dataclass
class Scoop:
    level: float
    topping: str | None
    seen: int


@create_action(name="scoop", display_name="", description="", auth=auth, props=LevelProps)
async def scoop(context: ActionContext[str, LevelProps]) -> Scoop:
    seen = (await context.store.get("seen", int) or 0) + 1
    await context.store.put("seen", seen)
    return Scoop(context.props_value.level, context.props_value.topping, seen)


@create_action(
    name="stir",
    display_name="",
    description="",
    props={"speed": Property.Number(display_name="Speed")},
)
def stir(context: ActionContext[None, Mapping[str, Any]]) -> list[object]:
    return [context.auth, context.props_value]


@create_action(name="spill", display_name="", description="", auth=auth)
def spill(context: ActionContext[str]) -> None:
    raise KeyError(context.auth)


@create_action(name="melt", display_name="", description="", auth=auth)
async def melt(context: ActionContext[str]) -> None:
    raise FatalError(f"401 for {context.auth}", hint=f"replace {context.auth}")


@create_action(name="run_dry", display_name="", description="")
def run_dry(context: ActionContext) -> str:
    empty: list[str] = []
    return next(iter(empty))


@create_action(name="photograph", display_name="", description="")
def photograph(context: ActionContext) -> dict[str, object]:
    return {"photos": [{"data": b"jpeg"}]}


@create_trigger(
    name="new_order",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=auth,
    sample_data={"id": 0},
)
async def new_order(context: PollingTriggerContext[str]) -> list[JsonValue]:
    return [await context.store.get("mark", str)]


@new_order.on_enable
async def mark(context: PollingTriggerContext[str]) -> None:
    await context.store.put("mark", "enabled")


@create_trigger(
    name="new_flavor", display_name="", description="", strategy=TriggerStrategy.WEBHOOK, auth=auth
)
def new_flavor(context: WebhookRunContext[str]) -> list[JsonValue]:
    return [context.webhook_url, context.payload.body, dict(context.payload.headers)]


@new_flavor.on_enable
async def subscribe(context: WebhookContext[str]) -> None:
    await context.store.put("url", context.webhook_url)


@new_flavor.on_disable
async def unsubscribe(context: WebhookContext[str]) -> None:
    await context.store.delete("url")


@new_flavor.test
def samples(context: WebhookContext[str]) -> list[JsonValue]:
    return [{"id": 7}]


@create_trigger(
    name="new_rumour", display_name="", description="", strategy=TriggerStrategy.POLLING
)
def new_rumour(context: PollingTriggerContext) -> list[JsonValue]:
    return "not a list"  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


gelato = create_piece(
    display_name="Gelato",
    logo_url="",
    auth=auth,
    actions=[scoop, stir, spill, melt, run_dry, photograph],
    triggers=[new_order, new_flavor, new_rumour],
)


@create_action(name="leave", display_name="", description="")
async def leave(context: ActionContext) -> str:
    context.run.stop(WebhookResponse(status=204))
    return "left"


@create_action(name="go_on", display_name="", description="")
async def go_on(context: ActionContext) -> object:
    resumed = context.execution_type is ExecutionType.RESUME
    return context.resume_payload.body if resumed and context.resume_payload else None


@create_trigger(
    name="ring",
    display_name="",
    description="",
    strategy=TriggerStrategy.WEBHOOK,
    handshake_configuration=WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.BODY_PARAM_PRESENT, param_name="challenge"
    ),
    renew_configuration=WebhookRenewConfiguration(
        strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
    ),
)
def ring(context: WebhookRunContext) -> list[object]:
    return []


@ring.on_enable
@ring.on_disable
async def register(context: WebhookContext) -> None: ...


@ring.on_handshake
def answer(context: WebhookRunContext) -> WebhookResponse:
    return WebhookResponse(body=context.payload.body)


@ring.on_start
async def begin(context: StartContext) -> None:
    await context.store.put("run", context.run.id)


@ring.on_renew
async def renew(context: WebhookContext) -> None:
    await context.store.put("renewed", value=True)


@create_trigger(name="quiet", display_name="", description="", strategy=TriggerStrategy.MANUAL)
def quiet(context: ManualTriggerRunContext) -> list[object]:
    return []


steering = create_piece(
    display_name="Steering", logo_url="", actions=[leave, go_on], triggers=[ring, quiet]
)
KEY_VALUE: JsonValue = {"type": "SECRET_TEXT", "secret_text": KEY}
basic = PieceAuth.BasicAuth(
    display_name="Login",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
)


@create_action(name="whoami", display_name="", description="", auth=(auth, basic))
async def whoami(context: ActionContext[str | BasicAuthValue]) -> str:
    return context.auth if isinstance(context.auth, str) else context.auth.username


@create_action(name="peek", display_name="", description="", auth=(auth, basic), require_auth=False)
async def peek(context: ActionContext[str | BasicAuthValue | None]) -> object:
    return context.auth


two_ways = create_piece(
    display_name="Door", logo_url="", auth=(auth, basic), actions=[whoami, peek], triggers=[]
)


async def run(name: str, *, auth: JsonValue = KEY, **props: JsonValue) -> JsonValue:
    return await run_action(gelato, name, auth=auth, props=props, services=MemoryHost().services())


async def call(
    name: str,
    hook: HookName,
    *,
    auth: JsonValue = KEY,
    store: MemoryStore | None = None,
    webhook_url: str = "",
    payload: WebhookPayload | None = None,
) -> JsonValue:
    return await run_hook(
        gelato,
        name,
        hook,
        auth=auth,
        props={},
        services=replace(
            MemoryHost(store=store or MemoryStore()).services(),
            webhook_url=webhook_url,
            payload=payload,
        ),
    )


async def test_an_action_gets_its_props_coerced_and_gives_json() -> None:
    output = await run("scoop", level="3", topping="nuts", unknown=1)

    assert output == {"level": 3, "topping": "nuts", "seen": 1}


async def test_an_action_finds_what_its_last_run_stored() -> None:
    services = MemoryHost().services()
    await run_action(gelato, "scoop", auth=KEY, props={"level": 1}, services=services)

    output = await run_action(gelato, "scoop", auth=KEY, props={"level": 1}, services=services)

    assert output == {"level": 1, "topping": None, "seen": 2}


async def test_an_action_without_auth_gets_none_even_if_one_is_given() -> None:
    assert await run("stir", speed=2) == [None, {"speed": 2}]


async def test_a_run_does_not_ask_validate() -> None:
    assert await run("scoop", level=1) == {"level": 1, "topping": None, "seen": 1}


async def test_missing_credentials_are_asked_for() -> None:
    with pytest.raises(ConnectionRejectedError, match="`scoop` needs `API Key`") as rejected:
        await run("scoop", auth=None, level=1)

    assert "--auth-env" in rejected.value.hint


async def test_credentials_of_the_wrong_shape_are_rejected_without_being_shown() -> None:
    with pytest.raises(ConnectionRejectedError) as rejected:
        await run("scoop", auth={"key": KEY}, level=1)

    assert KEY not in rejected.value.message


async def test_bad_props_are_all_reported() -> None:
    with pytest.raises(PropsError) as refused:
        await run("scoop", level="much", topping=1)

    assert refused.value.problems == {"level": "Expected number, received: much"}


async def test_what_the_author_did_not_expect_names_the_place_without_the_secret() -> None:
    with pytest.raises(AuthorCodeError) as raised:
        await run("spill")

    assert raised.value.message == "`spill` raised KeyError: '***'"
    assert (raised.value.path, raised.value.code) == (__file__, "AUTHOR_CODE")
    assert KEY not in raised.value.traceback


async def test_the_traceback_begins_in_the_authors_code() -> None:
    with pytest.raises(AuthorCodeError) as raised:
        await run("spill")

    first_frame = raised.value.traceback.splitlines()[1]
    assert f'File "{__file__}"' in first_frame
    assert "in spill" in first_frame


async def test_an_authors_own_error_passes_without_the_secret() -> None:
    with pytest.raises(FatalError) as raised:
        await run("melt")

    assert (raised.value.message, raised.value.hint) == ("401 for ***", "replace ***")


async def test_a_plain_function_that_runs_out_of_items_does_not_hang() -> None:
    with pytest.raises(AuthorCodeError, match="raised StopIteration"):
        await run("run_dry")


async def test_output_that_is_not_json_names_its_place() -> None:
    with pytest.raises(AuthorCodeError, match=r"`output\.photos\[0\]\.data` is `bytes`"):
        await run("photograph")


async def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(PieceNotFoundError) as missing:
        await run("scop")

    assert "`scoop`" in missing.value.hint


async def test_a_trigger_is_no_action_and_an_action_no_trigger() -> None:
    with pytest.raises(PieceNotFoundError, match="`new_order` is a trigger"):
        await run("new_order")
    with pytest.raises(PieceNotFoundError, match="`scoop` is an action"):
        await call("scoop", HookName.RUN)


async def test_hooks_of_one_trigger_share_its_store() -> None:
    store = MemoryStore()

    assert await call("new_order", HookName.ON_ENABLE, store=store) is None
    assert await call("new_order", HookName.RUN, store=store) == ["enabled"]


async def test_a_hook_that_the_author_left_out_does_nothing() -> None:
    assert await call("new_order", HookName.ON_DISABLE) is None


async def test_test_without_a_function_gives_the_sample_data() -> None:
    assert await call("new_order", HookName.TEST) == [{"id": 0}]


async def test_test_without_a_function_or_sample_data_gives_nothing() -> None:
    assert await call("new_rumour", HookName.TEST) == []


async def test_test_gives_what_the_author_returns() -> None:
    assert await call("new_flavor", HookName.TEST) == [{"id": 7}]


async def test_a_webhook_is_told_its_url() -> None:
    store = MemoryStore()
    await call("new_flavor", HookName.ON_ENABLE, store=store, webhook_url="https://e.example/1")

    assert await store.get("url", str) == "https://e.example/1"


async def test_a_webhook_receives_the_request() -> None:
    payload = WebhookPayload(body={"id": 1}, headers={"x-key": "1"})

    items = await call("new_flavor", HookName.RUN, webhook_url="https://u", payload=payload)

    assert items == ["https://u", {"id": 1}, {"x-key": "1"}]


async def test_a_webhook_run_without_a_request_gets_an_empty_one() -> None:
    assert await call("new_flavor", HookName.RUN) == ["", None, {}]


async def test_a_trigger_must_return_a_list() -> None:
    with pytest.raises(AuthorCodeError, match="`new_rumour` must return a list, got `str`"):
        await call("new_rumour", HookName.RUN)


async def test_a_trigger_needs_its_credentials_too() -> None:
    with pytest.raises(ConnectionRejectedError, match="`new_order` needs `API Key`"):
        await call("new_order", HookName.RUN, auth=None)


async def test_a_request_about_the_run_is_left_with_the_host() -> None:
    host = MemoryHost()

    output = await run_action(steering, "leave", auth=None, props={}, services=host.services())

    assert output == "left"
    assert host.run.verdict == StopRequest(response=WebhookResponse(status=204))


async def test_a_resumed_action_is_told_so() -> None:
    services = replace(
        MemoryHost().services(),
        execution_type=ExecutionType.RESUME,
        resume_payload=WebhookPayload(body="go"),
    )

    assert await run_action(steering, "go_on", auth=None, props={}, services=services) == "go"


async def hook(name: HookName, host: MemoryHost | None = None) -> JsonValue:
    services = replace((host or MemoryHost()).services(), payload=WebhookPayload(body="ping"))
    return await run_hook(steering, "ring", name, auth=None, props={}, services=services)


async def test_a_handshake_gives_the_response_as_json() -> None:
    assert await hook(HookName.ON_HANDSHAKE) == {"status": 200, "body": "ping", "headers": {}}


async def test_on_start_gets_its_own_context() -> None:
    host = MemoryHost()

    assert await hook(HookName.ON_START, host) is None
    assert await host.store.get("run", str) == "test-run"


async def test_on_renew_runs_as_the_other_hooks() -> None:
    host = MemoryHost()

    assert await hook(HookName.ON_RENEW, host) is None
    assert await host.store.get("renewed", bool) is True


@pytest.mark.parametrize("name", HookName)
async def test_each_hook_has_a_default(name: HookName) -> None:
    services = MemoryHost().services()

    result = await run_hook(steering, "quiet", name, auth=None, props={}, services=services)

    accepted: JsonValue = {"status": 200, "body": None, "headers": {}}
    results: dict[HookName, JsonValue] = {
        HookName.RUN: [],
        HookName.TEST: [],
        HookName.ON_HANDSHAKE: accepted,
    }
    assert result == results.get(name)


async def test_a_connection_is_read_by_the_auth_of_its_type() -> None:
    services = MemoryHost().services()
    login: JsonValue = {"type": "BASIC_AUTH", "username": "ada", "password": "pw"}

    by_key = await run_action(two_ways, "whoami", auth=KEY_VALUE, props={}, services=services)
    by_login = await run_action(two_ways, "whoami", auth=login, props={}, services=services)

    assert (by_key, by_login) == (KEY, "ada")


async def test_a_missing_connection_names_every_auth() -> None:
    services = MemoryHost().services()

    with pytest.raises(ConnectionRejectedError, match="needs `API Key` or `Login`"):
        await run_action(two_ways, "whoami", auth=None, props={}, services=services)


async def test_auth_that_is_not_required_may_be_missing() -> None:
    services = MemoryHost().services()

    assert await run_action(two_ways, "peek", auth=None, props={}, services=services) is None

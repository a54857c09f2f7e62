"""Actions, triggers, hooks and contexts, driven as an author's test drives them."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from pieces_framework import (
    ActionContext,
    JsonValue,
    PieceAuth,
    PieceError,
    PollingTriggerContext,
    Property,
    Props,
    PropsError,
    StoreError,
    StoreScope,
    TriggerStrategy,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
    create_action,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context

auth = PieceAuth.SecretText(display_name="Key")


class Name(Props):
    name = Property.ShortText(display_name="Name", required=True)


async def test_an_async_action_runs_on_the_loop() -> None:
    @create_action(name="greet", display_name="", description="", props=Name)
    async def greet(context: ActionContext[None, Name]) -> tuple[str, bool]:
        return context.props_value.name, threading.current_thread() is threading.main_thread()

    assert await greet.run(make_context(greet, props={"name": "Ada"})) == ("Ada", True)


async def test_a_plain_action_does_not_block_the_loop() -> None:
    started, go = threading.Event(), threading.Event()

    @create_action(name="wait", display_name="", description="")
    def wait(context: ActionContext) -> str:
        started.set()
        assert go.wait(timeout=10)
        return "done"

    running = asyncio.create_task(wait.run(make_context(wait)))
    assert await asyncio.to_thread(started.wait, 10)
    go.set()

    assert await running == "done"


async def test_the_dict_form_gives_a_mapping() -> None:
    @create_action(
        name="greet",
        display_name="",
        description="",
        props={"name": Property.ShortText(display_name="Name", required=True)},
    )
    async def greet(context: ActionContext[None, object]) -> object:
        return context.props_value

    assert await greet.run(make_context(greet, props={"name": "Ada"})) == {"name": "Ada"}


async def test_a_trigger_runs_through_its_life() -> None:
    @create_trigger(
        name="new",
        display_name="",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        auth=auth,
        sample_data="sample",
    )
    async def new(context: WebhookRunContext[str]) -> list[JsonValue]:
        return [context.payload.body, await context.store.get("url", str)]

    @new.on_enable
    async def enable(context: WebhookContext[str]) -> None:
        await context.store.put("url", context.webhook_url)

    @new.on_disable
    def disable(context: WebhookContext[str]) -> None: ...

    context = make_context(
        new, auth="k", webhook_url="https://x.test/1", payload=WebhookPayload(body={"id": 1})
    )
    await new.on_enable.run(context)
    items = await new.run(context)
    await new.on_disable.run(context)

    assert items == [{"id": 1}, "https://x.test/1"]
    assert list(await new.test.run(context)) == ["sample"]


async def test_a_hook_can_be_called_as_the_function_it_is() -> None:
    @create_trigger(name="tick", display_name="", description="", strategy=TriggerStrategy.POLLING)
    async def tick(context: PollingTriggerContext) -> list[int]:
        return [1]

    @tick.on_enable
    async def enable(context: PollingTriggerContext) -> None:
        await context.store.put("enabled", value=True)

    context = make_context(tick)
    await enable(context)

    assert await context.store.get("enabled", bool) is True


def test_make_context_refuses_what_a_run_would_refuse() -> None:
    @create_action(name="greet", display_name="", description="", auth=auth, props=Name)
    async def greet(context: ActionContext[str, Name]) -> None: ...

    with pytest.raises(PropsError):
        make_context(greet, auth="k", props={})
    with pytest.raises(PieceError, match="needs auth"):
        make_context(greet, props={"name": "Ada"})


async def test_the_store_keeps_json_by_scope() -> None:
    store = MemoryStore()

    await store.put("k", {"at": datetime(2026, 1, 2, tzinfo=UTC)})
    await store.put("k", 3, StoreScope.PROJECT)

    assert await store.get("k", dict) == {"at": "2026-01-02T00:00:00.000Z"}
    assert await store.get("k", float, StoreScope.PROJECT) == 3.0
    assert await store.get("other", str) is None


async def test_a_deleted_key_is_gone_and_may_be_deleted_again() -> None:
    store = MemoryStore()
    await store.put("k", 1)

    await store.delete("k")
    await store.delete("k")

    assert await store.get("k", int) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("", 1, id="empty key"),
        pytest.param("k" * 129, 1, id="long key"),
        pytest.param("k", "x" * 600_000, id="large value"),
        pytest.param("k", float("nan"), id="NaN"),
        pytest.param("k", {"a": object()}, id="no json"),
    ],
)
async def test_the_store_refuses_what_the_real_one_could_not_hold(key: str, value: object) -> None:
    store = MemoryStore()

    with pytest.raises(StoreError):
        await store.put(key, value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def test_a_value_of_another_type_is_an_error_not_a_surprise() -> None:
    store = MemoryStore()
    await store.put("k", value=True)

    with pytest.raises(StoreError, match="holds bool, not int"):
        await store.get("k", int)

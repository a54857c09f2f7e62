"""`PollingDriver`: a polling trigger led through its life, and the faults that shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    AuthorCodeError,
    ManualTriggerRunContext,
    PieceAuth,
    PieceError,
    PollingTriggerContext,
    Property,
    Props,
    PropsError,
    TriggerStrategy,
    create_action,
    create_trigger,
)
from pieces_framework.testing import (
    CronSchedule,
    IntervalSchedule,
    MemoryConnections,
    MemoryHost,
    MemoryStore,
    PollingDriver,
)

auth = PieceAuth.SecretText(display_name="Key")
ORDERS = ["o1", "o2", "o3"]


class Shop(Props):
    shop = Property.ShortText(display_name="Shop", required=True)


@create_trigger(
    name="new_order",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=auth,
    props=Shop,
)
async def new_order(context: PollingTriggerContext[str, Shop]) -> list[object]:
    seen = await context.store.get("seen", int) or 0
    await context.store.put("seen", seen + 1)
    return [[context.auth, context.props_value.shop, order] for order in ORDERS[seen : seen + 1]]


@new_order.on_enable
async def begin(context: PollingTriggerContext[str, Shop]) -> None:
    if not context.is_republish:
        await context.store.put("seen", 0)
    context.set_schedule(cron_expression="0 9 * * MON", timezone="Europe/Rome")


@new_order.on_disable
async def end(context: PollingTriggerContext[str, Shop]) -> None:
    await context.store.put("ended", True)


@new_order.test
async def recent(context: PollingTriggerContext[str, Shop]) -> list[object]:
    seen = await context.store.get("seen", int)
    await context.store.put("seen", 99)
    return [seen, context.auth]


def driving(**options: Any) -> PollingDriver[str, Shop]:
    return PollingDriver(new_order, auth="key", props={"shop": "s"}, **options)


def polling(
    run: Callable[[PollingTriggerContext], Any],
    host: MemoryHost | None = None,
    **hooks: Callable[[object], object],
) -> PollingDriver:
    """Drive a trigger of these functions."""
    made = create_trigger(
        name="odd", display_name="", description="", strategy=TriggerStrategy.POLLING
    )(run)
    for name, hook in hooks.items():
        made.hooks[name](hook)
    return PollingDriver(made, host=host)


async def test_a_tick_gives_what_run_found() -> None:
    driver = driving()
    await driver.enable()

    assert await driver.tick() == [["key", "s", "o1"]]


async def test_ticks_give_what_each_poll_found() -> None:
    driver = driving()
    await driver.enable()

    found = await driver.ticks(4)

    assert found == [[["key", "s", order]] for order in ORDERS] + [[]]
    assert driver.items == [["key", "s", order] for order in ORDERS]


async def test_items_are_what_the_flow_would_get_of_them() -> None:
    driver = polling(lambda _: ({"at": datetime(2026, 11, 22, tzinfo=UTC)}, (1, 2)))
    await driver.enable()

    assert await driver.tick() == [{"at": "2026-11-22T00:00:00+00:00"}, [1, 2]]


async def test_the_schedule_is_the_one_that_enabling_asked_for() -> None:
    driver = driving()
    await driver.enable()

    assert driver.schedule == CronSchedule(expression="0 9 * * MON", timezone="Europe/Rome")


async def test_without_a_schedule_a_host_polls_every_five_minutes() -> None:
    driver = polling(lambda _: [])
    await driver.enable()

    assert driver.schedule == CronSchedule(expression="*/5 * * * *")


async def test_a_schedule_that_run_asks_for_does_not_count() -> None:
    def hurried(context: PollingTriggerContext) -> list[object]:
        context.set_schedule(interval_ms=1)
        return []

    driver = polling(hurried)
    await driver.enable()
    await driver.tick()

    assert driver.schedule == CronSchedule(expression="*/5 * * * *")
    assert driver.host.schedule.asked == IntervalSchedule(interval_ms=1)


async def test_enabling_again_begins_anew() -> None:
    driver = driving()
    await driver.enable()
    await driver.ticks(2)
    await driver.disable()
    await driver.enable()

    assert await driver.tick() == [["key", "s", "o1"]]


async def test_republishing_disables_and_enables_with_the_store_kept() -> None:
    store = MemoryStore()
    driver = driving(store=store)
    await driver.enable()
    await driver.tick()

    await driver.republish()

    assert store.values() == {"seen": 1, "ended": True}
    assert await driver.tick() == [["key", "s", "o2"]]


async def test_samples_are_had_from_a_store_of_their_own() -> None:
    store = MemoryStore()
    driver = driving(store=store)
    await driver.enable()

    samples = [await driver.samples(), await driver.samples()]

    assert samples == [[None, "key"], [None, "key"]]
    assert store.values() == {"seen": 0}
    assert driver.items == []


async def test_a_restart_keeps_what_the_store_keeps() -> None:
    driver = driving()
    await driver.enable()
    await driver.tick()

    driver.restart()

    assert await driver.tick() == [["key", "s", "o2"]]
    assert len(driver.items) == 2


async def test_a_checkpoint_kept_on_an_object_of_the_host_is_lost_by_a_restart() -> None:
    def cached(context: PollingTriggerContext) -> list[object]:
        context.store.__dict__["last"] = last = context.store.__dict__.get("last", 0) + 1
        return [last]

    driver = polling(cached)
    await driver.enable()

    before = await driver.ticks(2)
    driver.restart()

    assert before == [[1], [2]]
    assert await driver.tick() == [1]


async def test_a_checkpoint_kept_in_the_credentials_is_lost_by_a_restart() -> None:
    @create_trigger(
        name="cached",
        display_name="",
        description="",
        strategy=TriggerStrategy.POLLING,
        auth=PieceAuth.CustomAuth(props={"token": Property.SecretText(display_name="")}),
    )
    def cached(context: PollingTriggerContext[Mapping[str, Any]]) -> list[object]:
        assert isinstance(context.auth, dict)
        context.auth["last"] = last = context.auth.get("last", 0) + 1
        return [last]

    given = {"token": "t"}
    driver: PollingDriver[Mapping[str, Any], Any] = PollingDriver(cached, auth=given)
    await driver.enable()

    before = await driver.ticks(2)
    driver.restart()

    assert before == [[1], [2]]
    assert await driver.tick() == [1]
    assert given == {"token": "t"}


async def test_a_checkpoint_kept_in_the_module_is_lost_with_the_module() -> None:
    def imported() -> Any:
        seen: list[str] = []

        @create_trigger(
            name="forgetful", display_name="", description="", strategy=TriggerStrategy.POLLING
        )
        def forgetful(context: PollingTriggerContext) -> list[str]:
            new = [order for order in ORDERS if order not in seen]
            seen.extend(new)
            return new

        return forgetful

    driver = PollingDriver(imported())
    await driver.enable()

    before = await driver.ticks(2)
    driver.restart(imported())

    assert before == [ORDERS, []]
    assert await driver.tick() == ORDERS


async def test_the_host_knows_what_the_last_call_asked_for() -> None:
    async def curious(context: PollingTriggerContext) -> list[object]:
        await context.files.write(file_name="a.txt", data=b"1")
        return [await context.connections.get("main"), context.step.name]

    driver = polling(curious, MemoryHost(connections=MemoryConnections({"main": "k"})))
    await driver.enable()

    assert await driver.ticks(2) == [["k", "odd"]] * 2
    assert len(driver.host.files.urls) == 2


async def test_the_hosts_store_gives_way_to_the_one_that_is_given() -> None:
    store = MemoryStore()
    host = MemoryHost()
    driver = driving(host=host, store=store)

    await driver.enable()

    assert (store.values(), await host.store.get("seen", int)) == ({"seen": 0}, None)


@pytest.mark.parametrize("early", ["tick", "disable", "republish"])
async def test_nothing_is_called_before_the_trigger_is_enabled(early: str) -> None:
    driver = driving()

    with pytest.raises(
        PieceError, match=rf"^`{early}` is for .* trigger `new_order`.* not enabled"
    ) as caught:
        await getattr(driver, early)()
    assert "driver.enable()" in caught.value.hint


def test_there_is_no_schedule_before_the_trigger_is_enabled() -> None:
    with pytest.raises(PieceError, match=r"^`schedule` is for .* `new_order`.* not enabled"):
        _ = driving().schedule


async def test_what_is_on_cannot_be_enabled() -> None:
    driver = driving()
    await driver.enable()

    with pytest.raises(PieceError, match=r"`new_order`.* is enabled already") as caught:
        await driver.enable()
    assert "republish" in caught.value.hint


@pytest.mark.parametrize("late", ["tick", "disable", "republish"])
async def test_nothing_is_called_after_the_trigger_is_disabled(late: str) -> None:
    driver = driving()
    await driver.enable()
    await driver.disable()

    with pytest.raises(PieceError, match=rf"^`{late}` is for .* not enabled"):
        await getattr(driver, late)()


@pytest.mark.parametrize(
    ("result", "complaint"),
    [
        pytest.param({"id": 1}, "`run` of trigger `odd` must return a list, got `dict`", id="dict"),
        pytest.param(None, "must return a list, got `NoneType`", id="none"),
        pytest.param("ab", "must return a list, got `str`", id="text"),
        pytest.param(
            [1, {"a": object()}], r"`output\[1\].a` is `object`, which is not JSON", id="x"
        ),
        pytest.param([float("nan")], r"`output\[0\]` is nan", id="nan"),
        pytest.param([{1: 2}], r"`output\[0\]` has the key 1", id="key"),
    ],
)
async def test_a_result_that_starts_no_flow_is_an_error(result: object, complaint: str) -> None:
    driver = polling(lambda _: result)
    await driver.enable()

    with pytest.raises(AuthorCodeError, match=complaint):
        await driver.tick()
    assert driver.items == []


async def test_a_result_that_holds_itself_is_an_error() -> None:
    endless: list[object] = []
    endless.append(endless)
    driver = polling(lambda _: endless)
    await driver.enable()

    with pytest.raises(AuthorCodeError, match="nests too deeply, or contains itself"):
        await driver.tick()


async def test_samples_that_are_no_list_are_an_error() -> None:
    driver = polling(lambda _: [], test=lambda _: {"id": 1})

    with pytest.raises(AuthorCodeError, match="`test` of trigger `odd` must return a list"):
        await driver.samples()


async def test_a_poll_that_fails_shows_the_authors_own_error_and_the_next_goes_on() -> None:
    answers: list[Sequence[object]] = [[1]]

    def flaky(context: PollingTriggerContext) -> Sequence[object]:
        if len(answers) == 1:
            answers.append([])
            raise ConnectionError("gone")
        return answers[0]

    driver = polling(flaky)
    await driver.enable()

    with pytest.raises(ConnectionError, match="gone"):
        await driver.tick()
    assert await driver.tick() == [1]
    assert driver.items == [1]


async def test_a_trigger_that_cannot_be_enabled_is_not() -> None:
    def refuse(_: object) -> None:
        raise ConnectionError("no")

    driver = polling(lambda _: [1], on_enable=refuse)

    with pytest.raises(ConnectionError, match="no"):
        await driver.enable()
    with pytest.raises(PieceError, match="not enabled"):
        await driver.tick()


async def test_a_trigger_that_cannot_be_disabled_stays_on() -> None:
    def refuse(_: object) -> None:
        raise ConnectionError("no")

    driver = polling(lambda _: [1], on_disable=refuse)
    await driver.enable()

    with pytest.raises(ConnectionError, match="no"):
        await driver.disable()
    assert await driver.tick() == [1]


def test_auth_that_is_needed_must_be_given() -> None:
    with pytest.raises(PieceError, match=r"`new_order`.* needs auth") as caught:
        PollingDriver(new_order, props={"shop": "s"})
    assert "PollingDriver" in caught.value.hint


async def test_props_are_read_as_in_a_run() -> None:
    with pytest.raises(PropsError, match="shop"):
        await PollingDriver(new_order, auth="key").enable()


async def test_a_slip_in_the_name_of_a_prop_is_named() -> None:
    driver = PollingDriver(new_order, auth="key", props={"shpo": "s"})

    with pytest.raises(PropsError, match="shop") as caught:
        await driver.enable()
    assert caught.value.hint == "no property is called `shpo`; there are `shop`"


async def test_dynamic_properties_are_read_by_their_stored_schema() -> None:
    row = Property.DynamicProperties(
        display_name="Row", props=lambda _: {}, refreshers=[], required=True
    )

    @create_trigger(
        name="rows",
        display_name="",
        description="",
        strategy=TriggerStrategy.POLLING,
        props={"row": row},
    )
    def rows(context: PollingTriggerContext[None, Mapping[str, Any]]) -> list[object]:
        return [context.props_value["row"]]

    schema = {"price": Property.Number(display_name="Price", required=True)}
    driver = PollingDriver(rows, props={"row": {"price": "3"}}, schemas={"row": schema})
    await driver.enable()

    assert await driver.tick() == [{"price": 3}]


async def test_no_time_passes_backwards() -> None:
    driver = driving()
    await driver.enable()

    with pytest.raises(PieceError, match="`ticks` takes a count of 0 or more, got -1"):
        await driver.ticks(-1)
    assert await driver.ticks(0) == []


def test_it_drives_triggers_only() -> None:
    @create_action(name="act", display_name="", description="")
    def act(context: ActionContext) -> None: ...

    with pytest.raises(PieceError, match="drives triggers, and not action `act`") as caught:
        PollingDriver(act)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert "make_context" in caught.value.hint
    with pytest.raises(PieceError, match="and not an object of the type `function`"):
        PollingDriver(recent)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_it_drives_polling_only() -> None:
    @create_trigger(name="m", display_name="", description="", strategy=TriggerStrategy.MANUAL)
    def manual(context: ManualTriggerRunContext) -> list[object]:
        return []

    with pytest.raises(PieceError, match=r"cannot drive trigger `m`.*`MANUAL`"):
        PollingDriver(manual)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

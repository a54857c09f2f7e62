"""The page "Persistent Storage": put, get and delete, in two scopes apart from each other."""

from __future__ import annotations

import pytest

from pieces_framework import (
    Action,
    ActionContext,
    PollingTriggerContext,
    Property,
    Props,
    StoreScope,
    TriggerStrategy,
    create_action,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context


class FlavorProps(Props):
    flavor = Property.ShortText(display_name="Flavor", default_value="lemon")


@create_action(name="like", display_name="Like", description="Remembers", props=FlavorProps)
async def like(context: ActionContext[None, FlavorProps]) -> None:
    await context.store.put("shop.favorite", context.props_value.flavor, StoreScope.PROJECT)


@create_action(name="recall", display_name="Recall", description="Recalls the favorite")
async def recall(context: ActionContext) -> str | None:
    return await context.store.get("shop.favorite", str, StoreScope.PROJECT)


@create_action(name="recall_here", display_name="Recall Here", description="Asks the flow only")
async def recall_here(context: ActionContext) -> str | None:
    return await context.store.get("shop.favorite", str)


@create_action(name="forget", display_name="Forget", description="Forgets the favorite")
async def forget(context: ActionContext) -> None:
    await context.store.delete("shop.favorite", StoreScope.PROJECT)


@create_trigger(
    name="count",
    display_name="Count",
    description="Counts its calls",
    strategy=TriggerStrategy.POLLING,
)
async def count(context: PollingTriggerContext) -> list[int]:
    calls = (await context.store.get("calls", int) or 0) + 1
    await context.store.put("calls", calls)
    return [calls]


@pytest.fixture
async def store() -> MemoryStore:
    """A store in which a flavor is liked."""
    store = MemoryStore()
    await like.run(make_context(like, props={"flavor": "mango"}, store=store))
    return store


@pytest.mark.parametrize(
    ("action", "found"),
    [
        pytest.param(recall, "mango", id="in-the-scope-of-the-project"),
        pytest.param(recall_here, None, id="not-in-the-scope-of-the-flow"),
    ],
)
async def test_a_value_is_found_in_the_scope_it_was_put_in(
    action: Action[None, object, str | None], found: str | None, store: MemoryStore
) -> None:
    assert await action.run(make_context(action, store=store)) == found


async def test_a_deleted_value_is_gone(store: MemoryStore) -> None:
    await forget.run(make_context(forget, store=store))

    assert await recall.run(make_context(recall, store=store)) is None


async def test_a_trigger_keeps_values_between_its_runs() -> None:
    store = MemoryStore()
    await count.run(make_context(count, store=store))

    assert await count.run(make_context(count, store=store)) == [2]


def test_the_scopes_have_the_names_flows_know() -> None:
    assert [scope.value for scope in StoreScope] == ["FLOW", "COLLECTION"]

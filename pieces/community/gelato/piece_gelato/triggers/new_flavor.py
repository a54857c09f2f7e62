"""The trigger New Flavor: asks the service every few minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pieces_common import (
    DedupeStrategy,
    PollingContext,
    TimedItem,
    create_polling_trigger,
    epoch_ms,
)

from piece_gelato.api import GelatoProps, list_flavors
from piece_gelato.auth import gelato_auth


@create_polling_trigger(
    name="new_flavor",
    display_name="New Flavor",
    description="Triggers for each ice-cream flavor created since the last look",
    dedupe=DedupeStrategy.TIMEBASED,
    auth=gelato_auth,
    props=GelatoProps,
    sample_data={"name": "Pistachio", "created_at": "2026-01-01T00:00:00.000Z"},
)
async def new_flavor(context: PollingContext[str, GelatoProps]) -> AsyncIterator[TimedItem]:
    """Give every flavor with its time; the polling strategy picks out the new ones."""
    for flavor in await list_flavors(context.props_value.api_url, context.auth):
        created_ms = epoch_ms(flavor.created_at)
        yield TimedItem(epoch_ms=created_ms, data=flavor.model_dump(mode="json"))

"""Lists the sales of a span of time."""

from __future__ import annotations

from datetime import UTC, datetime

from pieces_framework import (
    ActionContext,
    DateRangePreset,
    DateRangeValue,
    Property,
    Props,
    create_action,
)

CLOSING = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)


class SalesProps(Props):
    """Which sales."""

    period = Property.DateRange(
        display_name="Period", default_value=DateRangeValue(preset=DateRangePreset.LAST_7_DAYS)
    )


@create_action(
    name="list_sales",
    display_name="List Sales",
    description="Lists what was sold up to the end of the season",
    props=SalesProps,
)
async def list_sales(context: ActionContext[None, SalesProps]) -> dict[str, str]:
    """Return the bounds as the cash register takes them; an open side is the empty text."""
    after, before = context.props_value.period.resolve(CLOSING)
    return {
        "from": after.isoformat() if after else "",
        "to": before.isoformat() if before else "",
    }

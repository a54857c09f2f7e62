"""Sets headers of a request."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class HeaderProps(Props):
    """Which headers."""

    headers = Property.Object(display_name="Headers", default_value={"Accept": "text/plain"})


@create_action(
    name="set_headers",
    display_name="Set Headers",
    description="Sets the headers of the next request",
    props=HeaderProps,
)
async def set_headers(context: ActionContext[None, HeaderProps]) -> list[str]:
    """Return the headers as lines; each value is whatever JSON the user gave."""
    return [f"{name}: {value}" for name, value in context.props_value.headers.items()]

"""Puts a cherry on top, or does not."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class CherryProps(Props):
    """The one question."""

    cherry = Property.Checkbox(
        display_name="Cherry", description="It is free", default_value=True, advanced=True
    )


@create_action(
    name="finish_sundae",
    display_name="Finish Sundae",
    description="Puts the last touch on a sundae",
    props=CherryProps,
)
async def finish_sundae(context: ActionContext[None, CherryProps]) -> str:
    """Return what is on top."""
    return "cherry" if context.props_value.cherry else "nothing"

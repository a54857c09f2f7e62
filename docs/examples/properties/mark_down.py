"""Tells the user where to paste the webhook's address."""

from __future__ import annotations

from pieces_framework import ActionContext, MarkdownVariant, Property, Props, create_action


class SetupProps(Props):
    """Instructions, and what follows from them."""

    instructions = Property.MarkDown(
        value="Open **Settings > Webhooks** and paste `{{ webhookUrl }}`.",
        variant=MarkdownVariant.TIP,
    )
    done = Property.Checkbox(display_name="I have pasted it", default_value=False)


@create_action(
    name="check_setup",
    display_name="Check Setup",
    description="Says whether the webhook was set up",
    props=SetupProps,
)
async def check_setup(context: ActionContext[None, SetupProps]) -> bool:
    """Return what the user ticked: the text itself has no value."""
    return context.props_value.done

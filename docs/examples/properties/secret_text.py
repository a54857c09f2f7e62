"""Calls a service that hands out one password for each mailbox."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class MailboxProps(Props):
    """A mailbox, and what opens it."""

    address = Property.ShortText(display_name="Address", default_value="shop@example.com")
    app_password = Property.SecretText(
        display_name="App Password", description="From the mailbox settings", required=True
    )


@create_action(
    name="open_mailbox",
    display_name="Open Mailbox",
    description="Checks that a mailbox can be opened",
    props=MailboxProps,
)
async def open_mailbox(context: ActionContext[None, MailboxProps]) -> dict[str, bool]:
    """Return whether the password has the length all of the service's passwords have."""
    return {"plausible": len(context.props_value.app_password) == 16}

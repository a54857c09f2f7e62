"""Sends a newsletter in the format the user wrote it in."""

from __future__ import annotations

from pieces_framework import ActionContext, DropdownOption, Property, Props, create_action


class LetterProps(Props):
    """The newsletter, and how it is written."""

    body_format = Property.StaticDropdown(
        display_name="Format",
        options=[DropdownOption("HTML", "html"), DropdownOption("Markdown", "markdown")],
        default_value="markdown",
    )
    body = Property.RichText(display_name="Text", required=True, format_property="body_format")


@create_action(
    name="send_letter",
    display_name="Send Newsletter",
    description="Sends a newsletter to all regular guests",
    props=LetterProps,
)
async def send_letter(context: ActionContext[None, LetterProps]) -> dict[str, str]:
    """Return the letter as the mail service takes it."""
    values = context.props_value
    return {values.body_format: values.body}

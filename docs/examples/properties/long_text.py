"""Counts the lines of a note to the kitchen."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class NoteProps(Props):
    """What the kitchen should know."""

    note = Property.LongText(
        display_name="Note", description="Allergies, wishes, greetings", max_length=500
    )


@create_action(
    name="leave_note",
    display_name="Leave Note",
    description="Leaves a note for the kitchen",
    props=NoteProps,
)
async def leave_note(context: ActionContext[None, NoteProps]) -> dict[str, int]:
    """Return how long the note is; an optional text may be missing."""
    note = context.props_value.note or ""
    return {"lines": len(note.splitlines())}
